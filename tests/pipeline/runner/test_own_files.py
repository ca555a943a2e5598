from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rehearsal.runner.action import CompositeAction, DockerAction, read_action
from pipeline.rehearsal.runner.workflow import StepsJob, read_workflow

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = ROOT / ".github" / "workflows"


@pytest.mark.parametrize(
    ("file", "event", "payload"),
    [
        ("release.yml", "workflow_dispatch", {}),
        ("release.yml", "workflow_call", {}),
        ("on-release-images.yml", "release", {"action": "published"}),
        ("on-release-images.yml", "workflow_dispatch", {}),
        ("on-release-images.yml", "workflow_call", {}),
        ("native-images.yml", "workflow_call", {}),
    ],
)
def test_the_pipelines_can_be_run_here(file: str, event: str, payload: dict[str, str]) -> None:
    workflow = read_workflow(WORKFLOWS / file)
    assert workflow.listens(event, payload)
    assert not workflow.listens("push", {})
    used = [step for job in workflow.jobs if isinstance(job, StepsJob) for step in job.steps if step.uses]
    done_here = ("$/", "actions/checkout@", "actions/upload-artifact@", "actions/download-artifact@")
    others = [step for step in used if not step.uses.startswith(done_here)]
    assert {step.uses.partition("@")[0] for step in others} <= {"docker/setup-qemu-action"}
    assert all(step.condition for step in others)


@pytest.mark.parametrize(
    ("folder", "kind"), [("release", DockerAction), ("images", DockerAction), (".", CompositeAction)]
)
def test_the_actions_can_be_run_here(folder: str, kind: type) -> None:
    action = read_action(ROOT / folder)
    assert isinstance(action, kind)
    if isinstance(action, DockerAction):
        assert action.dockerfile.resolve() == ROOT / "Dockerfile"

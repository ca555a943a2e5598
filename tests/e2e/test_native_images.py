"""Another repository calls the workflow that builds each platform on a machine of its own."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from actionkit.forge import Forge
from actionkit.forge.releases import Release, ReleaseText, create_draft, find_release, publish
from actionkit.git import Git
from pipeline.rehearsal.play import Pressed, make_runner
from pipeline.rehearsal.runner import JobResult, Silent, WorkflowResult
from pipeline.rehearsal.scene import ROOT, Scene, set_scene
from pipeline.rehearsal.story.progress import progress_on

pytestmark = pytest.mark.engine

FILES = {
    "docker-bake.hcl": """
group "default" { targets = ["api", "tool"] }
target "api" {
  target    = "api"
  platforms = ["linux/amd64", "linux/arm64"]
}
target "tool" { target = "tool" }
""",
    "Dockerfile": """
FROM scratch AS api
ARG TARGETARCH
COPY $TARGETARCH.txt /
FROM scratch AS tool
COPY x.txt /tool
""",
    "amd64.txt": "for one",
    "arm64.txt": "for the other",
    "x.txt": "x",
    ".github/workflows/images.yml": """
name: Images
on: workflow_dispatch
permissions: {}
jobs:
  images:
    permissions:
      contents: write
      packages: write
    uses: the/library/.github/workflows/native-images.yml@v1
    with:
      tag: v1.0.0
    secrets:
      REGISTRY_PASSWORD: ${{ secrets.REGISTRY_PASSWORD }}
""",
}
CALLER = Path(".github/workflows/images.yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A repository with a release, whose workflow calls the library by name."""

    scene: Scene
    checkout: Path
    forge: Forge

    def run(self, attempt: int = 1) -> WorkflowResult:
        runner = make_runner(self.scene, Pressed(), Silent())
        return replace(runner, repositories={"the/library": ROOT}).run_workflow(
            self.checkout / CALLER,
            event_name="workflow_dispatch",
            repository=self.scene.slug,
            ref=f"refs/heads/{self.scene.branch}",
            sha=self.scene.head,
            run_attempt=attempt,
        )


@pytest.fixture
def project(engine, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Project]:
    """The project, with the files that a parameter changes."""
    checkout = tmp_path / "shop"
    for name, text in {**FILES, **getattr(request, "param", {})}.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(text)
    git = Git(directory=checkout)
    for words in (("init", "-qb", "main"), ("add", "-A"), ("commit", "-qm", "feat: shop"), ("tag", "v1.0.0")):
        git.run("-c", "user.name=dev", "-c", "user.email=dev@example.com", *words)
    with set_scene(tmp_path / "scene", checkout, progress_on(io.StringIO(), {"CI": "true"})) as scene:
        forge = Forge(repository=scene.slug, api_url=scene.github.api_url, token=scene.developers_token())
        text = ReleaseText(title="v1.0.0", body="What is new.", prerelease=False)
        publish(forge, create_draft(forge, "v1.0.0", text), text, "legacy")
        yield Project(scene=scene, checkout=checkout, forge=forge)


def jobs(result: WorkflowResult) -> dict[str, JobResult]:
    return {job.id: job for job in result.job("images").jobs}


def told(jobs: tuple[JobResult, ...]) -> list[str]:
    """Every annotation of jobs, their steps and the jobs in them."""
    own = [note.message for job in jobs for note in job.annotations]
    of_steps = [note.message for job in jobs for step in job.steps for note in step.annotations]
    return [*own, *of_steps, *(message for job in jobs for message in told(job.jobs))]


def test_each_platform_is_built_by_a_job_of_its_own_and_one_publishes(project: Project) -> None:
    result = project.run()
    assert told(result.jobs) == []
    called = jobs(result)
    builds = called["build"].jobs
    assert [(job.name, job.runs_on) for job in builds] == [
        ("Build for linux/amd64", ("ubuntu-24.04",)),
        ("Build for linux/arm64", ("ubuntu-24.04-arm",)),
    ]
    assert called["plan"].permissions["packages"] == "read"
    images = json.loads(result.job("images").outputs["images"])
    assert [(image["target"], image["platforms"], image["tags"]) for image in images] == [
        ("api", ["linux/amd64", "linux/arm64"], ["1.0.0", "1.0", "1", "latest"]),
        ("tool", ["linux/amd64"], ["1.0.0", "1.0", "1", "latest"]),
    ]
    release = find_release(project.forge, "v1.0.0")
    assert isinstance(release, Release)
    assert release.body.startswith("What is new.")
    assert all(image["digest"] in release.body for image in images)


BROKEN = """
FROM scratch AS api-amd64
COPY x.txt /
FROM api-amd64 AS api-arm64
COPY nowhere.txt /
FROM api-${TARGETARCH} AS api
FROM scratch AS tool
COPY x.txt /tool
"""


@pytest.mark.parametrize("project", [{"Dockerfile": BROKEN}], indirect=True)
def test_a_platform_that_does_not_build_leaves_no_tag(project: Project) -> None:
    result = project.run()
    called = jobs(result)
    assert [str(job.conclusion) for job in called["build"].jobs] == ["success", "failure"]
    assert called["publish"].conclusion == "skipped"
    (problem,) = told(called["build"].jobs)
    assert problem.startswith("Dockerfile:5: the image api does not build\n")
    assert "nowhere.txt" in problem
    assert not list((project.scene.folder / "registry").rglob("_manifests/tags/*"))

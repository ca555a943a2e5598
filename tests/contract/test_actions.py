"""YAML is code: inputs, outputs and workflows say what the programs do."""

from __future__ import annotations

import ast
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import images.inputs
import release.inputs
from actionkit.context import read_context
from actionkit.errors import ActionError
from actionkit.inputs import input_variable
from pipeline.rehearsal.runner.expressions import Scope, fill_text, holds


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        super().__init__(variables or {})
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


def strings_passed_to(root: Path, package: str, methods: set[str]) -> set[str]:
    """The first arguments of all calls of these methods in a package, where they are literals."""
    found = set()
    for path in (root / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                if node.func.attr in methods and isinstance(first, ast.Constant):
                    found.add(first.value)
    return found


def emulation(job: Mapping[str, Any]) -> Mapping[str, Any]:
    """The step of a job that registers emulators."""
    (step,) = [step for step in job["steps"] if step["uses"].startswith("docker/setup-qemu-action@")]
    return step


def test_the_programs_read_every_input_and_no_other(actions) -> None:
    of_release, of_images = Asked(), Asked({"GITHUB_REPOSITORY": "acme/kms"})
    for read in (
        lambda: release.inputs.read_inputs(of_release),
        lambda: images.inputs.read_inputs(of_images, read_context(of_images)),
    ):
        with contextlib.suppress(ActionError):
            read()
    for name, asked in (("release", of_release), ("images", of_images)):
        variables = {key for key in asked.names if key.startswith("INPUT_")}
        assert variables == {input_variable(declared) for declared in actions[name]["inputs"]}


@pytest.mark.parametrize("name", ["release", "images"])
def test_every_declared_output_is_set_and_no_other(root: Path, actions, name: str) -> None:
    literal = strings_passed_to(root, name, {"set_output"})
    source = "".join(path.read_text() for path in (root / name).rglob("*.py"))
    declared = set(actions[name]["outputs"])
    assert literal <= declared
    assert {output for output in declared if f'"{output}"' not in source} == set()


def test_every_input_has_a_description_and_a_default(actions) -> None:
    lacking = [
        f"{name}:{key}"
        for name, action in actions.items()
        for key, declared in action["inputs"].items()
        if not declared.get("description") or "default" not in declared
    ]
    assert lacking == []


def test_the_composite_passes_on_what_the_actions_declare(actions) -> None:
    steps = actions[""]["runs"]["steps"]
    unknown = {
        f"{step['uses']}:{key}"
        for step in steps
        for key in step["with"]
        if key not in actions[step["uses"].removeprefix("$/")]["inputs"]
    }
    assert unknown == set()
    used = "".join(str(step["with"]) + str(step.get("if", "")) for step in steps)
    assert {name for name in actions[""]["inputs"] if f"inputs.{name}" not in used} == set()


def test_the_composite_has_the_defaults_of_its_parts(actions) -> None:
    different = {
        name
        for name, declared in actions[""]["inputs"].items()
        for part in ("release", "images")
        if name in actions[part]["inputs"]
        if actions[part]["inputs"][name]["default"] != declared["default"]
    }
    assert different == set()


@pytest.mark.parametrize("file", ["release.yml", "on-release-images.yml"])
def test_a_workflow_passes_on_what_its_action_declares(actions, workflows, file: str) -> None:
    (job,) = workflows[file]["jobs"].values()
    (step,) = [step for step in job["steps"] if step["uses"].startswith("$/")]
    action = actions[step["uses"].removeprefix("$/")]
    assert set(step["with"]) <= set(action["inputs"])
    outputs = {text.split("outputs.")[1].split(" ")[0] for text in job["outputs"].values()}
    assert outputs <= set(action["outputs"])


@pytest.mark.parametrize("file", ["release.yml", "on-release-images.yml"])
def test_every_input_of_a_workflow_is_used(root: Path, workflows, file: str) -> None:
    text = (root / ".github" / "workflows" / file).read_text()
    triggers = workflows[file][True]
    names = {name for kind in ("workflow_dispatch", "workflow_call") for name in triggers[kind]["inputs"]}
    assert {name for name in names if f"inputs.{name}" not in text} == set()


def test_the_jobs_of_the_native_workflow_pass_on_what_the_action_declares(
    root: Path, actions, workflows
) -> None:
    jobs = workflows["native-images.yml"]["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"] if step["uses"] == "$/images"]
    assert len(steps) == len(jobs)
    assert {name for step in steps for name in step["with"]} <= set(actions["images"]["inputs"])
    # what decides an image's content is the same for all jobs, or they would build different ones
    shared = {
        "tag",
        "tag-format",
        "registry",
        "namespace",
        "files",
        "targets",
        "set",
        "platforms",
        "overwrite",
    }
    assert len({tuple(step["with"][name] for name in sorted(shared)) for step in steps}) == 1
    declared = workflows["native-images.yml"][True]["workflow_call"]["inputs"]
    text = (root / ".github" / "workflows" / "native-images.yml").read_text()
    assert {name for name in declared if f"inputs.{name}" not in text} == set()


@pytest.mark.parametrize(
    ("platform", "machine", "emulated"),
    [
        ("linux/amd64", "big", False),
        ("linux/amd64/v3", "ubuntu-24.04", False),
        ("linux/arm64", "arm", False),
        ("linux/arm64/v8", "arm", False),
        ("linux/arm/v7", "ubuntu-24.04", True),
        ("linux/riscv64", "ubuntu-24.04", True),
    ],
)
def test_a_platform_without_a_machine_of_its_kind_is_emulated(
    workflows, platform: str, machine: str, emulated: bool
) -> None:
    build = workflows["native-images.yml"]["jobs"]["build"]
    runners = json.dumps({"linux/amd64": "big", "linux/arm64": "arm"})
    contexts = {"inputs": {"runners": runners}, "matrix": {"platform": platform}}
    scope = Scope(contexts=contexts, statuses={"success": True})
    assert fill_text(build["runs-on"], scope) == machine
    assert holds(emulation(build)["if"], scope) is emulated


@pytest.mark.parametrize(
    ("inputs", "emulated"),
    [
        ({}, False),
        ({"platforms": ""}, False),
        ({"platforms": "linux/amd64"}, False),
        ({"platforms": "linux/arm64"}, True),
        ({"platforms": "linux/amd64,linux/arm64"}, True),
        ({"platforms": "linux/amd64,linux/arm64", "dry-run": True}, False),
    ],
)
def test_one_machine_emulates_the_platforms_that_it_is_not(
    workflows, inputs: dict[str, Any], emulated: bool
) -> None:
    (job,) = workflows["on-release-images.yml"]["jobs"].values()
    scope = Scope(contexts={"inputs": inputs}, statuses={"success": True})
    assert holds(emulation(job)["if"], scope) is emulated


def test_every_run_of_the_pipelines_gets_its_turn(workflows) -> None:
    """Without ``queue: max`` a third release cancels the second, whose images are then never built."""
    groups = {name: workflow["concurrency"] for name, workflow in workflows.items() if name != "ci.yml"}
    assert set(groups) == {"native-images.yml", "on-release-images.yml", "release.yml"}
    assert [(set(group), group["queue"]) for group in groups.values()] == [({"group", "queue"}, "max")] * 3


def test_a_part_that_is_built_again_replaces_the_first_attempts(workflows) -> None:
    build = workflows["native-images.yml"]["jobs"]["build"]
    (upload,) = [step for step in build["steps"] if step["uses"].startswith("actions/upload-artifact@")]
    assert (upload["with"]["overwrite"], build["strategy"]["fail-fast"]) == (True, False)


def test_the_workflows_have_the_names_that_people_look_for(workflows) -> None:
    assert workflows["release.yml"]["name"] == "[Release KMS] - Release"
    assert workflows["on-release-images.yml"]["name"] == "[Release KMS] - Create Docker Images"


def test_every_permission_says_why(root: Path) -> None:
    silent = [
        f"{path.name}:{number}"
        for path in (root / ".github" / "workflows").glob("*.yml")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.strip().endswith((": write", ": read"))
    ]
    assert silent == []


def test_both_actions_run_the_same_dockerfile(actions) -> None:
    for name in ("release", "images"):
        assert actions[name]["runs"] == {"using": "docker", "image": "../Dockerfile", "args": [name]}


@pytest.mark.parametrize(
    ("released", "prior", "attempt", "changed", "images_of"),
    [
        ("v2", "v1", "1", {}, "v2"),
        ("v2", "v1", "1", {"dry-run": "true"}, ""),
        ("v2", "v1", "1", {"draft": "true"}, ""),
        ("", "v1", "1", {}, ""),
        ("", "v1", "2", {}, "v1"),
        ("", "", "2", {}, ""),
    ],
)
def test_a_rerun_of_the_composite_makes_the_images_that_failed(
    actions, released: str, prior: str, attempt: str, changed: dict[str, str], images_of: str
) -> None:
    (step,) = [step for step in actions[""]["runs"]["steps"] if step["id"] == "images"]
    outputs = {"tag": released, "plan": json.dumps({"prior_tag": prior})}
    contexts = {
        "inputs": {"dry-run": "false", "draft": "false", **changed},
        "github": {"run_attempt": attempt},
        "steps": {"release": {"outputs": outputs}},
    }
    scope = Scope(contexts=contexts, statuses={"success": True})
    assert holds(step["if"], scope) is bool(images_of)
    assert not images_of or fill_text(step["with"]["tag"], scope) == images_of

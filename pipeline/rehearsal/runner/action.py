"""Read an action's ``action.yml``: composite or Docker container, the two kinds this runner runs.

https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from actionkit.errors import InputError
from pipeline.rehearsal.runner.expressions import Value, to_text
from pipeline.rehearsal.runner.workflow import Step, read_steps
from pipeline.rehearsal.runner.yamlfile import Section, read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionInput:
    """An input of an action; its default may hold expressions."""

    name: str
    default: Value
    required: bool
    deprecation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerAction:
    """An action that is a container; ``dockerfile`` is where ``image`` points to."""

    folder: Path
    name: str
    inputs: tuple[ActionInput, ...]
    dockerfile: Path
    entrypoint: str
    arguments: tuple[Value, ...]
    env: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeAction:
    """An action made of steps."""

    folder: Path
    name: str
    inputs: tuple[ActionInput, ...]
    outputs: Mapping[str, Value]
    steps: tuple[Step, ...]


Action: TypeAlias = DockerAction | CompositeAction


def read_action(folder: Path) -> Action:
    """Read the action in ``folder``; raise InputError when there is none, or one of another kind."""
    path = next((folder / name for name in ("action.yml", "action.yaml") if (folder / name).is_file()), None)
    if path is None:
        raise InputError(
            f"there is no action in {folder}",
            why="neither action.yml nor action.yaml is there",
            fix="check out the repository first, for an action that starts with ./",
        )
    top = read_yaml(path).only("name", "author", "description", "inputs", "outputs", "runs", "branding")
    runs = top.section("runs")
    match runs.items.get("using"):
        case "composite":
            return _composite(folder, top, runs)
        case "docker":
            return _docker(folder, top, runs)
        case kind:
            raise runs.problem(f"this runner does not run actions of the kind {to_text(kind)!r}")


def _composite(folder: Path, top: Section, runs: Section) -> CompositeAction:
    runs.only("using", "steps")
    outputs = top.section("outputs")
    return CompositeAction(
        folder=folder,
        name=top.text("name"),
        inputs=_inputs(top.section("inputs")),
        outputs={name: outputs.section(name).items.get("value") for name in outputs.items},
        steps=read_steps(runs, composite=True),
    )


def _docker(folder: Path, top: Section, runs: Section) -> DockerAction:
    runs.only("using", "image", "args", "env", "entrypoint")
    image = runs.text("image")
    if image.startswith("docker://"):
        raise runs.problem("this runner builds images and pulls none", fix="name a Dockerfile as image")
    arguments = runs.items.get("args") or []
    if not isinstance(arguments, list):
        raise runs.problem("args must be a list")
    return DockerAction(
        folder=folder,
        name=top.text("name"),
        inputs=_inputs(top.section("inputs")),
        dockerfile=folder / image,
        entrypoint=runs.text("entrypoint"),
        arguments=tuple(arguments),
        env=runs.section("env").items,
    )


def _inputs(section: Section) -> tuple[ActionInput, ...]:
    found = ((name, section.section(name)) for name in section.items)
    return tuple(
        ActionInput(
            name=name,
            default=one.items.get("default"),
            required=one.items.get("required") is True,
            deprecation=one.text("deprecationMessage"),
        )
        for name, one in found
    )

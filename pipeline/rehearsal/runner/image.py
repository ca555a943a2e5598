"""Build a container action's image with the runner's own command line."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from actionkit.errors import CommandFailed, InputError
from actionkit.process import stream
from pipeline.rehearsal.runner.action import DockerAction
from pipeline.rehearsal.runner.engine import Engine
from pipeline.rehearsal.runner.frame import Machine
from pipeline.rehearsal.runner.source import tree_digest

LABEL: Final = "rehearsal-action"


def build_image(
    machine: Machine, engine: Engine, action: DockerAction, on_line: Callable[[str], None], *, tries: int = 1
) -> str:
    """Build the action's image and name it; the same files are built once in a run.

    The context is the folder of the Dockerfile, there are no build arguments and no target, so that the
    last stage is what runs.
    """
    dockerfile = action.dockerfile
    context = Path(os.path.normpath(dockerfile)).parent
    if not dockerfile.is_file():
        raise InputError(f"there is no {dockerfile}", fix="mend runs.image in the action's action.yml")
    content = f"{tree_digest(context)}:{dockerfile.name}"
    if content not in machine.images:
        image = f"{LABEL}:{uuid.uuid5(uuid.NAMESPACE_URL, content).hex}"
        words = ("build", "-t", image, "-f", str(dockerfile), str(context))
        on_line("##[group]Building docker image")
        _build((*engine.docker, *words), engine, on_line, tries)
        on_line("##[endgroup]")
        machine.images[content] = image
    return machine.images[content]


def _build(command: Sequence[str], engine: Engine, on_line: Callable[[str], None], tries: int) -> None:
    try:
        stream(command, env=engine.env, on_line=on_line)
    except CommandFailed as failure:
        if tries <= 1:
            raise
        on_line(f"##[warning]Docker build failed with exit code {failure.returncode}, once more")
        _build(command, engine, on_line, tries - 1)

"""Run a Docker container action with the runner's own command lines.

https://github.com/actions/runner: ContainerActionHandler.cs, DockerCommandManager.cs
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from actionkit.errors import CommandFailed, InputError
from actionkit.process import run as run_command
from actionkit.process import stream
from pipeline.rehearsal.runner.action import DockerAction
from pipeline.rehearsal.runner.engine import Engine, NoEngine
from pipeline.rehearsal.runner.environment import input_name
from pipeline.rehearsal.runner.expressions import Scope, Value, fill_text
from pipeline.rehearsal.runner.frame import Machine
from pipeline.rehearsal.runner.rooms import CONTAINER_WORKSPACE
from pipeline.rehearsal.runner.source import tree_digest
from pipeline.rehearsal.runner.steprun import StepRun

LABEL: Final = "rehearsal-action"

_SOCKET: Final = "/var/run/docker.sock"


def run_container(run: StepRun, action: DockerAction, inputs: Mapping[str, str]) -> bool:
    """Build the action's image if that is not done yet, and run it; tell whether it ended well."""
    machine = run.frame.job.machine
    engine = require_engine(machine)
    image = build_image(machine, action, run.log.raw)
    files = run.open_files()
    try:
        environment = _environment(run, action, inputs)
        arguments = tuple(fill_text(one, _with_inputs(run, inputs)) for one in action.arguments)
        _introduce(run, inputs)
        return _run(run, engine, action, environment, (image, *arguments))
    finally:
        run.close_files(files)


def require_engine(machine: Machine) -> Engine:
    """Give the engine; raise InputError when there is none."""
    if isinstance(machine.engine, NoEngine):
        raise InputError(
            "there is no Docker engine to use", why=machine.engine.reason, fix=machine.engine.fix
        )
    return machine.engine


def build_image(
    machine: Machine, action: DockerAction, on_line: Callable[[str], None], *, tries: int = 1
) -> str:
    """Build the action's image and name it; the same files are built once in a run.

    The context is the folder of the Dockerfile, there are no build arguments and no target, so that the
    last stage is what runs.
    """
    dockerfile = action.dockerfile
    context = Path(os.path.normpath(dockerfile)).parent
    if not dockerfile.is_file():
        raise InputError(f"there is no {dockerfile}", fix="mend runs.image in the action's action.yml")
    content = f"{tree_digest(context)}:{Path(os.path.normpath(dockerfile)).name}"
    if content not in machine.images:
        engine = require_engine(machine)
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


def _run(
    run: StepRun, engine: Engine, action: DockerAction, env: Mapping[str, str], image: Sequence[str]
) -> bool:
    name = f"{LABEL}_{uuid.uuid4().hex[:12]}"
    # The client reads these itself, so their values for the container stand on the command line.
    own = {variable for variable in env if variable in engine.env or variable == "PATH"}
    entrypoint = ("--entrypoint", action.entrypoint) if action.entrypoint else ()
    words = (
        *("run", "--name", name, "--label", LABEL, "--workdir", CONTAINER_WORKSPACE, "--rm"),
        *(word for key in env for word in ("-e", f"{key}={env[key]}" if key in own else key)),
        *("-e", "GITHUB_ACTIONS=true"),
        *(() if "CI" in env else ("-e", "CI=true")),
        *entrypoint,
        *run.frame.job.machine.network_options,
        *("-v", f"{engine.socket}:{_SOCKET}"),
        *(word for host, inside in run.frame.job.rooms.mounts() for word in ("-v", f"{host}:{inside}")),
        *image,
    )
    passed = {key: value for key, value in env.items() if key not in own}
    try:
        stream((*engine.docker, *words), env={**passed, **engine.env}, on_line=run.log.raw)
    except CommandFailed as failure:
        run.log.say(f"Docker run ended with exit code {failure.returncode}")
        return False
    except BaseException:
        run_command((*engine.docker, "rm", "--force", name), env=engine.env)
        raise
    return True


def _environment(run: StepRun, action: DockerAction, inputs: Mapping[str, str]) -> dict[str, str]:
    """Collect the container's variables in the runner's order, paths translated."""
    rooms = run.frame.job.rooms
    declared = {name: fill_text(value, _with_inputs(run, inputs)) for name, value in action.env.items()}
    around = {**run.env, **{input_name(name): value for name, value in inputs.items()}}
    own = {name: value for name, value in declared.items() if name not in around}
    services = run.frame.job.machine.services
    whole = {**around, **own, "HOME": str(rooms.home), **run.variables(), **services}
    return {name: rooms.inside(value) for name, value in whole.items() if name}


def _with_inputs(run: StepRun, inputs: Mapping[str, str]) -> Scope:
    contexts: dict[str, Value] = {**run.scope().contexts, "inputs": dict(inputs)}
    return Scope(contexts=contexts)


def _introduce(run: StepRun, inputs: Mapping[str, str]) -> None:
    run.log.say(f"##[group]Run {run.step.uses}")
    run.log.say("\n".join(["with:", *(f"  {name}: {value}" for name, value in inputs.items() if value)]))
    run.log.say("\n".join(["env:", *(f"  {name}: {value}" for name, value in run.env.items())]))
    run.log.say("##[endgroup]")

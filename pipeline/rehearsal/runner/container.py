"""Run a Docker container action with the runner's own command line.

https://github.com/actions/runner: ContainerActionHandler.cs, DockerCommandManager.cs
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Mapping
from typing import Final

from actionkit.errors import CommandFailed, InputError
from actionkit.process import run as run_command
from actionkit.process import stream
from pipeline.rehearsal.runner.action import DockerAction
from pipeline.rehearsal.runner.engine import Engine, HostProcess, NoEngine
from pipeline.rehearsal.runner.environment import input_name
from pipeline.rehearsal.runner.expressions import Scope, Value, fill_text
from pipeline.rehearsal.runner.image import LABEL, build_image
from pipeline.rehearsal.runner.rooms import CONTAINER_WORKSPACE
from pipeline.rehearsal.runner.script import on_this_machine
from pipeline.rehearsal.runner.steprun import StepRun

_SOCKET: Final = "/var/run/docker.sock"


def run_container(run: StepRun, action: DockerAction, inputs: Mapping[str, str]) -> bool:
    """Run a container action; tell whether it ended well. Raise InputError where nothing can run it."""
    arguments = tuple(fill_text(one, _with_inputs(run, inputs)) for one in action.arguments)
    match run.frame.job.machine.engine:
        case NoEngine() as none:
            raise missing(none)
        case HostProcess() as host if not set(arguments[:1]) <= set(host.programs):
            raise missing(host.missing)
        case HostProcess() as host:
            return _on_host(run, host, action, inputs, arguments)
        case engine:
            return _in_container(run, engine, action, inputs, arguments)


def missing(engine: NoEngine) -> InputError:
    """Make the error for an action that needs an engine."""
    return InputError("there is no Docker engine to use", why=engine.reason, fix=engine.fix)


def _in_container(
    run: StepRun, engine: Engine, action: DockerAction, inputs: Mapping[str, str], arguments: tuple[str, ...]
) -> bool:
    image = build_image(run.frame.job.machine, engine, action, run.log.say)
    files = run.open_files()
    try:
        rooms = run.frame.job.rooms
        env = {name: rooms.inside(value) for name, value in _environment(run, action, inputs).items()}
        _introduce(run, inputs)
        return _run(run, engine, action, env, (image, *arguments))
    finally:
        run.close_files(files)


def _run(
    run: StepRun, engine: Engine, action: DockerAction, env: Mapping[str, str], image: tuple[str, ...]
) -> bool:
    name = f"{LABEL}_{uuid.uuid4().hex[:12]}"
    # The client reads these itself, so their values for the container stand on the command line.
    own = {variable for variable in env if variable in engine.env or variable == "PATH"}
    words = (
        *("run", "--name", name, "--label", LABEL, "--workdir", CONTAINER_WORKSPACE, "--rm"),
        *(word for key in env for word in ("-e", f"{key}={env[key]}" if key in own else key)),
        *("-e", "GITHUB_ACTIONS=true"),
        *(() if "CI" in env else ("-e", "CI=true")),
        *(("--entrypoint", action.entrypoint) if action.entrypoint else ()),
        *run.frame.job.machine.network_options,
        *("-v", f"{engine.socket}:{_SOCKET}"),
        *(word for host, inside in run.frame.job.rooms.mounts() for word in ("-v", f"{host}:{inside}")),
        *image,
    )
    passed = {key: value for key, value in env.items() if key not in own}
    try:
        command = run.bounded(*engine.docker, *words, alone=True)
        stream(command, env={**passed, **engine.env}, on_line=run.log.raw)
    except CommandFailed as failure:
        _remove(engine, name)
        if not run.timed_out(failure):
            run.log.say(f"Docker run ended with exit code {failure.returncode}")
        return False
    except BaseException:
        _remove(engine, name)
        raise
    return True


def _remove(engine: Engine, container: str) -> None:
    """Take away a container whose client was ended; usually ``--rm`` has done it."""
    with contextlib.suppress(CommandFailed):
        run_command((*engine.docker, "rm", "--force", container), env=engine.env)


def _on_host(
    run: StepRun,
    host: HostProcess,
    action: DockerAction,
    inputs: Mapping[str, str],
    arguments: tuple[str, ...],
) -> bool:
    """Run the action's program on this machine, in the container's environment but for its paths."""
    files = run.open_files()
    try:
        env = {**_environment(run, action, inputs), "GITHUB_ACTIONS": "true", "CI": "true"}
        _introduce(run, inputs)
        return on_this_machine(run, (*host.command, *arguments), env, run.frame.job.rooms.workspace)
    finally:
        run.close_files(files)


def _environment(run: StepRun, action: DockerAction, inputs: Mapping[str, str]) -> dict[str, str]:
    """Collect the container's variables in the runner's order, paths as they are on this machine."""
    declared = {name: fill_text(value, _with_inputs(run, inputs)) for name, value in action.env.items()}
    around = {**run.env, **{input_name(name): value for name, value in inputs.items()}}
    own = {name: value for name, value in declared.items() if name not in around}
    home = {"HOME": str(run.frame.job.rooms.home)}
    whole = {**around, **own, **home, **run.variables(), **run.frame.job.machine.services}
    return {name: value for name, value in whole.items() if name}


def _with_inputs(run: StepRun, inputs: Mapping[str, str]) -> Scope:
    contexts: dict[str, Value] = {**run.scope().contexts, "inputs": dict(inputs)}
    return Scope(contexts=contexts)


def _introduce(run: StepRun, inputs: Mapping[str, str]) -> None:
    run.log.say(f"##[group]Run {run.step.uses}")
    run.log.say("\n".join(["with:", *(f"  {name}: {value}" for name, value in inputs.items() if value)]))
    if run.env:
        run.log.say("\n".join(["env:", *(f"  {name}: {value}" for name, value in run.env.items())]))
    run.log.say("##[endgroup]")

"""Run a ``run:`` step: a script file, and a shell that ends at the first error."""

from __future__ import annotations

import os
import shlex
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from actionkit.errors import CommandFailed, InputError
from actionkit.process import stream
from pipeline.rehearsal.runner.expressions import fill_text
from pipeline.rehearsal.runner.rooms import RUNNER_UID
from pipeline.rehearsal.runner.steprun import StepRun

#: The runner's command line for each shell; without ``shell:`` it is bash without pipefail.
_SHELLS: Final = {
    "": ("bash", "-e", "{0}"),
    "bash": ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "{0}"),
    "sh": ("sh", "-e", "{0}"),
    "python": ("python3", "{0}"),
}

#: What scripts see of this process's own environment: a runner starts them from a clean machine.
_KEPT: Final = frozenset({"PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE"})


def run_script(run: StepRun) -> bool:
    """Run the step's script on this machine; tell whether it ended well."""
    job = run.frame.job
    script = job.rooms.temp / f"{uuid.uuid4()}.sh"
    script.write_text(fill_text(run.step.run, run.scope()), "utf-8")
    folder = fill_text(run.step.working_directory or _default(run, "working_directory"), run.scope())
    command = _command(fill_text(run.step.shell or _default(run, "shell"), run.scope()), script)
    files = run.open_files()
    _introduce(run, script, command)
    try:
        return on_this_machine(run, command, _environment(run), job.rooms.workspace / folder)
    finally:
        run.close_files(files)


def on_this_machine(run: StepRun, command: tuple[str, ...], env: Mapping[str, str], folder: Path) -> bool:
    """Run a process that sees ``env`` and no more of this process's own environment than it needs."""
    rooms = run.frame.job.rooms
    foreign = rooms.foreign()
    surplus = sorted(set(os.environ) - _KEPT - set(env))
    without = ("env", *(word for name in surplus for word in ("-u", name)))
    try:
        stream(run.bounded(*without, *command), cwd=folder, env=env, on_line=run.log.raw)
    except CommandFailed as failure:
        if not run.timed_out(failure):
            run.log.error(f"Process completed with exit code {failure.returncode}.")
        return False
    finally:
        rooms.give_back(but=foreign)
    return True


def _default(run: StepRun, setting: str) -> str:
    """Give the job's ``defaults.run``, which a composite action's steps do not see."""
    return "" if run.frame.composite else str(getattr(run.frame.job, setting))


def _command(shell: str, script: Path) -> tuple[str, ...]:
    template = _SHELLS.get(shell) or tuple(shlex.split(shell))
    if "{0}" not in shell and shell not in _SHELLS:
        raise InputError(
            f"{shell!r} is not a shell that this runner knows",
            fix="use bash, sh, python, or a command line with {0} for the script",
        )
    return tuple(word.replace("{0}", str(script)) for word in template)


def _environment(run: StepRun) -> dict[str, str]:
    path = os.pathsep.join([*reversed(run.frame.job.path), os.environ.get("PATH", os.defpath)])
    env = {
        **run.env,
        **run.variables(),
        "HOME": str(run.frame.job.rooms.home),
        "CI": "true",
        "GITHUB_ACTIONS": "true",
    }
    # On a hosted machine scripts run as the workspace's owner. Here they may run as root: then git must take
    # the workspace as its own, and it does so for the user whom SUDO_UID names. What the script leaves behind
    # becomes that user's afterwards.
    owner = {"SUDO_UID": str(RUNNER_UID)} if os.geteuid() == 0 else {}
    return {"PATH": path, **env, **owner}


def _introduce(run: StepRun, script: Path, command: tuple[str, ...]) -> None:
    run.log.say(f"##[group]{run.title}")
    run.log.say(script.read_text("utf-8").rstrip("\n"))
    run.log.say(f"shell: {' '.join(command).replace(str(script), '{0}')}")
    run.log.say("##[endgroup]")

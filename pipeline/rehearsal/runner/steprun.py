"""One step while it runs."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from pipeline.rehearsal.runner.action import ActionInput
from pipeline.rehearsal.runner.environment import github_environment, runner_environment
from pipeline.rehearsal.runner.expressions import Scope, Value, fill_text, fill_texts
from pipeline.rehearsal.runner.filecommands import CommandFiles
from pipeline.rehearsal.runner.frame import Frame, minutes
from pipeline.rehearsal.runner.results import Annotation, Conclusion, StepResult
from pipeline.rehearsal.runner.rooms import RUNNER_UID
from pipeline.rehearsal.runner.steplog import StepLog
from pipeline.rehearsal.runner.workflow import Step

#: What `timeout` says when it ended a command, the second by force.
_ENDED_BY_TIMEOUT: Final = (124, 137)


@dataclass(slots=True, kw_only=True)
class StepRun:
    """A step with what it has said and set so far."""

    frame: Frame
    step: Step
    name: str
    title: str
    log: StepLog
    started: datetime
    env: dict[str, str]
    github: dict[str, Value]
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    children: tuple[StepResult, ...] = ()

    @classmethod
    def begin(cls, frame: Frame, step: Step) -> StepRun:
        """Begin a step: name it, collect the environment around it."""
        job = frame.job
        name = frame.name(step.id or _context_name(step))
        title = step.name or f"Run {step.uses or _first_line(step.run)}"
        run = cls(
            frame=frame,
            step=step,
            name=name,
            title=title,
            log=StepLog(
                masker=job.masker,
                workspace=str(job.rooms.workspace),
                on_line=lambda line: job.machine.watcher.line(job.label, run.title, line),
            ),
            started=job.machine.clock(),
            env={**job.env, **frame.env},
            github={"action": name, "action_status": "failure" if frame.failed else "success"},
        )
        return run

    def announce(self) -> None:
        """Tell the watcher that the step begins, under its name with expressions filled in."""
        job = self.frame.job
        self.title = job.masker.mask(fill_text(self.title, self.scope()))
        job.machine.watcher.step_started(job.label, self.title)

    def scope(self) -> Scope:
        """Give what the step's expressions may use."""
        return self.frame.scope(env=self.env, github=self.github)

    def inputs(self, declared: Sequence[ActionInput]) -> dict[str, str]:
        """Join ``with`` and the defaults that the action declares; case does not count in names.

        As on GitHub, ``required`` is not enforced, and an input that is not declared gets a warning and
        is passed all the same.
        """
        given = fill_texts(self.step.inputs, self.scope())
        known = {one.name.lower(): one.name for one in declared}
        defaults = {one.name: fill_text(one.default, self.scope()) for one in declared}
        for one in declared:
            if one.deprecation and one.name.lower() in {name.lower() for name in given}:
                self.warn(f"Input '{one.name}' has been deprecated with message: {one.deprecation}")
        if surplus := [name for name in given if name.lower() not in known]:
            valid = ", ".join(f"'{name}'" for name in known.values())
            self.warn(f"Unexpected input(s) '{', '.join(surplus)}', valid inputs are [{valid}]")
        return {**defaults, **{known.get(name.lower(), name): value for name, value in given.items()}}

    def warn(self, message: str) -> None:
        """Report a warning of the runner's own."""
        self.log.annotate(Annotation(level="warning", message=self.log.masker.mask(message)))

    def open_files(self) -> CommandFiles:
        """Make the files through which the step speaks, and name them in the ``github`` context."""
        files = CommandFiles(folder=self.frame.job.rooms.file_commands, unique=str(uuid.uuid4()))
        files.make()
        for name, path in files.paths().items():
            self.github[name] = str(path)
            if os.geteuid() == 0:
                os.chown(path, RUNNER_UID, RUNNER_UID)
        return files

    def variables(self) -> dict[str, str]:
        """Give the variables that the runner adds to ``env``: GITHUB_… and RUNNER_…."""
        github = {**self.frame.job.github, **self.frame.github, **self.github}
        return {**github_environment(github), **runner_environment(self.frame.job.rooms)}

    def close_files(self, files: CommandFiles) -> None:
        """Obey what the step wrote; what is not well formed makes it fail."""
        job = self.frame.job
        for read in (self._take_outputs, self._take_environment, self._take_summary):
            try:
                read(files)
            except ActionError as problem:
                self.log.error(str(problem))
                self.log.broken = self.log.broken or read != self._take_summary
        for line in files.lines("path"):
            job.path[:] = [*(known for known in job.path if known != line), line]

    def bounded(self, *command: str, alone: bool = False) -> tuple[str, ...]:
        """Interrupt a command when the time of the step or of the job is over, ten seconds later by force.

        The processes that it started are ended too, unless it is ``alone``: then it stays in the foreground,
        where Ctrl-C reaches it.
        """
        seconds = f"{max(self._seconds_left(), 0.1):.1f}"
        return (
            "timeout",
            *(("--foreground",) if alone else ()),
            "--signal=INT",
            "--kill-after=10",
            seconds,
            *command,
        )

    def timed_out(self, failure: CommandFailed) -> bool:
        """Tell whether a bounded command failed because its time was over, and report that."""
        late = failure.returncode in _ENDED_BY_TIMEOUT and self._seconds_left() <= 1
        if late:
            minutes = min(self._minutes(), self.frame.job.timeout_minutes)
            self.log.error(f"The action '{self.title}' has timed out after {minutes:g} minutes.")
        return late

    def _seconds_left(self) -> float:
        now, job = self.frame.job.machine.clock(), self.frame.job
        of_step = self._minutes() * 60 - (now - self.started).total_seconds()
        of_job = job.timeout_minutes * 60 - (now - job.started).total_seconds()
        return min(of_step, of_job)

    def _minutes(self) -> float:
        return minutes(self.step.timeout_minutes, self.scope())

    def _take_outputs(self, files: CommandFiles) -> None:
        self.outputs |= dict(files.pairs("output"))

    def _take_environment(self, files: CommandFiles) -> None:
        for name, value in files.pairs("env"):
            if name.upper() == "NODE_OPTIONS":
                self.log.error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.")
            else:
                self.frame.job.env[name] = value

    def _take_summary(self, files: CommandFiles) -> None:
        self.summary = self.log.masker.mask(files.summary())

    def end(self, *, outcome: Conclusion, conclusion: Conclusion) -> StepResult:
        """Turn the step into its result."""
        ended = self.frame.job.machine.clock()
        children = self.children
        return StepResult(
            id=self.name,
            name=self.title,
            outcome=outcome,
            conclusion=conclusion,
            started=self.started,
            seconds=(ended - self.started).total_seconds(),
            outputs=self._outputs(),
            log="\n".join(self.log.lines),
            summary="".join([self.summary, *(child.summary for child in children)]),
            annotations=(*self.log.annotations, *(one for child in children for one in child.annotations)),
            steps=children,
        )

    def _outputs(self) -> Mapping[str, str]:
        return {**self.log.outputs, **self.outputs}


def _context_name(step: Step) -> str:
    """Name a step without an id as the runner does: ``__run``, ``__self``, ``__actions_checkout``."""
    if step.run:
        return "__run"
    if step.uses.startswith((".", "$/")):
        return "__self"
    return "__" + step.uses.partition("@")[0].replace("/", "_").replace("-", "_")


def _first_line(script: str) -> str:
    return next((line.strip() for line in script.splitlines() if line.strip()), "")

"""Build the images of the actions that a job uses before its first step, as the runner does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from actionkit.errors import ActionError
from pipeline.rehearsal.runner.action import CompositeAction, DockerAction, read_action
from pipeline.rehearsal.runner.container import missing
from pipeline.rehearsal.runner.engine import HostProcess, NoEngine
from pipeline.rehearsal.runner.frame import Frame
from pipeline.rehearsal.runner.image import build_image
from pipeline.rehearsal.runner.resolve import ActionAt, resolve_action
from pipeline.rehearsal.runner.results import Conclusion, StepResult
from pipeline.rehearsal.runner.steplog import StepLog
from pipeline.rehearsal.runner.workflow import Step

#: As the runner, which takes a failure for a network's at first.
_TRIES: Final = 3


def build_early(frame: Frame, steps: Sequence[Step]) -> tuple[StepResult, ...]:
    """Build what ``$/path`` and ``owner/name/path@ref`` refer to, in composite actions too.

    Each build is a step of its own in the result, and one that fails makes the list fail. ``./path`` is
    built in its step: only then is it there; somebody else's action is never here. Raise ActionError for an
    action of a repository on this machine that cannot be found.
    """
    found = dict(_containers(frame, steps))
    if isinstance(frame.job.machine.engine, HostProcess):
        return ()
    return tuple(_build_step(frame, uses, action) for uses, action in found.items())


def _containers(frame: Frame, steps: Sequence[Step]) -> Iterator[tuple[str, DockerAction]]:
    for step in steps:
        if not step.uses:
            continue
        target = resolve_action(step.uses, frame, step.where)
        if isinstance(target, ActionAt) and target.early:
            action = read_action(target.folder)
            match action:
                case DockerAction():
                    yield step.uses, action
                case CompositeAction():
                    inner = Frame(job=frame.job, source=target.source, contexts=frame.contexts)
                    yield from _containers(inner, action.steps)


def _build_step(frame: Frame, uses: str, action: DockerAction) -> StepResult:
    job, machine = frame.job, frame.job.machine
    title = f"Build {uses}"
    started = machine.clock()
    machine.watcher.step_started(job.label, title)
    log = StepLog(
        masker=job.masker,
        workspace=str(job.rooms.workspace),
        on_line=lambda line: machine.watcher.line(job.label, title, line),
    )
    conclusion = Conclusion.SUCCESS
    try:
        _build(frame, action, log.say)
    except ActionError as problem:
        log.error(str(problem))
        frame.failed = True
        conclusion = Conclusion.FAILURE
    result = StepResult(
        id="",
        name=title,
        outcome=conclusion,
        conclusion=conclusion,
        started=started,
        seconds=(machine.clock() - started).total_seconds(),
        log="\n".join(log.lines),
        annotations=tuple(log.annotations),
    )
    machine.watcher.step_ended(job.label, result)
    return result


def _build(frame: Frame, action: DockerAction, on_line: Callable[[str], None]) -> None:
    machine = frame.job.machine
    match machine.engine:
        case NoEngine() as none:
            raise missing(none)
        case HostProcess():
            return
        case engine:
            build_image(machine, engine, action, on_line, tries=_TRIES)

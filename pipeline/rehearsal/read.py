"""Read what the runs left: spans of time, events, problems and logs, in the words of the story."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.rehearsal.github import Suppressed
from pipeline.rehearsal.play import Run
from pipeline.rehearsal.runner import Annotation, Conclusion, JobResult, StepResult
from pipeline.rehearsal.scene import IMAGES, RELEASE
from pipeline.rehearsal.story import model

_ACTION_STEPS: Final = {RELEASE: "release", IMAGES: "images"}
_TAIL: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """When the rehearsal began, and the spans of setting it up."""

    at: datetime
    spans: tuple[model.Span, ...]

    @property
    def seconds(self) -> float:
        """How long it took to set up."""
        return max((span.started + span.seconds for span in self.spans), default=0.0)


def action_steps(runs: Sequence[Run], workflow: str) -> Iterator[StepResult]:
    """Find the step of our own action in the runs of a workflow."""
    for run, job in _jobs(runs):
        if run.event.workflow == workflow:
            yield from (step for step in job.steps if step.id == _ACTION_STEPS[workflow])


def read_spans(runs: Sequence[Run], beginning: Beginning) -> Iterator[model.Span]:
    """Tell when each job and each step began and how long it took."""
    for run, job in _jobs(runs):
        yield _span(f"{run.event.workflow}: {job.name}", job, job.conclusion, beginning, depth=0)
        for step in job.steps:
            yield _span(step.name, step, step.outcome, beginning, depth=1)


def read_events(
    runs: Sequence[Run], suppressed: Sequence[Suppressed], beginning: Beginning
) -> Iterator[model.Event]:
    """Tell what started what; a release that GITHUB_TOKEN published started nothing, and why."""
    silent = [item for item in suppressed if item.event.name == "release"]
    for run in runs:
        at = beginning.seconds + run.at
        if run.event.workflow == RELEASE:
            yield model.Event(at=at, cause="Run workflow was pressed", started=RELEASE)
            ended = at + sum(job.seconds for job in run.result.jobs)
            yield from (_silent(item, ended) for item in silent)
        else:
            yield model.Event(at=at, cause=_cause(run), started=run.event.workflow)


def read_problems(runs: Sequence[Run], *, without: Container[str]) -> Iterator[model.Problem]:
    """Tell what failed, leaving out the workflows in ``without``."""
    for run, job in _jobs(runs):
        if run.event.workflow in without:
            continue
        yield from (_of_annotation(note) for note in job.annotations if note.level == "error")
        for step in _all_steps(job.steps):
            if step.outcome is Conclusion.FAILURE and not step.steps:
                yield _of_step(step)


def read_logs(runs: Sequence[Run]) -> Iterator[model.Log]:
    """Give every step's log."""
    for run, job in _jobs(runs):
        for step in job.steps:
            yield model.Log(title=f"{run.event.workflow} · {step.name}", text=step.log)


def _jobs(runs: Sequence[Run]) -> Iterator[tuple[Run, JobResult]]:
    for run in runs:
        yield from ((run, job) for job in _with_called(run.result.jobs))


def _with_called(jobs: Sequence[JobResult]) -> Iterator[JobResult]:
    for job in jobs:
        yield job
        yield from _with_called(job.jobs)


def _all_steps(steps: Sequence[StepResult]) -> Iterator[StepResult]:
    for step in steps:
        yield step
        yield from _all_steps(step.steps)


def _span(
    name: str, timed: JobResult | StepResult, ended: Conclusion, beginning: Beginning, *, depth: int
) -> model.Span:
    return model.Span(
        name=name,
        started=max(0.0, (timed.started - beginning.at).total_seconds()),
        seconds=timed.seconds,
        outcome=model.SpanOutcome(ended.value),
        depth=depth,
        kind=model.SpanKind.STEP if depth else model.SpanKind.JOB,
    )


def _cause(run: Run) -> str:
    match run.event.name:
        case "workflow_dispatch":
            return f"{run.event.actor} dispatched the workflow on {run.event.ref.rsplit('/', 1)[1]}"
        case name:
            return f"{name} by {run.event.actor}"


def _silent(item: Suppressed, at: float) -> model.Event:
    return model.Event(at=at, cause=f"{item.event.actor} published the release", rule=item.reason)


def _of_step(step: StepResult) -> model.Problem:
    for note in step.annotations:
        if note.level == "error":
            return _of_annotation(note)
    return model.Problem(what=f"the step {step.name} failed", why=step.log[-_TAIL:])


def _of_annotation(note: Annotation) -> model.Problem:
    place = ":".join(str(part) for part in (note.file, note.line, note.column) if part)
    return model.Problem(what=note.title or note.message.splitlines()[0], why=note.message, place=place)

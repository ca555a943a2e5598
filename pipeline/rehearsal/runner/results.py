"""What a run leaves behind, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias, TypeVar

from actionkit.errors import InputError

Level: TypeAlias = Literal["notice", "warning", "error"]

_Result = TypeVar("_Result")


class Conclusion(StrEnum):
    """How a step, a job or a workflow ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A message that GitHub shows beside the run; lines and columns are 1-based, 0 when not given."""

    level: Level
    message: str
    title: str = ""
    file: str = ""
    line: int = 0
    end_line: int = 0
    column: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One step.

    ``outcome`` is how it ended and ``conclusion`` what counts after ``continue-on-error``. ``log`` is what
    the log page shows, secrets masked; ``summary`` is Markdown. The steps of a composite action are in
    ``steps``, and their logs, summaries and annotations are also in those of the whole.
    """

    id: str
    name: str
    outcome: Conclusion
    conclusion: Conclusion
    started: datetime
    seconds: float
    outputs: Mapping[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    annotations: tuple[Annotation, ...] = ()
    steps: tuple[StepResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """One job: its ``steps``, or the ``jobs`` of its matrix or of the reusable workflow that it called.

    ``permissions`` are those of its token; ``annotations`` are about the job itself, not about a step;
    ``runs_on`` are the labels of the machine that it asked for.
    """

    id: str
    name: str
    conclusion: Conclusion
    started: datetime
    seconds: float
    outputs: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, str] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    steps: tuple[StepResult, ...] = ()
    jobs: tuple[JobResult, ...] = ()
    runs_on: tuple[str, ...] = ()

    def step(self, wanted: str) -> StepResult:
        """Find a step by its id or its name; raise InputError when there is none."""
        return _found(tuple(step for step in self.steps if wanted in (step.id, step.name)), wanted, self.id)

    def job(self, wanted: str) -> JobResult:
        """Find a job of the matrix or called workflow by its id; raise InputError when there is none."""
        return _found(tuple(job for job in self.jobs if job.id == wanted), wanted, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowResult:
    """A whole run: ``title`` is its ``run-name``; ``outputs`` are those that a reusable workflow declares."""

    name: str
    title: str
    conclusion: Conclusion
    jobs: tuple[JobResult, ...]
    outputs: Mapping[str, str] = field(default_factory=dict)

    def job(self, wanted: str) -> JobResult:
        """Find a job by its id; raise InputError when there is none."""
        return _found(tuple(job for job in self.jobs if job.id == wanted), wanted, self.name)


def _found(things: tuple[_Result, ...], wanted: str, where: str) -> _Result:
    if not things:
        raise InputError(f"{where} has no {wanted!r}")
    return things[0]

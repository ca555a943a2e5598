"""Watch the runs and show progress while they work."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field

from actionkit.errors import ActionError
from pipeline.rehearsal.runner import Conclusion, JobResult, StepResult
from pipeline.rehearsal.story.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Shows each step as it starts and ends, and what it says in between where the terminal can."""

    progress: Progress
    shown: list[AbstractContextManager[None]] = field(default_factory=list)

    def job_started(self, job: str, name: str) -> None:
        """Name the job."""
        self.progress.note(f"job {name}")

    def job_ended(self, job: str, result: JobResult) -> None:
        """Nothing: its last step said it."""

    def step_started(self, job: str, step: str) -> None:
        """Begin the step's line."""
        line = self.progress.step(step)
        line.__enter__()
        self.shown.append(line)

    def line(self, job: str, step: str, text: str) -> None:
        """Show a line of the log."""
        self.progress.tick(text)

    def step_ended(self, job: str, result: StepResult) -> None:
        """End the step's line with how it went; a step that was skipped never began."""
        if result.outcome is Conclusion.SKIPPED or not self.shown:
            return
        line = self.shown.pop()
        if result.outcome is not Conclusion.FAILURE:
            line.__exit__(None, None, None)
            return
        failed = ActionError(f"{result.name} failed")
        with suppress(ActionError):
            line.__exit__(ActionError, failed, None)

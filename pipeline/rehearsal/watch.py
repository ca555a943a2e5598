"""Watch the runs: show progress while they work, and remember when each thing began."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.rehearsal.runner import JobResult, StepResult
from pipeline.rehearsal.story.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Shows each step as it starts and ends, and what our own actions say in between."""

    progress: Progress

    def job_started(self, job: str, name: str) -> None:
        """Name the job."""
        self.progress.note(f"job {name}")

    def job_ended(self, job: str, result: JobResult) -> None:
        """Nothing: its last step said it."""

    def step_started(self, job: str, step: str) -> None:
        """Begin the step's line."""
        self.progress.start(step)

    def line(self, job: str, step: str, text: str) -> None:
        """Show a line of the log, where the terminal can."""
        self.progress.detail(text)

    def step_ended(self, job: str, result: StepResult) -> None:
        """End the step's line with how it went."""
        self.progress.end(result.name, result.outcome.value, result.seconds)

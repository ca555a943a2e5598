"""What the runner needs from the machine: a Docker engine, a maker of tokens, somebody who watches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pipeline.rehearsal.runner.results import JobResult, StepResult


class Engine(Protocol):
    """A running Docker engine."""

    @property
    def docker(self) -> tuple[str, ...]:
        """The start of every command line, ``("docker",)`` for one.

        No script of Debian's sh: that drops variables with hyphens, and ``-e INPUT_DRY-RUN`` finds nothing.
        """

    @property
    def env(self) -> Mapping[str, str]:
        """What that command needs in its environment, DOCKER_HOST for one."""

    @property
    def socket(self) -> str:
        """The path of the engine's socket where the engine looks up what ``-v`` mounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEngine:
    """No engine runs here: container actions fail with ``reason``; ``fix`` is what to do about it."""

    reason: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostProcess:
    """Stands in for an engine where there is none: the program of a container action runs here.

    ``command`` is the start of its command line, such as ``("python3", "-I", "-u", "-m")``; the action's
    ``args`` follow. It is for actions whose first argument is one of ``programs``; all others fail as
    ``missing`` says.
    """

    command: tuple[str, ...]
    programs: tuple[str, ...]
    missing: NoEngine


class TokenFactory(Protocol):
    """Makes the GITHUB_TOKEN of a job."""

    def __call__(self, *, repository: str, permissions: Mapping[str, str]) -> str:
        """Make a token for ``repository`` that may do just what ``permissions`` says; others are "none"."""


class Watcher(Protocol):
    """Sees a run while it goes on; ``job`` is the id, with the caller's before it: ``images / build``."""

    def job_started(self, job: str, name: str) -> None:
        """A job begins."""

    def job_ended(self, job: str, result: JobResult) -> None:
        """A job is over, or was skipped."""

    def step_started(self, job: str, step: str) -> None:
        """A step begins; ``step`` is its display name."""

    def line(self, job: str, step: str, text: str) -> None:
        """A step says something; secrets are masked."""

    def step_ended(self, job: str, result: StepResult) -> None:
        """A step is over, or was skipped."""


class Silent:
    """A watcher that does not look."""

    def job_started(self, job: str, name: str) -> None:
        """Do nothing."""

    def job_ended(self, job: str, result: JobResult) -> None:
        """Do nothing."""

    def step_started(self, job: str, step: str) -> None:
        """Do nothing."""

    def line(self, job: str, step: str, text: str) -> None:
        """Do nothing."""

    def step_ended(self, job: str, result: StepResult) -> None:
        """Do nothing."""

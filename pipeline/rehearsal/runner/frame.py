"""What steps stand in: the run, the job, and the list of steps they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from pipeline.rehearsal.runner.engine import Engine, HostProcess, NoEngine, TokenFactory, Watcher
from pipeline.rehearsal.runner.expressions import CaseSensitive, Scope, Value, fill, to_number
from pipeline.rehearsal.runner.masking import Masker
from pipeline.rehearsal.runner.rooms import Rooms
from pipeline.rehearsal.runner.source import Source

_SIX_HOURS: Final = 360.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What all jobs share: the machine, the local GitHub, and the repository's settings.

    ``services`` are further variables for container actions, such as ACTIONS_RUNTIME_TOKEN and
    ACTIONS_RESULTS_URL. ``repositories`` says where ``uses: owner/name/path@ref`` finds a checkout.
    ``network_options`` name the job network, as the runner does for a job with services; with them the
    containers of a user's engine reach the local GitHub. ``images`` remembers what was built: tag by
    content of the build context.
    """

    engine: Engine | HostProcess | NoEngine
    work: Path
    server_url: str
    api_url: str
    graphql_url: str
    tokens: TokenFactory
    watcher: Watcher
    clock: Callable[[], datetime]
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    repositories: Mapping[str, Path] = field(default_factory=dict)
    network_options: tuple[str, ...] = ()
    images: dict[str, str] = field(default_factory=dict)

    @property
    def actions(self) -> Path:
        """Where downloaded actions lie."""
        return self.work / "_actions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What started the run."""

    name: str
    payload: Mapping[str, Value]
    repository: str
    ref: str
    sha: str
    actor: str
    run_id: int
    run_number: int
    run_attempt: int


@dataclass(slots=True, kw_only=True)
class RunningJob:
    """A job while it runs; ``env`` and ``path`` grow by what steps write to GITHUB_ENV and GITHUB_PATH.

    ``label`` is the job's id, with those of calling jobs before it; ``contexts`` are those that stay the
    same for all of its steps.
    """

    label: str
    machine: Machine
    rooms: Rooms
    token: str
    masker: Masker
    contexts: Mapping[str, Value]
    github: Mapping[str, Value]
    shell: str
    working_directory: str
    started: datetime
    timeout_minutes: float
    env: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Frame:
    """A list of steps while it runs: that of a job, or that of a composite action in it.

    ``source`` is the repository of the file that the steps are written in. ``env`` is what the step that
    uses the composite action has in its own ``env``. ``steps`` fills up as steps end.
    """

    job: RunningJob
    source: Source
    contexts: Mapping[str, Value]
    github: Mapping[str, Value] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    steps: dict[str, Value] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    failed: bool = False
    composite: bool = False

    def name(self, wanted: str) -> str:
        """Give a step a name that no other step of the list has: ``__run``, then ``__run_2``."""
        number = 1
        while (name := wanted if number == 1 else f"{wanted}_{number}") in self.names:
            number += 1
        self.names.add(name)
        return name

    def scope(self, *, env: Mapping[str, str], github: Mapping[str, Value]) -> Scope:
        """Give what expressions may use; the status functions answer for this list of steps."""
        whole: dict[str, Value] = {**self.job.github, **self.github, **github}
        contexts = {**self.contexts, "github": whole, "env": CaseSensitive(env), "steps": self.steps}
        return Scope(contexts=contexts, statuses=statuses(failed=self.failed))


def statuses(*, failed: bool) -> Mapping[str, bool]:
    """Give the answers of the status functions; nobody cancels a run here."""
    return {"success": not failed, "failure": failed, "always": True, "cancelled": False}


def minutes(written: Value, scope: Scope) -> float:
    """Evaluate ``timeout-minutes``; GitHub's default is six hours."""
    value = to_number(fill(written, scope))
    return value if value > 0 else _SIX_HOURS

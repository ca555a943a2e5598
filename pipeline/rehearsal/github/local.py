"""The local GitHub as its user has it: start it, fill it, ask what would start."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from pipeline.rehearsal.github import hook, tokens
from pipeline.rehearsal.github.app import App, Observer
from pipeline.rehearsal.github.events import Happenings
from pipeline.rehearsal.github.faults import Fault
from pipeline.rehearsal.github.gitstore import GitStore
from pipeline.rehearsal.github.limits import Limits
from pipeline.rehearsal.github.links import Links
from pipeline.rehearsal.github.records import (
    Event,
    Protection,
    PullRequest,
    Repository,
    Suppressed,
    Token,
    TokenKind,
    User,
)
from pipeline.rehearsal.github.rules import KNOWN_RULES
from pipeline.rehearsal.github.server import Server
from pipeline.rehearsal.github.service import Service
from pipeline.rehearsal.github.state import Clock, RepositoryState, State
from pipeline.rehearsal.github.views.users import user_id


def wall_clock() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHandle:
    """A workflow run under way; ``complete`` ends it with GitHub's word for the outcome."""

    id: int
    url: str
    repository: RepositoryState
    state: State

    def complete(
        self, conclusion: Literal["success", "failure", "cancelled", "skipped", "timed_out"]
    ) -> None:
        """End the run."""
        with self.state.lock:
            run = self.repository.runs.get(self.id)
            done = replace(run, status="completed", conclusion=conclusion, updated_at=self.state.now())
            self.repository.runs.put(run.id, done)


_CONFIG: Final = """\
[http]
	receivepack = true
[receive]
	procReceiveRefs = refs/
	autogc = false
	denyDeleteCurrent = ignore
[uploadpack]
	allowFilter = true
	allowReachableSHA1InWant = true
[gc]
	auto = 0
"""


class LocalGitHub:
    """A GitHub on this machine; its state is the folder and survives the server."""

    def __init__(self, folder: Path, root: str, clock: Clock) -> None:
        self._state = State(folder, clock)
        links = Links(root)
        happenings = Happenings(self._state, links)
        self._service = Service(state=self._state, links=links, happenings=happenings, limits=Limits(clock))
        self.app = App(self._service)
        self.url = links.root
        self.api_url = links.api
        self.graphql_url = links.graphql

    @staticmethod
    @contextmanager
    def serve(
        folder: Path, *, host: str = "127.0.0.1", port: int = 0, clock: Clock = wall_clock, name: str = ""
    ) -> Iterator[LocalGitHub]:
        """Serve the state below ``folder`` in a thread until the block ends.

        ``port`` 0 takes a free one. ``name`` is the host name in addresses, by default ``host``.
        """
        server = Server((host, port))
        github = LocalGitHub(folder, f"http://{name or host}:{server.server_port}", clock)
        server.app = github.app
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield github
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def create_repository(
        self,
        full_name: str,
        *,
        source: Path | None = None,
        default_branch: str = "main",
        private: bool = False,
        description: str = "",
    ) -> Repository:
        """Make a repository, with the branches and tags of ``source`` (a work tree or a bare repository)."""
        owner, _, name = full_name.partition("/")
        place = self._state.place(owner, name)
        _init_git(place.git, default_branch)
        if source is not None:
            specs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
            # A shallow source makes a shallow repository, as good as it can be.
            flags = ("-q", "--no-tags", "--update-shallow")
            place.git.git("-c", "safe.directory=*", "fetch", *flags, str(source.resolve()), *specs)
        now = self._state.now()
        settings = Repository(
            id=self._state.next_id(),
            owner=owner,
            name=name,
            default_branch=default_branch,
            private=private,
            description=description,
            created_at=now,
            pushed_at=now,
        )
        return place.save(settings)

    def issue_token(
        self,
        full_name: str,
        *,
        permissions: Mapping[str, str],
        kind: TokenKind = TokenKind.GITHUB_TOKEN,
        login: str = "github-actions[bot]",
    ) -> str:
        """Make a token for one repository and return its value."""
        tokens.check_permissions(permissions)
        value = tokens.new_value(kind)
        self._state.save_token(
            Token(value=value, kind=kind, login=login, repository=full_name, permissions=dict(permissions))
        )
        return value

    def revoke_token(self, value: str) -> None:
        """End a token, as GitHub ends a job's token with the job."""
        self._state.forget_token(value)

    def protect(
        self,
        full_name: str,
        branch: str,
        *,
        rules: Sequence[str] = ("pull_request",),
        style: Literal["ruleset", "classic"] = "ruleset",
        bypass: Sequence[TokenKind] = (),
    ) -> None:
        """Protect the branches that match a pattern; ``required_status_checks:build`` names the check."""
        if unknown := [rule for rule in rules if rule.partition(":")[0] not in KNOWN_RULES]:
            raise ValueError(f"no such rule: {unknown}; known are {', '.join(KNOWN_RULES)}")
        added = Protection(
            id=self._state.next_id(), pattern=branch, style=style, rules=tuple(rules), bypass=tuple(bypass)
        )
        with self._state.lock:
            repository = self.repository(full_name)
            settings = repository.settings
            repository.save(replace(settings, protections=(*settings.protections, added)))

    def set_immutable_releases(self, full_name: str, *, enabled: bool) -> None:
        """Turn the repository's switch for immutable releases."""
        with self._state.lock:
            repository = self.repository(full_name)
            repository.save(replace(repository.settings, immutable_releases=enabled))

    def add_user(self, login: str, *, name: str = "", emails: Sequence[str] = ()) -> None:
        """Make an account to which commits with these addresses belong."""
        self._state.users.put(user_id(login), User(login=login, name=name, emails=tuple(emails)))

    def add_pull_request(self, full_name: str, pull: PullRequest) -> None:
        """Add a merged pull request."""
        self.repository(full_name).pulls.put(pull.number, pull)

    def events(self) -> Iterator[Event]:
        """Take out the events that start workflows, oldest first, also those that come meanwhile."""
        return self._service.happenings.pending()

    def suppressed(self) -> tuple[Suppressed, ...]:
        """The events that start nothing, with the reason."""
        return self._state.suppressed.all()

    def start_run(self, event: Event, *, workflow: str = "") -> RunHandle:
        """Begin the run of an event; ``workflow`` names the file when the event does not."""
        repository = self.repository(event.repository)
        with self._state.lock:
            if not event.run:
                event = self._service.happenings.add_run(replace(event, workflow=workflow))
            run = repository.runs.get(event.run)
            now = self._state.now()
            repository.runs.put(run.id, replace(run, status="in_progress", updated_at=now))
        url = f"{self.url}/{event.repository}/actions/runs/{event.run}"
        return RunHandle(id=event.run, url=url, repository=repository, state=self._state)

    def inject(self, fault: Fault) -> None:
        """Plan a fault; requests are counted from now on."""
        self.app.faults.add(fault)

    def observe(self, observer: Observer) -> None:
        """Show every exchange to ``observer`` from now on."""
        self.app.observers.append(observer)

    def repository(self, full_name: str) -> RepositoryState:
        """A repository's part of the state, to look at; raise Missing."""
        owner, _, name = full_name.partition("/")
        return self._state.repository(owner, name)


def _init_git(git: GitStore, default_branch: str) -> None:
    git.path.mkdir(parents=True, exist_ok=True)
    git.git("init", "-q", "--bare", f"--initial-branch={default_branch}")
    with (git.path / "config").open("a") as config:
        config.write(_CONFIG)
    script = git.path / "hooks" / hook.NAME
    script.parent.mkdir(exist_ok=True)
    script.write_text(hook.SCRIPT)
    script.chmod(0o755)

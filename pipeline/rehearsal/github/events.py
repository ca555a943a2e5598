"""Which workflows an activity starts, and which it does not because of whose token it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pipeline.rehearsal.github.gitstore import ZERO, Commit
from pipeline.rehearsal.github.links import Links
from pipeline.rehearsal.github.records import (
    Event,
    Json,
    Repository,
    Run,
    Suppressed,
    Token,
    TokenKind,
)
from pipeline.rehearsal.github.state import RepositoryState, State
from pipeline.rehearsal.github.views.commits import simple_commit
from pipeline.rehearsal.github.views.repositories import full_repository
from pipeline.rehearsal.github.views.users import simple_user
from pipeline.rehearsal.github.workflows import Workflow, workflows_at

# https://docs.github.com/actions/concepts/security/github_token: events made with it start no run,
# "with the exception of workflow_dispatch and repository_dispatch".
_ALWAYS: Final = ("workflow_dispatch", "repository_dispatch")
_MADE_BY_JOB: Final = (
    "what GITHUB_TOKEN does starts no workflow, except by workflow_dispatch and repository_dispatch"
)
# https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#push
_MOST_TAGS: Final = 3
_BY_TAGS: Final = "a push of more than three tags at once fires no push event for them"
_PAYLOAD_COMMITS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RefChange:
    """A ref before and after; ZERO where it did not or does not exist. Ids are of commits."""

    ref: str
    before: str
    after: str


class Happenings:
    """Turns activities into queued events, runs and suppressed events."""

    def __init__(self, state: State, links: Links) -> None:
        self._state = state
        self._links = links

    def fire(self, event: Event, token: Token, *, action: str = "", quiet: bool = False) -> tuple[Event, ...]:
        """Queue an event for every workflow that listens at ``event.sha``; return what was queued.

        An event that nobody listens to is queued once without a workflow, unless it is ``quiet``.
        """
        started = [
            replace(event, workflow=workflow.file)
            for workflow in self._listeners(event)
            if workflow.listens(event.name, action=action, ref=event.ref)
        ]
        events = started or ([] if quiet else [event])
        if token.kind is TokenKind.GITHUB_TOKEN and event.name not in _ALWAYS:
            return self._suppress(events, _MADE_BY_JOB)
        return tuple(self.start(one) for one in events)

    def start(self, event: Event) -> Event:
        """Queue one event, with a run that waits when it names a workflow."""
        queued = self.add_run(event) if event.workflow else event
        return self._state.events.put(self._state.next_id(), queued)

    def add_run(self, event: Event) -> Event:
        """Register a run that waits for ``event.workflow``; return the event with its number."""
        owner, name = event.repository.split("/")
        repository, now = self._state.repository(owner, name), self._state.now()
        before = [run for run in repository.runs.all() if run.workflow == event.workflow]
        run = Run(
            id=self._state.next_id(),
            number=len(before) + 1,
            workflow=event.workflow,
            event=event.name,
            ref=event.ref,
            sha=event.sha,
            actor=event.actor,
            status="queued",
            conclusion="",
            created_at=now,
            updated_at=now,
        )
        repository.runs.put(run.id, run)
        return replace(event, run=run.id)

    def pushed(self, repository: RepositoryState, changes: tuple[RefChange, ...], token: Token) -> None:
        """Fire ``push`` for every changed ref."""
        tags = [change for change in changes if change.ref.startswith("refs/tags/")]
        for change in changes:
            event = self._push_event(repository, change, token)
            if len(tags) > _MOST_TAGS and change in tags:
                self._suppress([event], _BY_TAGS)
            else:
                self.fire(event, token)

    def pending(self) -> Iterator[Event]:
        """Take queued events out, oldest first, until none is left."""
        while queued := sorted(self._state.events.folder.glob("*.json"), key=lambda path: int(path.stem)):
            number = int(queued[0].stem)
            event = self._state.events.get(number)
            self._state.events.delete(number)
            yield event

    def sender(self, repo: Repository, token: Token) -> dict[str, Json]:
        """The members that every payload has."""
        return {
            "repository": full_repository(repo, self._links, token),
            "sender": simple_user(token.login, self._links),
        }

    def _listeners(self, event: Event) -> tuple[Workflow, ...]:
        owner, name = event.repository.split("/")
        git = self._state.repository(owner, name).git
        return workflows_at(git, event.sha) if event.sha != ZERO else ()

    def _suppress(self, events: list[Event], reason: str) -> tuple[Event, ...]:
        for event in events:
            self._state.suppressed.put(self._state.next_id(), Suppressed(event=event, reason=reason))
        return ()

    def _push_event(self, repository: RepositoryState, change: RefChange, token: Token) -> Event:
        repo = repository.settings
        return Event(
            name="push",
            repository=repo.full_name,
            ref=change.ref,
            sha=change.after,
            actor=token.login,
            payload={**self._push_payload(repository, change), **self.sender(repo, token)},
        )

    def _push_payload(self, repository: RepositoryState, change: RefChange) -> Mapping[str, Json]:
        repo, git = repository.settings, repository.git
        deleted, created = change.after == ZERO, change.before == ZERO
        reach = [change.after] if created else [change.after, f"^{change.before}"]
        new = () if deleted or created else git.commits(*reach, limit=_PAYLOAD_COMMITS)
        head = None if deleted else self._commit(repo, git.commit(change.after))
        moved = not deleted and not created
        return {
            "ref": change.ref,
            "before": change.before,
            "after": change.after,
            "created": created,
            "deleted": deleted,
            "forced": moved and not git.is_ancestor(change.before, change.after),
            "base_ref": None,
            "compare": f"{self._links.html(repo.full_name)}/compare/{_span(change)}",
            "commits": [self._commit(repo, one) for one in reversed(new)],
            "head_commit": head,
        }

    def _commit(self, repo: Repository, found: Commit) -> dict[str, Json]:
        return {**simple_commit(found), "url": f"{self._links.html(repo.full_name)}/commit/{found.sha}"}


def _span(change: RefChange) -> str:
    return f"{change.before[:12]}...{change.after[:12]}"

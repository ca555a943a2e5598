"""What every route is given: the state, the addresses, the caller and the repository."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pipeline.rehearsal.github.errors import not_found
from pipeline.rehearsal.github.events import Happenings
from pipeline.rehearsal.github.exchange import Request, Response
from pipeline.rehearsal.github.faults import NO_FAULT, Fault
from pipeline.rehearsal.github.gitstore import GitStore
from pipeline.rehearsal.github.limits import Limits
from pipeline.rehearsal.github.links import Links
from pipeline.rehearsal.github.records import Repository, Token
from pipeline.rehearsal.github.state import RepositoryState, State
from pipeline.rehearsal.github.tokens import allows, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One local GitHub's parts."""

    state: State
    links: Links
    happenings: Happenings
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a route: ``values`` are the decoded parts of its path template."""

    service: Service
    request: Request
    token: Token
    values: Mapping[str, str] = field(default_factory=dict)
    fault: Fault = NO_FAULT

    @property
    def state(self) -> State:
        """The disk."""
        return self.service.state

    @property
    def links(self) -> Links:
        """The addresses."""
        return self.service.links

    @property
    def repository(self) -> RepositoryState:
        """The repository that the path names; raise Missing."""
        return self.state.repository(self.values["owner"], self.values["repo"])

    @property
    def repo(self) -> Repository:
        """The settings of the repository that the path names."""
        return self.repository.settings

    @property
    def git(self) -> GitStore:
        """The objects and refs of the repository that the path names."""
        return self.repository.git

    def may(self, scope: str, level: str) -> bool:
        """Whether the caller holds a permission on this repository."""
        return allows(self.token, self.repo.full_name, scope, level)

    def demand(self, scope: str, level: str) -> None:
        """Raise GitHub's answer to a caller who lacks a permission on this repository."""
        repo = self.repo
        if self.may(scope, level) or (level == "read" and not repo.private):
            return
        if repo.private and not self.may("metadata", "read"):
            raise not_found()
        raise refused(self.token, scope, level)

    def touch(self) -> Repository:
        """Note that the repository was pushed to; return its settings."""
        repository = self.repository
        return repository.save(replace(repository.settings, pushed_at=self.state.now()))

    def number(self, name: str) -> int:
        """A number in the path; raise the 404 for anything else."""
        if not self.values[name].isdigit():
            raise not_found()
        return int(self.values[name])


Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An operation of the REST API.

    ``template`` is written as in GitHub's description; a part ``{name+}`` takes slashes too. ``needs`` is
    ``scope:level`` on the repository of the path, or empty. ``docs`` is the page below docs.github.com.
    """

    method: str
    template: str
    handler: Handler
    needs: str
    docs: str


def table(docs: str, *rows: tuple[str, str, Handler, str, str]) -> tuple[Route, ...]:
    """Make routes of (method, template, handler, needs, anchor in ``docs``)."""
    return tuple(
        Route(method=method, template=template, handler=handler, needs=needs, docs=f"{docs}#{anchor}")
        for method, template, handler, needs, anchor in rows
    )

"""What notes are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from actionkit.semver import Version
from release.commits.model import Reference, ReferenceKind
from release.notes.escape import escape


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the release's commits, pull requests, issues and people are found on GitHub.

    ``repository`` is ``owner/name``; without it, as on a machine that knows no remote, nothing is linked.
    ``prior_tag`` is empty for a first release.
    """

    server_url: str = "https://github.com"
    repository: str = ""
    tag: str
    prior_tag: str = ""

    @property
    def known(self) -> bool:
        """Whether there is anywhere to link to."""
        return bool(self.repository)

    def commit(self, sha: str) -> str:
        """The page of a commit."""
        return f"{self._home}/commit/{sha}"

    def reference(self, reference: Reference) -> str:
        """The page of an issue or pull request; GitHub leads from one to the other where we guess wrong."""
        page = "pull" if reference.kind is ReferenceKind.PULL_REQUEST else "issues"
        home = f"{self.server_url.rstrip('/')}/{reference.repository}" if reference.repository else self._home
        return f"{home}/{page}/{reference.number}"

    @property
    def issues(self) -> str:
        """What an issue's number is put behind, empty when nothing can be linked."""
        return f"{self._home}/issues/" if self.known else ""

    @property
    def pulls(self) -> str:
        """What a pull request's number is put behind, empty when nothing can be linked."""
        return f"{self._home}/pull/" if self.known else ""

    @property
    def release(self) -> str:
        """The page of the release itself."""
        return f"{self._home}/releases/tag/{quote(self.tag, safe='/@+')}"

    @property
    def comparison(self) -> str:
        """What changed since the prior release; for a first one, its whole history."""
        tag, prior = quote(self.tag, safe="/@+"), quote(self.prior_tag, safe="/@+")
        return f"{self._home}/compare/{prior}...{tag}" if prior else f"{self._home}/commits/{tag}"

    @property
    def _home(self) -> str:
        return f"{self.server_url.rstrip('/')}/{self.repository}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """Somebody who made a part of the release; ``login`` is empty when GitHub does not know them.

    ``first_pull_request`` is the number of their first one here, for those who are new; 0 otherwise.
    """

    name: str
    login: str = ""
    first_time: bool = False
    first_pull_request: int = 0

    def __str__(self) -> str:
        """A mention where GitHub knows the person, the name otherwise."""
        return f"@{self.login}" if self.login else escape(self.name, mentions=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and the types of changes below it; ``*`` takes every type that no other section names."""

    title: str
    types: tuple[str, ...]


DEFAULT_SECTIONS: Final = (
    Section(title="Features", types=("feat", "feature")),
    Section(title="Bug fixes", types=("fix", "bugfix", "hotfix")),
    Section(title="Performance", types=("perf",)),
    Section(title="Security", types=("security",)),
    Section(title="Reverts", types=("revert",)),
    Section(title="Dependencies", types=("deps",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the notes as markdown, escaped and linked; as a string it is a bullet.

    ``details`` are paragraphs about a breaking change; ``commits`` and ``references`` are links.
    """

    scope: str = ""
    text: str
    details: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The bullet, with the details as paragraphs below it."""
        scope = [f"**{self.scope}:**"] if self.scope else []
        links = [f"({', '.join(part)})" for part in (self.references, self.commits) if part]
        paragraphs = [" ".join(["-", *scope, self.text, *links]), *self.details]
        return "\n\n".join(paragraphs).replace("\n", "\n  ").replace("\n  \n", "\n\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries under one heading."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesContext:
    """What a template sees.

    ``breaking`` comes first and holds every breaking change; ``groups`` hold the rest, each change once.
    ``date`` is the release's day as YYYY-MM-DD.
    """

    version: Version
    tag: str
    prior_tag: str
    date: str
    breaking: tuple[Entry, ...]
    groups: tuple[Group, ...]
    contributors: tuple[Contributor, ...] = field(default=())
    links: Links

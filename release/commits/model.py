"""Commits, the changes they hold, and what was judged about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from actionkit.git import Commit
from actionkit.semver import Level, Version

__all__ = [
    "Change",
    "Commit",
    "CommitRules",
    "Judgement",
    "LevelRule",
    "Reference",
    "ReferenceKind",
    "Treatment",
]


class ReferenceKind(StrEnum):
    """What a number in a message names."""

    PULL_REQUEST = "pull request"
    CLOSES = "closes"
    REFERS = "refers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """``#12`` or ``owner/name#12`` as written, with ``repository`` empty for the own one."""

    kind: ReferenceKind
    number: int
    repository: str = ""

    def __str__(self) -> str:
        """As GitHub writes it."""
        return f"{self.repository}#{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One conventional change; a squashed commit can hold several.

    ``type`` is lower-case; ``breaking`` holds one description for each breaking change, in the author's own
    lines (the change's description where only ``!`` says so); ``level`` is what this change asks for, before
    the rules for 0.x.
    """

    sha: str
    type: str
    scope: str = ""
    description: str
    breaking: tuple[str, ...] = ()
    level: Level
    references: tuple[Reference, ...] = ()
    author_name: str = ""
    author_email: str = ""


class Treatment(StrEnum):
    """What becomes of a commit: it decides, it is only named, or it is left out."""

    COUNTED = "counted"
    LISTED = "listed"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one commit means for the release and, in ``rule``, why: a phrase for people.

    ``changes`` is empty unless the commit is counted. ``release_as`` holds the version of a ``Release-As:``
    footer, if there is one that counts.
    """

    commit: Commit
    level: Level
    rule: str
    changes: tuple[Change, ...] = ()
    treatment: Treatment
    release_as: tuple[Version, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether the commit took part in the decision."""
        return self.treatment is Treatment.COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRule:
    """A project's own rule, in the way of semantic-release's ``releaseRules``.

    ``type`` and ``scope`` are globs, ``*`` for any, matched without case; with ``breaking`` it is only for
    breaking changes, and only such a rule can lower what a breaking change raises. The highest level of
    all the rules that match a change wins; where none matches, the types decide.
    """

    level: Level
    type: str = "*"
    scope: str = "*"
    breaking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRules:
    """Everything about judging that a project can set; the defaults are those of the specification's tools.

    ``minor``, ``patch`` and ``others`` are types in lower case; a type in none of them raises
    ``default_level``. ``paths`` and ``scopes`` are globs that choose one part of a repository: a commit
    counts when one of its paths matches, or one of its changes' scopes does; a path glob that starts with
    ``!`` takes paths out again. ``bots`` are globs for author names and addresses, in lower case.
    """

    minor: tuple[str, ...] = ("feat",)
    patch: tuple[str, ...] = ("fix", "perf")
    others: tuple[str, ...] = ("build", "chore", "ci", "docs", "refactor", "revert", "style", "test")
    default_level: Level = Level.NONE
    levels: tuple[LevelRule, ...] = ()
    split_squashes: bool = True
    count_merges: bool = False
    paths: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    bots: tuple[str, ...] = (
        "*[[]bot]",
        "*[[]bot]@*",
        "dependabot*",
        "renovate*",
        "greenkeeper*",
        "snyk-bot*",
        "github-actions*",
    )

    @property
    def types(self) -> tuple[str, ...]:
        """Every type the rules know."""
        return (*self.minor, *self.patch, *self.others)

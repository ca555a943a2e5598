"""What the local GitHub remembers: frozen records, each kept as one JSON file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import GenericAlias
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

Json = Any
"""A value that came from JSON or becomes JSON: None, bool, int, float, str, list or dict."""

Make = TypeVar("Make")


class TokenKind(StrEnum):
    """Who holds a token; decides which events its actions start and which rules it may pass."""

    GITHUB_TOKEN = "github_token"  # noqa: S105 - the name of a kind
    APP = "app"
    PAT = "pat"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token: ``repository`` is ``owner/name``, ``permissions`` maps a scope to read, write or admin."""

    value: str
    kind: TokenKind
    login: str
    repository: str
    permissions: Mapping[str, str]


ANONYMOUS = Token(value="", kind=TokenKind.ANONYMOUS, login="", repository="", permissions={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Rules for branches whose name matches ``pattern``.

    ``rules`` are the type names of GitHub's rulesets (``pull_request``, ``deletion``,
    ``non_fast_forward``, ``update``, …); ``bypass`` the kinds of token that may pass.
    """

    id: int
    pattern: str
    style: Literal["ruleset", "classic"]
    rules: tuple[str, ...]
    bypass: tuple[TokenKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository's settings; ``latest_release`` is a release id, 0 for none marked."""

    id: int
    owner: str
    name: str
    default_branch: str
    private: bool
    created_at: str
    pushed_at: str
    description: str = ""
    immutable_releases: bool = False
    latest_release: int = 0
    protections: tuple[Protection, ...] = ()
    burned_tags: tuple[str, ...] = ()
    verified_commits: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release or draft; times are ISO 8601 in UTC, ``published_at`` is empty for a draft."""

    id: int
    tag_name: str
    target_commitish: str
    name: str
    body: str
    draft: bool
    prerelease: bool
    author: str
    created_at: str
    published_at: str
    updated_at: str
    immutable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A release's file; ``state`` is ``uploaded``, or ``starter`` when its upload broke off."""

    id: int
    release: int
    name: str
    label: str
    state: Literal["uploaded", "starter"]
    content_type: str
    size: int
    digest: str
    uploader: str
    created_at: str
    downloads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A workflow run; ``conclusion`` is empty until ``status`` is ``completed``."""

    id: int
    number: int
    workflow: str
    event: str
    ref: str
    sha: str
    actor: str
    status: str
    conclusion: str
    created_at: str
    updated_at: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A merged pull request, as far as release notes ask for one."""

    number: int
    title: str
    author: str
    merge_commit: str
    merged_at: str
    commits: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account and the e-mail addresses by which its commits are recognised."""

    login: str
    name: str = ""
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that starts workflows.

    ``ref`` is a full ref name; ``payload`` the webhook body as GitHub sends it; ``workflow`` the file name
    of the workflow that starts, empty when the repository has none that listens; ``inputs`` are a
    dispatch's. ``run`` is the id of the queued run, 0 without a workflow.
    """

    name: str
    repository: str
    ref: str
    sha: str
    payload: Mapping[str, Json]
    actor: str
    workflow: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    run: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """An event that starts nothing, and the rule of GitHub that says so."""

    event: Event
    reason: str


def to_json(record: Any) -> Json:
    """Turn a record into plain JSON values."""
    return dataclasses.asdict(record)


def from_json(kind: type[Make], data: Json) -> Make:
    """Make a record of ``kind`` from the values that ``to_json`` gave."""
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in data.items()})


def _value(hint: Any, value: Json) -> Any:
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], item) for item in value)
    if isinstance(hint, GenericAlias) or get_origin(hint) is not None or not isinstance(hint, type):
        return value
    if dataclasses.is_dataclass(hint):
        return from_json(hint, value)
    return hint(value) if issubclass(hint, StrEnum) else value

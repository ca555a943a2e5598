"""Read what ``uses`` refers to.

``$/path`` is the repository that the file itself comes from, ``./path`` the caller's checkout, and
``owner/name/path@ref`` a repository by name.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsuses
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from actionkit.errors import InputError

_NAMED: Final = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(?:/(?P<path>[^@]*))?@(?P<ref>\S+)")


@dataclass(frozen=True, slots=True)
class OwnPath:
    """``$/path``."""

    path: str


@dataclass(frozen=True, slots=True)
class CallerPath:
    """``./path``."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """``owner/name/path@ref``."""

    repository: str
    path: str
    ref: str


Reference: TypeAlias = OwnPath | CallerPath | Named


def read_reference(uses: str, where: str) -> Reference:
    """Read ``uses``; raise InputError for what this runner cannot run."""
    if uses.startswith("$/"):
        return OwnPath(uses.removeprefix("$/"))
    if uses == "." or uses.startswith("./"):
        return CallerPath(uses.removeprefix(".").removeprefix("/"))
    found = _NAMED.fullmatch(uses)
    if found is None:
        raise InputError(
            f"{where} uses {uses!r}, which this runner does not understand",
            fix="write $/path, ./path or owner/name/path@ref",
        )
    return Named(repository=found["repository"], path=found["path"] or "", ref=found["ref"])


def foreign(uses: str, where: str) -> InputError:
    """Make the error for somebody else's action."""
    return InputError(
        f"{where} uses {uses!r}, which is not here",
        why="the rehearsal has no internet: only this project's actions and actions/checkout run here",
        fix="do it with this project's actions or in a run step, or leave it out of the rehearsed workflow",
    )

"""What goes into the decision about a version, and what comes out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from actionkit.errors import InputError
from actionkit.semver import Level, Version, parse_version

# https://semver.org/#spec-item-9, and GitHub's and git's tag names allow all of it
_TOKEN: Final = re.compile(
    r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto:
    """The commits decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """The user names the version."""

    version: Version


Bump = Auto | Level | Exact


def parse_bump(text: str) -> Bump:
    """Read the input ``bump``: auto (also when empty), patch, minor, major, or a version."""
    word = text.strip()
    match word.lower():
        case "" | "auto":
            return Auto()
        case "patch" | "minor" | "major" as level:
            return Level(level)
        case _:
            pass
    try:
        return Exact(version=parse_version(re.sub(r"^[vV](?=\d)", "", word)))
    except InputError as error:
        raise InputError(
            f"bump {text!r} is unknown",
            why="it is neither auto, patch, minor, major nor a semantic version",
            fix="write bump: auto, one of the levels, or an exact version such as 1.4.0",
            yaml="with:\n  bump: auto",
        ) from error


def parse_prerelease(text: str) -> str:
    """Read the input ``prerelease``: a token such as rc, a number for plain X.Y.Z-N, or nothing."""
    token = text.strip()
    if token and not _TOKEN.fullmatch(token):
        raise InputError(
            f"prerelease {text!r} cannot stand in a version",
            why="SemVer allows letters, digits and hyphens, parted by dots, and no leading zeros",
            fix="write a word such as rc, beta or alpha, or 0 for versions like 1.4.0-0",
            yaml="with:\n  prerelease: rc",
        )
    return token


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPrior:
    """Nothing was released yet; ``manifest`` is the first version, ``source`` who states it."""

    manifest: Version
    source: str = "the manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRelease:
    """The release that the judged commits come after."""

    version: Version
    tag: str


Prior = NoPrior | PriorRelease


class ZeroRule(StrEnum):
    """What a change raises while the major version is 0.

    MINOR: breaking and feature → minor. CARGO: breaking → minor, feature → patch
    (https://doc.rust-lang.org/cargo/reference/semver.html: 0.y.z is compatible within one y). MAJOR: as
    from 1.0.0 on, so that a breaking change leaves 0.x.
    """

    MINOR = "minor"
    CARGO = "cargo"
    MAJOR = "major"

    def level(self, version: Version, level: Level) -> Level:
        """The level to raise ``version`` by when a commit asks for ``level``."""
        if version.major != 0 or self is ZeroRule.MAJOR:
            return level
        if level is Level.MAJOR:
            return Level.MINOR
        return Level.PATCH if level is Level.MINOR and self is ZeroRule.CARGO else level


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A version to release.

    ``level`` is how much it raises the prior version, after the rules for 0.x (none for a first release, or
    when a pre-release becomes stable as it is); ``reason`` says who
    decided, in one line; ``decisive`` holds the hash of the commit that did, empty when none did.
    """

    version: Version
    level: Level
    reason: str
    decisive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToRelease:
    """No version, and why."""

    reason: str

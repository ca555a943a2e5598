"""Arithmetic on versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from actionkit.semver import Level, Version


def raised(version: Version, level: Level) -> Version:
    """The stable version after a change of a level.

    A pre-release already announces one: 1.3.0-rc.2 holds a patch or a feature without moving on, while a
    breaking change makes it 2.0.0.
    """
    core = version.finalize_version()
    if version.prerelease and _announces(core, level):
        return core
    match level:
        case Level.NONE:
            return core
        case Level.PATCH:
            return core.bump_patch()
        case Level.MINOR:
            return core.bump_minor()
        case Level.MAJOR:
            return core.bump_major()
        case _:
            assert_never(level)


def risen(prior: Version, version: Version) -> Level:
    """The level by which one version is over another; none when only the pre-release differs."""
    if prior.major != version.major:
        return Level.MAJOR
    if prior.minor != version.minor:
        return Level.MINOR
    return Level.PATCH if prior.patch != version.patch else Level.NONE


def numbered(core: Version, token: str, known: Iterable[Version]) -> Version:
    """The next pre-release of a stable version: rc.1, or one after the highest that is known.

    A token of digits numbers plainly and starts with itself: 0 gives 1.3.0-0, then 1.3.0-1.
    """
    plain = token.isdigit()
    start = int(token) if plain else 1
    used = [
        int(number)
        for version in known
        if version.finalize_version() == core
        for head, _, number in [(version.prerelease or "").rpartition(".")]
        if number.isdigit() and head == ("" if plain else token)
    ]
    number = max([start, *(one + 1 for one in used)])
    return core.replace(prerelease=str(number) if plain else f"{token}.{number}")


def _announces(core: Version, level: Level) -> bool:
    match level:
        case Level.NONE | Level.PATCH:
            return True
        case Level.MINOR:
            return core.patch == 0
        case Level.MAJOR:
            return core.patch == 0 and core.minor == 0 and core.major > 0
        case _:
            assert_never(level)

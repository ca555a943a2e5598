"""Which tags a version gets, most specific first, and which of them it must leave alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from actionkit.errors import InputError
from actionkit.semver import Version

LATEST: Final = "latest"
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
"""What a registry takes as a tag (https://github.com/opencontainers/distribution-spec/blob/main/spec.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A floating tag that this version takes."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A floating tag that this version does not take, and why; ``given_to`` is the version that got it."""

    tag: str
    reason: str
    given_to: str = ""


Floating = Move | Hold


def version_tag(version: Version) -> str:
    """Name the tag that never moves: the version itself, with ``_`` for the ``+`` that no registry takes.

    ``_`` is in no SemVer version, so two versions never share a tag.
    """
    tag = str(version).replace("+", "_")
    if not _TAG.fullmatch(tag):
        raise InputError(
            f"version {version} cannot be an image tag",
            why="a tag has at most 128 characters",
            fix="shorten the pre-release or build part of the version",
        )
    return tag


def versions_of(tags: Iterable[str]) -> tuple[Version, ...]:
    """Read the versions among a repository's tags; floating and foreign tags are none."""
    spelled = (tag.replace("_", "+") for tag in tags)
    return tuple(Version.parse(text) for text in spelled if Version.is_valid(text))


def floating_names(version: Version) -> tuple[str, ...]:
    """Name the tags that may move to ``version``: ``{major}.{minor}``, ``{major}``, ``latest``.

    There is no ``0``: SemVer lets 0.x break with every minor version.
    """
    major = (str(version.major),) if version.major else ()
    return (f"{version.major}.{version.minor}", *major, LATEST)


def floating_tags(version: Version, others: Iterable[Version], *, unstable: str = "") -> tuple[Floating, ...]:
    """Decide every floating tag of ``version``, most specific first.

    ``others`` are the versions that the registry's and git's tags name. A tag moves only to the highest
    stable version of its range, so that a patch of an old line never takes ``latest`` back. ``unstable``
    says why a version that looks stable is none, such as GitHub's pre-release flag.
    """
    names = floating_names(version)
    if version.prerelease:
        unstable = f"{version} is a pre-release"
    if unstable:
        return tuple(Hold(tag=name, reason=unstable) for name in names)
    known = tuple(others)
    return tuple(_decided(name, version, known) for name in names)


def competitors(tag: str, version: Version, others: Iterable[Version]) -> tuple[Version, ...]:
    """List the stable versions above ``version`` that have a better claim to ``tag``, highest first."""
    above = {other for other in others if other > version and not other.prerelease}
    return tuple(sorted((other for other in above if tag in floating_names(other)), reverse=True))


def _decided(tag: str, version: Version, others: tuple[Version, ...]) -> Floating:
    higher = competitors(tag, version, others)
    return Hold(tag=tag, reason=f"{higher[0]} is higher") if higher else Move(tag=tag)

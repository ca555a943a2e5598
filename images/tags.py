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
    """A floating tag that stays where it is, and why."""

    tag: str
    reason: str


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
    return tuple(
        Version.parse(tag.replace("_", "+")) for tag in tags if Version.is_valid(tag.replace("_", "+"))
    )


def floating_tags(version: Version, others: Iterable[Version], *, unstable: str = "") -> tuple[Floating, ...]:
    """Decide ``{major}.{minor}``, ``{major}`` and ``latest``, in this order.

    ``others`` are the versions that the registry's and git's tags name. A tag moves only to the highest
    stable version of its range, so that a patch of an old line never takes ``latest`` back. ``unstable``
    says why a version that looks stable is none, such as GitHub's pre-release flag. There is no ``0``:
    SemVer lets 0.x break with every minor version.
    """
    names = (f"{version.major}.{version.minor}", *_major(version), LATEST)
    if version.prerelease:
        unstable = f"{version} is a pre-release"
    if unstable:
        return tuple(Hold(tag=name, reason=unstable) for name in names)
    stable = tuple(other for other in others if not other.prerelease)
    return tuple(_decided(name, version, stable) for name in names)


def is_in_range(tag: str, version: Version) -> bool:
    """Tell whether ``version`` competes for the floating ``tag``."""
    own = (f"{version.major}.{version.minor}", str(version.major), LATEST)
    return tag in own


def _major(version: Version) -> tuple[str, ...]:
    return (str(version.major),) if version.major else ()


def _decided(tag: str, version: Version, stable: tuple[Version, ...]) -> Floating:
    higher = max((other for other in stable if is_in_range(tag, other)), default=version)
    if higher > version:
        return Hold(tag=tag, reason=f"{higher} is higher")
    return Move(tag=tag)

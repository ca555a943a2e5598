"""SemVer 2.0.0 versions, bump levels and tag names; the only door to the ``semver`` package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from semver import Version

from actionkit.errors import InputError

__all__ = ["Level", "NotARelease", "TagFormat", "Version", "format_of", "parse_version"]

_PLACE: Final = "{version}"
# https://git-scm.com/docs/git-check-ref-format, and a leading hyphen, which commands take for an option
_NO_REFERENCE: Final = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\A[-/]|/\Z|\.\Z|\.lock(?:/|\Z)|(?:\A|/)\."
)
_CORE: Final = re.compile(r"(?<![0-9.])\d+\.\d+\.\d+")


class Level(StrEnum):
    """How much a change raises the version, in the words of SemVer; ``rank`` orders them."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        """0 for none … 3 for major."""
        return list(Level).index(self)


def parse_version(text: str) -> Version:
    """Read a strict SemVer 2.0.0 version (https://semver.org); raise InputError for anything else."""
    try:
        return Version.parse(text)
    except ValueError as error:
        raise InputError(
            f"{text!r} is not a semantic version",
            why=str(error),
            fix="write it as MAJOR.MINOR.PATCH, for example 1.4.0 or 2.0.0-rc.1",
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class NotARelease:
    """A tag that the tag format does not describe; ``tag`` is its name."""

    tag: str


@dataclass(frozen=True, slots=True)
class TagFormat:
    """How a version becomes a tag name: a template with ``{version}`` in it once, as ``v{version}``."""

    template: str = "v{version}"

    def __post_init__(self) -> None:
        if self.template.count(_PLACE) != 1:
            raise InputError(
                f"tag-format {self.template!r} must contain {_PLACE} exactly once",
                fix="use v{version}, or my-crate-{version} for a prefix of your own",
            )
        if "${" in self.template:
            raise InputError(
                f"tag-format {self.template!r} has a dollar sign before the brace",
                why="the tag would be named with the dollar sign",
                fix=f"write {self.template.replace('${', '{')}",
            )
        if _NO_REFERENCE.search(self.tag(Version(0))):
            raise InputError(
                f"tag-format {self.template!r} names no tag that git takes",
                why="a name of git has no space, none of ~^:?*[\\, no two dots in a row, no hyphen in front",
                fix="use v{version}, or my-crate-{version} for a prefix of your own",
            )

    def tag(self, version: Version) -> str:
        """Name the tag of ``version``."""
        return self.template.replace(_PLACE, str(version))

    def version(self, tag: str) -> Version | NotARelease:
        """Read the version out of a tag name; a foreign tag is ``NotARelease``."""
        head, tail = self.template.split(_PLACE)
        if not (tag.startswith(head) and tag.endswith(tail) and len(tag) > len(head) + len(tail)):
            return NotARelease(tag=tag)
        try:
            return Version.parse(tag[len(head) : len(tag) - len(tail)])
        except ValueError:
            return NotARelease(tag=tag)


def format_of(tag: str) -> TagFormat | NotARelease:
    """Read the format off a tag: everything before its version, ``v{version}`` for ``v1.3.0``."""
    for start in (found.start() for found in _CORE.finditer(tag)):
        if Version.is_valid(tag[start:]):
            return TagFormat(f"{tag[:start]}{_PLACE}")
    return NotARelease(tag=tag)

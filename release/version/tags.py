"""Find releases among tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actionkit.semver import NotARelease, TagFormat, Version

Candidate = tuple[Version, str]


def candidates(tags: Iterable[str], tag_format: TagFormat) -> tuple[Candidate, ...]:
    """The releases among tag names with their versions, highest first; foreign tags are left out.

    Which of them are merged into the branch is for git to say: ask from the first one down.
    """
    read = ((tag_format.version(tag), tag) for tag in tags)
    found = [(version, tag) for version, tag in read if not isinstance(version, NotARelease)]
    return tuple(sorted(found, key=_order, reverse=True))


def bases(found: Sequence[Candidate], *, prerelease: str) -> tuple[Candidate, ...]:
    """Those that a new release may continue: stable ones, and pre-releases of the token that is asked for.

    So 1.3.0 after 1.3.0-rc.2 tells everything since 1.2.0, and 1.3.0-rc.3 what is new since rc.2.
    """
    return tuple(one for one in found if not one[0].prerelease or is_of_token(one[0], prerelease))


def is_of_token(version: Version, token: str) -> bool:
    """Whether a version is a numbered pre-release of a token; a token of digits means X.Y.Z-N."""
    return bool(token) and _numbered(version.prerelease or "", token)


def _numbered(prerelease: str, token: str) -> bool:
    head, _, number = prerelease.rpartition(".")
    return number.isdigit() and (head == token if not token.isdigit() else not head)


def _order(candidate: Candidate) -> tuple[object, ...]:
    """SemVer's precedence (https://semver.org/#spec-item-11) as a sort key, then the tag's name."""
    version, tag = candidate
    parts = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in (version.prerelease or "").split(".")
        if part
    )
    return (version.major, version.minor, version.patch, not parts, parts, tag)

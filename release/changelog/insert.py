"""Put the section of a release at its place."""

from __future__ import annotations

import re
from typing import Final

from actionkit.errors import ActionError
from actionkit.semver import Version
from release.changelog.headings import Heading, headings, line_ends

NEW_FILE: Final = "# Changelog\n\nWhat changed in each release, the latest first.\n"
# python-semantic-release's own mark, in its default spelling
_FLAG: Final = "<!-- version list -->"
_MARK: Final = "\ufeff"
# `[1.2.0]: https://…` at the end of the file, as Keep a Changelog has them
_DEFINITIONS: Final = re.compile(r"(?:^[ \t]*(?:\[[^\]\n]+\]:[^\n]*)?(?:\r?\n|\Z))+\Z", re.MULTILINE)
_BLANKS: Final = re.compile(r"(?:\r?\n[ \t]*)*\Z")


def insert_release(
    text: str, section: str, *, version: Version, flag: str = _FLAG, path: str = "CHANGELOG.md"
) -> str:
    """Return the changelog with ``section`` (its heading first) as the newest release.

    The place, in this order: below the line that is ``flag``; where "Unreleased" stands, whose entries become
    part of the release; above the newest version; below the title of a changelog without versions. An empty
    text becomes a new file. A changelog that has the version already is returned as it is. The section takes
    on the file's line ends and the level of its version headings; nothing else changes.

    Raise ActionError, naming ``path``, when no place can be found.
    """
    if not text.strip("\ufeff \t\r\n"):
        return f"{text[: text.startswith(_MARK)]}{NEW_FILE}\n{section.strip()}\n"
    found = headings(text)
    if _named(text, version):
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    own = _levelled(section.strip(), found).replace("\n", newline)
    after = _placed(text, own, found, flag, newline, path)
    if _named(section, version) and not _named(after, version):  # the place lies in code that never ends
        raise _nowhere(path)
    return after


def _named(text: str, version: Version) -> bool:
    return any(heading.names(version) for heading in headings(text))


def _placed(text: str, section: str, found: tuple[Heading, ...], flag: str, newline: str, path: str) -> str:
    for end in line_ends(text, flag)[:1]:
        return _between(text[:end], section, text[end:], newline)
    unreleased = [heading for heading in found if heading.unreleased][:1]
    versions = [heading for heading in found if heading.version][:1]
    if unreleased and (not versions or unreleased[0].start < versions[0].start):
        return _over(text, section, unreleased[0], found, newline)
    if versions:
        return _between(text[: versions[0].start], section, text[versions[0].start :], newline)
    if len(found) == 1 and found[0].level == 1:
        end = _end(text)
        return _between(text[:end], section, text[end:], newline)
    raise _nowhere(path)


def _over(text: str, section: str, unreleased: Heading, found: tuple[Heading, ...], newline: str) -> str:
    """Give the unreleased entries the release's heading, and put what the commits say below them."""
    later = (other for other in found if other.start > unreleased.start)
    end = min((other.start for other in later if 0 < other.level <= unreleased.level), default=_end(text))
    heading, _, body = section.partition(newline)
    written = text[unreleased.end : end]
    if not written.strip():
        return _between(text[: unreleased.end], section, text[end:], newline)
    upper = _between(text[: unreleased.end], heading, written, newline)
    return _between(upper, body.strip(), text[end:], newline)


def _nowhere(path: str) -> ActionError:
    return ActionError(
        f"no place for a release found in {path}",
        why="it has neither a heading with a version, nor one that says Unreleased, nor only a title",
        fix=f"write a heading where the newest release belongs, or the line {_FLAG} above it",
        yaml="## [Unreleased]",
        file=path,
        line=1,
    )


def _levelled(section: str, found: tuple[Heading, ...]) -> str:
    """Move the section's headings from the second level to that of the file's releases.

    semantic-release mixes the first and the second, and there the second stays.
    """
    levels = [heading.level for heading in found if heading.version or heading.unreleased]
    if not levels or levels[0] == 0:
        return section
    if set(levels) == {1}:
        return re.sub(r"^#(?=#+ )", "", section, flags=re.MULTILINE)
    return re.sub(r"^(?=#+ )", "#" * max(0, levels[0] - 2), section, flags=re.MULTILINE)


def _end(text: str) -> int:
    """Where the text ends and only link definitions follow."""
    found = _DEFINITIONS.search(text)
    return found.start() if found and found[0].strip() else len(text)


def _between(before: str, section: str, after: str, newline: str) -> str:
    """Join three parts with a blank line at each seam, adding line ends but taking none away."""
    blank = "" if not before.strip(_MARK) else newline * max(0, 2 - _line_ends(before))
    seam = newline if after and not after.startswith(("\n", "\r\n")) else ""
    return f"{before}{blank}{section}{newline}{seam}{after}"


def _line_ends(text: str) -> int:
    found = _BLANKS.search(text)
    return found[0].count("\n") if found else 0

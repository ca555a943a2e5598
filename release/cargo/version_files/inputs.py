"""Read the input ``version-files``: one file a line, known by its name or with a pattern."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from actionkit.errors import InputError, raise_all

PLACE: Final = "{version}"

_EXAMPLE: Final = """version-files: |
  pyproject.toml
  web/package.json
  charts/*/Chart.yaml
  docs/install.md:download/v{version}/"""


class Format(StrEnum):
    """The files whose version is found without a pattern, by their names."""

    PYPROJECT = "pyproject.toml"
    PACKAGE_JSON = "package.json"
    CHART = "Chart.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Literal text before and after the version; every place where it fits is meant."""

    before: str
    after: str

    def __str__(self) -> str:
        """The pattern as it was written."""
        return f"{self.before}{PLACE}{self.after}"


Rule: TypeAlias = Format | Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFile:
    """One line of the input: ``path`` is relative to the repository's root and may be a glob."""

    path: str
    rule: Rule


def parse_version_files(text: str) -> tuple[VersionFile, ...]:
    """Read ``path`` or ``path:pattern`` lines; raise InputError, all problems together.

    A pattern is literal text with ``{version}`` in it once. Empty lines and lines that start with ``#`` say
    nothing.
    """
    lines = [line.strip() for line in text.splitlines()]
    problems: list[InputError] = []
    found = []
    for line in lines:
        if line and not line.startswith("#"):
            try:
                found.append(_version_file(line))
            except InputError as error:
                problems.append(error)
    raise_all(problems)
    return tuple(found)


def _version_file(line: str) -> VersionFile:
    path, colon, pattern = line.partition(":")
    return VersionFile(path=_path(path), rule=_pattern(line, pattern) if colon else _format(path))


def _path(text: str) -> str:
    normal = posixpath.normpath(text.strip())
    if normal.startswith(("/", "../")) or normal in (".", ".."):
        raise InputError(
            f"version-files names {text!r}, which is not a file of the repository",
            fix="write the path as seen from the repository's root, with forward slashes",
            yaml=_EXAMPLE,
        )
    return normal


def _pattern(line: str, pattern: str) -> Pattern:
    if pattern.count(PLACE) != 1 or pattern.strip() == PLACE:
        raise InputError(
            f"the pattern of the version-files line {line!r} must contain {PLACE} once, and text around it",
            why="the text around it is how the version is found",
            yaml=_EXAMPLE,
        )
    before, after = pattern.split(PLACE)
    return Pattern(before=before, after=after)


def _format(path: str) -> Format:
    name = posixpath.basename(path)
    if name in list(Format):
        return Format(name)
    covered = name in ("Cargo.toml", "Cargo.lock")
    raise InputError(
        f"version-files names {path!r}, and where its version stands cannot be told from its name",
        why="manifests and locks of Cargo are moved anyway" if covered else f"known are {', '.join(Format)}",
        fix=f"add a pattern: the text around the version, with {PLACE} in its place",
        yaml=_EXAMPLE,
    )

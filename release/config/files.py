"""Find and parse configuration files; what does not parse is an error with its place."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from actionkit.errors import ActionError


class Family(StrEnum):
    """Whose keys a file holds."""

    PYTHON = "python-semantic-release"
    NODE = "semantic-release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The settings of one file, still as its format gives them."""

    path: str
    family: Family
    settings: Mapping[str, object]


_PYTHON: Final = ("releaserc.toml", "releaserc.json", "pyproject.toml")
_NODE: Final = (".releaserc", ".releaserc.json", ".releaserc.yaml", ".releaserc.yml", "package.json")
_PROGRAMS: Final = (
    ".releaserc.js",
    ".releaserc.cjs",
    ".releaserc.mjs",
    "release.config.js",
    "release.config.cjs",
    "release.config.mjs",
)


def is_config(path: str) -> bool:
    """Whether a path of the repository may hold settings that ``read_config`` reads."""
    return path in (*_PYTHON, *_NODE, *_PROGRAMS)


def sources(files: Mapping[str, str]) -> tuple[Source, ...]:
    """The files that hold settings, the one to follow first; raise ActionError where one does not parse."""
    return (*_python_sources(files), *_node_sources(files))


def programs(files: Mapping[str, str]) -> tuple[str, ...]:
    """Configuration that is a program, which is not run."""
    return tuple(path for path in _PROGRAMS if path in files)


def table(value: object) -> Mapping[str, object]:
    """A value as a table, empty when it is none."""
    return value if isinstance(value, dict) else {}


def _python_sources(files: Mapping[str, str]) -> Iterator[Source]:
    for path in _PYTHON:
        if path not in files or (path == "pyproject.toml" and "semantic_release" not in files[path]):
            continue
        parsed = _json(path, files[path]) if path.endswith(".json") else _toml(path, files[path])
        found = table(parsed.get("tool")).get("semantic_release", parsed.get("semantic_release"))
        if found is not None:
            yield Source(path=path, family=Family.PYTHON, settings=table(found))


def _node_sources(files: Mapping[str, str]) -> Iterator[Source]:
    for path in _NODE:
        if path not in files:
            continue
        if path == "package.json":
            found = table(_json(path, files[path]).get("release")) if '"release"' in files[path] else {}
        else:
            # PyYAML refuses the tabs that JSON may be indented with
            as_json = path.endswith(".json") or (
                "\t" in files[path] and files[path].lstrip("\ufeff\n ")[:1] == "{"
            )
            found = _json(path, files[path]) if as_json else _yaml(path, files[path])
        if found:
            yield Source(path=path, family=Family.NODE, settings=found)


def _toml(path: str, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (0, 0)
        raise _unreadable(path, str(error), line, column) from error


def _json(path: str, text: str) -> Mapping[str, object]:
    try:
        return table(json.loads(text.removeprefix("\ufeff")))
    except json.JSONDecodeError as error:
        raise _unreadable(path, error.msg, error.lineno, error.colno) from error


def _yaml(path: str, text: str) -> Mapping[str, object]:
    import yaml

    try:
        return table(yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _unreadable(path, str(error.problem), line, column) from error
    except yaml.YAMLError as error:
        raise _unreadable(path, str(error), 0, 0) from error


def _unreadable(path: str, why: str, line: int, column: int) -> ActionError:
    return ActionError(
        f"{path} cannot be read", why=why, fix="mend the file", file=path, line=line, column=column
    )

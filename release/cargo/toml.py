"""Read TOML and find where a string stands in its text; the only door to ``tomlkit``.

``tomllib`` reads every file, because it is ten times as fast; tomlkit is called for what tomllib or the
quick way of :mod:`release.cargo.rewrite` cannot do: TOML 1.1, which cargo reads since 1.94, and values whose
place in the text only a whole parser can tell.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from actionkit.errors import InputError

Table: TypeAlias = Mapping[str, Any]
Keys: TypeAlias = tuple[str | int, ...]

_BOM: Final = "\ufeff"
_PLACE: Final = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")
_STRING: Final = re.compile(
    r"""
      (\"{3}) (?:\\. | (?!\"{3}).)* \"{3} \"{0,2}  # one or two quotes may stand before the end
    | ('{3}) (?:(?!'{3}).)* '{3} '{0,2}
    | (")(?:\\. | [^"\\\r\n])*"
    | (')[^'\r\n]*'
    """,
    re.DOTALL | re.VERBOSE,
)


class NotFoundInText(Exception):
    """tomlkit does not give the file back as it was, so that no place in it can be trusted."""


@dataclass(frozen=True, slots=True)
class FloatText:
    """A float as it is written, so that two readings of ``nan`` are equal and none passes for a string."""

    text: str

    def __str__(self) -> str:
        """The float as it is written."""
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The string at ``keys`` (names of tables, indexes of arrays) goes from ``before`` to ``after``."""

    keys: Keys
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """``text[start:end]`` is to be replaced by ``after``."""

    start: int
    end: int
    after: str


def parse(text: str, *, path: str) -> Table:
    """Read a TOML file's text; a byte-order mark and CRLF are fine, as they are for cargo.

    Floats are kept as their text. The result is shared between callers: do not change it. Raise InputError
    with line and column when the text is not TOML.
    """
    try:
        return _parsed(text)
    except tomllib.TOMLDecodeError as error:
        line, column = _position(text, str(error))
        raise InputError(
            f"{path} is not valid TOML",
            why=_PLACE.sub("", str(error)).strip(),
            fix="correct the line; `cargo metadata` shows the same mistake with its surroundings",
            file=path,
            line=line,
            column=column,
        ) from error


def table(document: Table, *keys: str) -> Table:
    """Return the table at ``keys``, empty where there is none."""
    node: Any = document
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else {}
    return node if isinstance(node, Mapping) else {}


def string(document: Table, *keys: str) -> str:
    """Return the string at ``keys``, empty where there is none."""
    value = table(document, *keys[:-1]).get(keys[-1])
    return value if isinstance(value, str) else ""


def strings(document: Table, *keys: str) -> tuple[str, ...]:
    """Return the strings of the array at ``keys``, none where there is no array."""
    value = table(document, *keys[:-1]).get(keys[-1])
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def locate(text: str, changes: Sequence[Change]) -> tuple[Span, ...]:
    """Find the values of ``changes`` with tomlkit, whatever their spelling.

    Each value is replaced by a mark in tomlkit's document; what the dump says between the marks must be the
    file's own text, so what is left of the file are the values. Raise NotFoundInText when it is not.
    """
    import tomlkit  # here and not above: 40 ms that almost no run needs

    body = text.removeprefix(_BOM)
    mark = _mark_absent_from(body)
    document: Any = tomlkit.parse(body)
    for number, change in enumerate(changes):
        holder = document
        for key in change.keys[:-1]:
            holder = holder[key]
        holder[change.keys[-1]] = f"{mark}{number}."
    pieces = re.split(rf'"{mark}(\d+)\."', tomlkit.dumps(document))
    order = [changes[int(number)] for number in pieces[1::2]]
    return tuple(_spans(text, len(text) - len(body), pieces[::2], order))


def _spans(text: str, start: int, pieces: Sequence[str], changes: Sequence[Change]) -> list[Span]:
    found = []
    at = start
    for piece, change in zip(pieces, changes, strict=False):
        value = _STRING.match(text, at + len(piece)) if text.startswith(piece, at) else None
        if value is None:
            raise NotFoundInText(change.keys)
        quote = value[value.lastindex or 0]
        after = value[0] if change.after == change.before else f"{quote}{change.after}{quote}"
        found.append(Span(start=value.start(), end=value.end(), after=after))
        at = value.end()
    if text[at:] != pieces[-1]:
        raise NotFoundInText(pieces[-1])
    return found


def _mark_absent_from(text: str) -> str:
    mark = "version-stands-here-"
    while mark in text:
        mark += "-"
    return mark


@lru_cache(maxsize=8192)
def _parsed(text: str) -> Table:
    body = text.removeprefix(_BOM)
    try:
        return tomllib.loads(body, parse_float=FloatText)
    except tomllib.TOMLDecodeError:
        newer = _parsed_as_toml_1_1(body)
        if newer:
            return newer
        raise


def _parsed_as_toml_1_1(text: str) -> Table:
    import tomlkit  # here and not above: 40 ms that almost no run needs
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(text).unwrap()
    except (TOMLKitError, ValueError):
        return {}


def _position(text: str, message: str) -> tuple[int, int]:
    """Read line and column, 1-based, out of tomllib's message; the last line for "end of document"."""
    place = _PLACE.search(message)
    if place and place[1]:
        return int(place[1]), int(place[2])
    lines = text.splitlines() or [""]
    return len(lines), len(lines[-1]) + 1

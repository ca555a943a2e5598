"""Replace strings in a TOML text, byte for byte nothing else, and prove it before returning.

The quick way looks for the lines that cargo's users write and may be wrong about a file that hides, say, a
header inside a multi-line string. So its result is parsed again and compared with what was intended; where it
differs, tomlkit finds the places; where that differs too, the file is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from actionkit.errors import ActionError, InputError
from release.cargo.toml import Change, Keys, NotFoundInText, Span, Table, locate, parse

_KEY: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\\\r\n]*"|'[^'\r\n]*')"""
_KEYS: Final = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_LINE: Final = re.compile(
    rf"^\ufeff?[ \t]*(?:\[(\[?)[ \t]*({_KEYS})[ \t]*\]|({_KEYS})[ \t]*=[ \t]*([\"'{{]))",
    re.MULTILINE,
)
_ONE_KEY: Final = re.compile(_KEY)
_IN_ARRAY_OF_TABLES: Final = (-1,)


def rewritten(text: str, changes: Sequence[Change], *, path: str, spans: Sequence[Span]) -> str:
    """Return ``text`` with ``changes`` made, trying the places in ``spans`` first.

    Raise ActionError naming the file when neither way gives exactly the intended document.
    """
    if not changes:
        return text
    intended = _with(parse(text, path=path), [(change.keys, change.after) for change in changes])
    for found in _ways(text, changes, spans):
        after = _spliced(text, found)
        if _reads_as(after, intended, path=path):
            return after
    raise ActionError(
        f"{path} cannot be edited safely",
        why=f"its text does not show where {', '.join(_shown(change.keys) for change in changes)} stand",
        fix="write these values as plain strings, one key a line, and run again",
        file=path,
    )


def manifest_spans(text: str, changes: Sequence[Change]) -> tuple[Span, ...]:
    """Find the values in a manifest by its lines: headers, ``key = "…"`` and ``key = { inner = "…" }``."""
    wanted = {change.keys: change for change in changes}
    inner: dict[Keys, list[Change]] = {}
    for change in changes:
        inner.setdefault(change.keys[:-1], []).append(change)
    return tuple(_scan(text, wanted, inner))


def _scan(text: str, wanted: Mapping[Keys, Change], inner: Mapping[Keys, list[Change]]) -> Iterator[Span]:
    header: Keys = ()
    for line in _LINE.finditer(text):
        array, title, key, opening = line.groups()
        if title is not None:
            header = _IN_ARRAY_OF_TABLES if array else _keys(title)
            continue
        keys = header + _keys(key)
        at = line.end() - 1
        if opening == "{":
            yield from _in_inline_table(text, at, inner.get(keys, ()))
        elif (change := wanted.get(keys)) and _stands(text, at, change.before):
            yield Span(start=at + 1, end=at + 1 + len(change.before), after=change.after)


def _in_inline_table(text: str, at: int, changes: Sequence[Change]) -> Iterator[Span]:
    for change in changes:
        match = _inner_value(str(change.keys[-1])).search(text, at)
        if match and _stands(text, match.end() - 1, change.before):
            yield Span(start=match.end(), end=match.end() + len(change.before), after=change.after)


@lru_cache(maxsize=64)
def _inner_value(key: str) -> re.Pattern[str]:
    return re.compile(rf"[{{,]\s*[\"']?{re.escape(key)}[\"']?[ \t]*=[ \t]*[\"']")


def _stands(text: str, quote: int, value: str) -> bool:
    return text.startswith(value + text[quote], quote + 1)


@lru_cache(maxsize=4096)
def _keys(dotted: str) -> Keys:
    return tuple(key.strip("\"'") for key in _ONE_KEY.findall(dotted))


def _ways(text: str, changes: Sequence[Change], spans: Sequence[Span]) -> Iterator[Sequence[Span]]:
    ordered = sorted(spans, key=lambda span: span.start)
    apart = all(left.end <= right.start for left, right in pairwise(ordered))
    if apart and len(ordered) == len(changes):
        yield ordered
    try:
        yield sorted(locate(text, changes), key=lambda span: span.start)
    except (NotFoundInText, ValueError, LookupError, TypeError):
        return


def _spliced(text: str, spans: Sequence[Span]) -> str:
    parts = []
    at = 0
    for span in spans:
        parts += [text[at : span.start], span.after]
        at = span.end
    return "".join([*parts, text[at:]])


def _reads_as(text: str, intended: Table, *, path: str) -> bool:
    try:
        return parse(text, path=path) == intended
    except InputError:
        return False


def _with(node: Any, values: Sequence[tuple[Keys, str]]) -> Any:
    """Copy ``node`` along the given keys only, with the values set."""
    copy: Any = dict(node) if isinstance(node, Mapping) else list(node)
    deeper: dict[str | int, list[tuple[Keys, str]]] = {}
    for keys, value in values:
        if len(keys) == 1:
            copy[keys[0]] = value
        else:
            deeper.setdefault(keys[0], []).append((keys[1:], value))
    for key, rest in deeper.items():
        copy[key] = _with(node[key], rest)
    return copy


def _shown(keys: Keys) -> str:
    return ".".join(str(key) for key in keys)

"""The functions that every expression may call."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from actionkit.errors import InputError
from pipeline.rehearsal.runner.expressions.values import (
    Kind,
    Value,
    elements_of_one,
    equal,
    fold,
    is_primitive,
    kind,
    number_text,
    to_text,
)

Function: TypeAlias = Callable[..., Value]

_FORMAT_PIECE: Final = re.compile(r"\{\{|\}\}|\{(\d+)\}|[{}]")


def contains(search: Value, item: Value) -> bool:
    """Find text in text, without regard to case, or an equal element in an array."""
    if is_primitive(search):
        return is_primitive(item) and fold(to_text(item)) in fold(to_text(search))
    return kind(search) is Kind.ARRAY and any(equal(item, element) for element in elements_of_one(search))


def starts_with(text: Value, start: Value) -> bool:
    """Compare the start of a text without regard to case."""
    both = is_primitive(text) and is_primitive(start)
    return both and fold(to_text(text)).startswith(fold(to_text(start)))


def ends_with(text: Value, end: Value) -> bool:
    """Compare the end of a text without regard to case."""
    both = is_primitive(text) and is_primitive(end)
    return both and fold(to_text(text)).endswith(fold(to_text(end)))


def format_text(template: Value, *values: Value) -> str:
    """Put values into ``{0}``, ``{1}`` …; ``{{`` and ``}}`` are braces."""
    text = to_text(template)

    def piece(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None or int(found[1]) >= len(values):
            raise InputError(
                f"format cannot use the text {text!r}",
                why=f"{found[0]} stands for none of the {len(values)} values",
                fix="number the values from {0}, and write braces twice: {{ }}",
            )
        return to_text(values[int(found[1])])

    return _FORMAT_PIECE.sub(piece, text)


def join(items: Value, separator: Value = ",") -> str:
    """Join the elements of an array; a plain value is its own text and an object gives none."""
    if is_primitive(items):
        return to_text(items)
    between = to_text(separator) if is_primitive(separator) else ","
    elements = elements_of_one(items) if kind(items) is Kind.ARRAY else ()
    return between.join(to_text(item) for item in elements)


def to_json(value: Value) -> str:
    """Write JSON, indented by two spaces."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False)


def from_json(text: Value) -> Value:
    """Read JSON; raise InputError when it is none."""
    try:
        parsed: Value = json.loads(to_text(text))
    except ValueError as error:
        raise InputError(
            f"fromJSON cannot read {to_text(text)[:80]!r}",
            why=str(error),
            fix="give it text that is valid JSON; an output that was never set is empty text",
        ) from error
    return parsed


def case(*arguments: Value) -> Value:
    """Give the value after the first condition that is true, else the last one."""
    *pairs, otherwise = arguments
    for condition, value in zip(pairs[::2], pairs[1::2], strict=False):
        if not isinstance(condition, bool):
            raise InputError("case takes only booleans as conditions", fix="compare: case(x == 'y', …)")
        if condition:
            return value
    return otherwise


#: Every function by its lower-case name, with how few and how many arguments it takes.
FUNCTIONS: Final[Mapping[str, tuple[Function, int, int]]] = {
    "case": (case, 3, 255),
    "contains": (contains, 2, 2),
    "startswith": (starts_with, 2, 2),
    "endswith": (ends_with, 2, 2),
    "format": (format_text, 1, 255),
    "join": (join, 1, 2),
    "tojson": (to_json, 1, 1),
    "fromjson": (from_json, 1, 1),
}


def _plain(value: Value) -> Value:
    """Turn whole numbers into integers, so that JSON shows 1 and not 1.0."""
    match value:
        case bool() | str() | None:
            return value
        case int() | float():
            text = number_text(value)
            return int(text) if re.fullmatch(r"-?\d+", text) else value
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case Sequence():
            return [_plain(item) for item in value]

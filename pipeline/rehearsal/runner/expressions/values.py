"""Values of workflow expressions and GitHub's rules to convert and compare them.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias, cast

Value: TypeAlias = "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | None"

_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_OTHER_BASES: Final = (
    (re.compile(r"0x[0-9a-fA-F]{1,8}"), 16),
    (re.compile(r"0o[0-7]{1,11}"), 8),
)
_INFINITIES: Final = {"Infinity": math.inf, "-Infinity": -math.inf}


class Kind(StrEnum):
    """What a value is."""

    NULL = "Null"
    BOOLEAN = "Boolean"
    NUMBER = "Number"
    STRING = "String"
    ARRAY = "Array"
    OBJECT = "Object"


class CaseSensitive(dict[str, str]):
    """An object whose keys keep their case in look-ups: the ``env`` context on Linux."""


class Filtered(list[Value]):
    """What ``*`` gives: an array on whose elements every further index works one by one."""


def kind(value: Value) -> Kind:
    """Tell what a value is; anything that is not a plain value, a list or a mapping is an error of ours."""
    match value:
        case None:
            return Kind.NULL
        case bool():
            return Kind.BOOLEAN
        case int() | float():
            return Kind.NUMBER
        case str():
            return Kind.STRING
        case Mapping():
            return Kind.OBJECT
        case _:
            return Kind.ARRAY


def is_primitive(value: Value) -> bool:
    """Tell whether functions may take the value as text."""
    return kind(value) not in (Kind.ARRAY, Kind.OBJECT)


def truthy(value: Value) -> bool:
    """False are ``false``, ``0``, ``NaN``, ``''`` and ``null``; arrays and objects are always true."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return True if not is_primitive(value) else bool(value)


def to_text(value: Value) -> str:
    """Convert as ``${{ }}`` inside of text does; arrays and objects become the name of their kind."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(value)
        case str():
            return value
        case _:
            return str(kind(value))


def number_text(value: float) -> str:
    """Write a number with at most fifteen digits, as the runner does."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return format(float(value), ".15G")


def to_number(value: Value) -> float:
    """Convert as JavaScript's ``Number()``; arrays and objects are not a number."""
    match value:
        case None:
            return 0.0
        case bool() | int() | float():
            return float(value)
        case str():
            return parse_number(value)
        case _:
            return math.nan


def parse_number(text: str) -> float:
    """Read a decimal, hexadecimal (0x) or octal (0o) number; empty is 0 and everything else NaN."""
    text = text.strip()
    if not text:
        return 0.0
    if _DECIMAL.fullmatch(text):
        return float(text)
    for pattern, base in _OTHER_BASES:
        if pattern.fullmatch(text):
            return float(int(text[2:], base))
    return _INFINITIES.get(text, math.nan)


def fold(text: str) -> str:
    """Make texts comparable without regard to case, letter by letter: ``ß`` does not become ``SS``."""
    return "".join(upper if len(upper := letter.upper()) == 1 else letter for letter in text)


def equal(left: Value, right: Value) -> bool:
    """Compare loosely: unlike kinds as numbers, text without regard to case, collections by identity."""
    left, right = _alike(left, right)
    if kind(left) is not kind(right):
        return False
    if isinstance(left, str):
        return fold(left) == fold(cast("str", right))
    if is_primitive(left):
        return left == right
    return left is right


def less(left: Value, right: Value) -> bool:
    """``left < right`` by the same rules; collections and null are never less."""
    left, right = _alike(left, right)
    match left, right:
        case bool(), bool():
            return not left and right
        case ((int() | float()), (int() | float())):
            return left < right
        case str(), str():
            return fold(left) < fold(right)
        case _:
            return False


def lookup(container: Value, key: Value) -> Value:
    """Read an element by index or name; what is not there is null."""
    if isinstance(container, Filtered):
        found = (_element(item, key) for item in container)
        return Filtered(item for items in found for item in items)
    return next(iter(_element(container, key)), None)


def elements(container: Value) -> Filtered:
    """Give what ``*`` means: the elements of an array or the values of an object, one level at a time."""
    if isinstance(container, Filtered):
        return Filtered(item for inner in container for item in elements_of_one(inner))
    return Filtered(elements_of_one(container))


def elements_of_one(container: Value) -> tuple[Value, ...]:
    """Give the direct elements of an array or object; nothing for anything else."""
    match kind(container):
        case Kind.OBJECT:
            return tuple(cast("Mapping[str, Value]", container).values())
        case Kind.ARRAY:
            return tuple(cast("Sequence[Value]", container))
        case _:
            return ()


def _element(container: Value, key: Value) -> tuple[Value, ...]:
    match kind(container):
        case Kind.OBJECT if is_primitive(key):
            return _named(cast("Mapping[str, Value]", container), to_text(key))
        case Kind.ARRAY:
            items = cast("Sequence[Value]", container)
            index = to_number(key)
            return (items[int(index)],) if 0 <= index < len(items) else ()
        case _:
            return ()


def _named(container: Mapping[str, Value], key: str) -> tuple[Value, ...]:
    if key in container or isinstance(container, CaseSensitive):
        return (container[key],) if key in container else ()
    return tuple(value for name, value in container.items() if fold(name) == fold(key))[:1]


def _alike(left: Value, right: Value) -> tuple[Value, Value]:
    """Bring two values to one kind as JavaScript's ``==`` does, but leave collections as they are."""
    kinds = {kind(left), kind(right)}
    convertible = {Kind.NULL, Kind.BOOLEAN, Kind.NUMBER, Kind.STRING}
    if len(kinds) == 1 or not kinds <= convertible:
        return left, right
    return to_number(left), to_number(right)

"""Evaluate an expression against the contexts it may read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

from actionkit.errors import InputError
from pipeline.rehearsal.runner.expressions.functions import FUNCTIONS
from pipeline.rehearsal.runner.expressions.parser import (
    Binary,
    Call,
    Index,
    Literal,
    Name,
    Node,
    Not,
    Star,
    calls,
    parse,
)
from pipeline.rehearsal.runner.expressions.values import Value, elements, equal, less, lookup, truthy

STATUS_FUNCTIONS: Final = frozenset({"success", "failure", "always", "cancelled"})

_COMPARISONS: Final[Mapping[str, Callable[[Value, Value], bool]]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    "<=": lambda left, right: less(left, right) or equal(left, right),
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: less(right, left) or equal(left, right),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an expression may use: contexts by name, and the answers of the status functions.

    ``statuses`` is empty where GitHub allows no status function, that is outside of ``if``.
    """

    contexts: Mapping[str, Value]
    statuses: Mapping[str, bool] = field(default_factory=dict)


def evaluate(expression: str, scope: Scope) -> Value:
    """Evaluate an expression, without its ``${{ }}``; raise InputError when it cannot be."""
    return _value(parse(expression), scope)


def asks_for_status(expression: str) -> bool:
    """Tell whether an ``if`` calls a status function; one that does not means ``success() && (…)``."""
    return bool(calls(parse(expression)) & STATUS_FUNCTIONS)


def _value(node: Node, scope: Scope) -> Value:  # noqa: PLR0911 - one return for each kind of node
    match node:
        case Literal(value):
            return value
        case Name(name):
            return _context(name, scope)
        case Index(target, key):
            return lookup(_value(target, scope), _value(key, scope))
        case Star(target):
            return elements(_value(target, scope))
        case Call(name, arguments):
            return _call(name, arguments, scope)
        case Not(operand):
            return not truthy(_value(operand, scope))
        case Binary(operator, left, right):
            return _binary(operator, left, right, scope)
        case _:
            assert_never(node)


def _binary(operator: str, left: Node, right: Node, scope: Scope) -> Value:
    value = _value(left, scope)
    if operator == "&&":
        return _value(right, scope) if truthy(value) else value
    if operator == "||":
        return value if truthy(value) else _value(right, scope)
    return _COMPARISONS[operator](value, _value(right, scope))


def _context(name: str, scope: Scope) -> Value:
    for known, value in scope.contexts.items():
        if known.upper() == name.upper():
            return value
    raise InputError(
        f"there is no context {name!r} here",
        why=f"this place may use {', '.join(sorted(scope.contexts)) or 'none'}",
        fix="text stands in 'single quotes'; which context can be used where is in"
        " https://docs.github.com/actions/reference/workflows-and-actions/contexts#context-availability",
    )


def _call(name: str, arguments: tuple[Node, ...], scope: Scope) -> Value:
    lower = name.lower()
    if lower in scope.statuses and not arguments:
        return scope.statuses[lower]
    if lower not in FUNCTIONS:
        known = sorted({*FUNCTIONS, *scope.statuses})
        raise InputError(f"there is no function {name!r} here", why=f"this place knows {', '.join(known)}")
    function, fewest, most = FUNCTIONS[lower]
    if not fewest <= len(arguments) <= most:
        raise InputError(f"{name} takes {fewest} to {most} arguments and got {len(arguments)}")
    return function(*(_value(argument, scope) for argument in arguments))

"""Fill in text that has ``${{ }}`` in it, and decide conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from actionkit.errors import InputError
from pipeline.rehearsal.runner.expressions.evaluate import Scope, asks_for_status, evaluate
from pipeline.rehearsal.runner.expressions.values import Value, is_primitive, kind, to_text, truthy

_OPEN: Final = "${{"
_INSIDE: Final = re.compile(r"(?:[^'}]|'[^']*'|\}(?!\}))*")


def fill(template: Value, scope: Scope) -> Value:
    """Evaluate a scalar of a workflow: one lone ``${{ }}`` keeps its kind, else the result is text."""
    if not isinstance(template, str) or _OPEN not in template:
        return template
    pieces = tuple(_pieces(template))
    if len(pieces) == 1:
        return evaluate(pieces[0][1], scope)
    return "".join(to_text(evaluate(text, scope)) if is_code else text for is_code, text in pieces)


def fill_text(template: Value, scope: Scope) -> str:
    """Evaluate a scalar that must become text; raise InputError for an array or an object."""
    value = fill(template, scope)
    if not is_primitive(value):
        raise InputError(
            f"{template!r} gives an {str(kind(value)).lower()} where text is needed",
            fix="wrap it in toJSON( ), or name the element that you mean",
        )
    return to_text(value)


def fill_texts(templates: Mapping[str, Value], scope: Scope) -> dict[str, str]:
    """Evaluate the values of a mapping such as ``env`` or ``with``."""
    return {name: fill_text(template, scope) for name, template in templates.items()}


def holds(condition: Value, scope: Scope) -> bool:
    """Decide an ``if``: without a status function it means ``success() && (…)``; none at all is success().

    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
    """
    if condition is None or condition == "":
        return scope.statuses["success"]
    expression = _condition(condition)
    if not asks_for_status(expression) and not scope.statuses["success"]:
        return False
    return truthy(evaluate(expression, scope))


def _condition(condition: Value) -> str:
    """Bring an ``if`` to one expression; with text around ``${{ }}`` it is a text, as good as always true."""
    text = to_text(condition).strip()
    if _OPEN not in text:
        return text
    pieces = tuple(_pieces(text))
    if len(pieces) == 1:
        return pieces[0][1]
    codes = tuple(part for is_code, part in pieces if is_code)
    places = (f"{{{number}}}" for number in range(len(codes)))
    layout = "".join(next(places) if is_code else _literal(part) for is_code, part in pieces)
    return f"format('{layout}', {', '.join(codes)})"


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}").replace("'", "''")


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Cut text into (is code, text); an unclosed ``${{`` is an error."""
    at = 0
    while (start := text.find(_OPEN, at)) >= 0:
        if start > at:
            yield False, text[at:start]
        found = _INSIDE.match(text, start + len(_OPEN))
        end = found.end() if found else start
        if not text.startswith("}}", end):
            raise InputError(f"the expression in {text!r} is not closed", fix="end it with }}")
        yield True, text[start + len(_OPEN) : end]
        at = end + 2
    if at < len(text):
        yield False, text[at:]

"""Cut an expression into tokens."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from actionkit.errors import InputError
from pipeline.rehearsal.runner.expressions.values import Value, parse_number

_SPACE: Final = re.compile(r"\s*")
_STRING: Final = re.compile(r"'((?:[^']|'')*)'")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NUMBER: Final = re.compile(r"[+-]?\.?[0-9][0-9A-Za-z_.+-]*")
_SIGN: Final = re.compile(r"==|!=|<=|>=|&&|\|\||[!<>()\[\].,*]")
_LITERALS: Final[dict[str, Value]] = {
    "null": None,
    "true": True,
    "false": False,
    "NaN": math.nan,
    "Infinity": math.inf,
}


class TokenKind(StrEnum):
    """What a token is."""

    LITERAL = "literal"
    NAME = "name"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of an expression; ``at`` is its 0-based place, ``value`` what a literal stands for."""

    kind: TokenKind
    text: str
    at: int
    value: Value = None


def tokens(expression: str) -> tuple[Token, ...]:
    """Cut ``expression`` into tokens, an END token last; raise InputError where no token begins."""
    return tuple(_tokens(expression))


def unexpected(token: Token, expression: str) -> InputError:
    """Make the error for a token that must not stand where it stands."""
    found = repr(token.text) if token.text else "the end"
    return InputError(
        f"the expression {expression.strip()!r} is not valid",
        why=f"{found} is not expected at position {token.at + 1}",
        fix="see https://docs.github.com/actions/reference/workflows-and-actions/expressions;"
        " text stands in 'single quotes'",
    )


def _tokens(expression: str) -> Iterator[Token]:
    at = 0
    after_dot = False
    while True:
        at = _end(_SPACE, expression, at)
        if at == len(expression):
            yield Token(kind=TokenKind.END, text="", at=at)
            return
        token = _token(expression, at, after_dot=after_dot)
        yield token
        at += len(token.text)
        after_dot = token.text == "."


def _token(expression: str, at: int, *, after_dot: bool) -> Token:
    if found := _STRING.match(expression, at):
        value = found[1].replace("''", "'")
        return Token(kind=TokenKind.LITERAL, text=found[0], at=at, value=value)
    if found := _NAME.match(expression, at):
        literal = found[0] in _LITERALS and not after_dot
        kind = TokenKind.LITERAL if literal else TokenKind.NAME
        return Token(kind=kind, text=found[0], at=at, value=_LITERALS.get(found[0]))
    if (found := _NUMBER.match(expression, at)) and not after_dot:
        number = parse_number(found[0])
        if not math.isnan(number):
            return Token(kind=TokenKind.LITERAL, text=found[0], at=at, value=number)
    if found := _SIGN.match(expression, at):
        return Token(kind=TokenKind.SIGN, text=found[0], at=at)
    rest = expression[at:].split(maxsplit=1)[0]
    raise unexpected(Token(kind=TokenKind.SIGN, text=rest, at=at), expression)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at

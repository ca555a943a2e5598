"""Read a GraphQL document: operations, fields with arguments, aliases, fragments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"(?P<skip>[\s,\ufeff]+|\#[^\n]*)"
    r'|(?P<block>"""(?:\\"""|.)*?""")'
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[_A-Za-z]\w*)"
    r"|(?P<sign>\.\.\.|[!$&()\[\]{}:=@|])",
    re.DOTALL,
)
_WORDS: Final = {"true": True, "false": False, "null": None}


class SyntaxProblem(ValueError):
    """The document does not parse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A place for one of the request's variables."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field to resolve; ``key`` is its alias or name."""

    key: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    selection: tuple[Field | Spread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """``... on Type { … }`` or ``...Name``; ``on`` is empty when any type will do."""

    on: str
    fragment: str
    selection: tuple[Field | Spread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A query or mutation with the defaults of its variables."""

    kind: str
    name: str
    defaults: Mapping[str, Any]
    selection: tuple[Field | Spread, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one request carries."""

    operations: tuple[Operation, ...]
    fragments: Mapping[str, Spread]


def parse(text: str) -> Document:
    """Read a document; raise SyntaxProblem."""
    reader = _Reader(_tokens(text))
    operations: list[Operation] = []
    fragments: dict[str, Spread] = {}
    while not reader.done:
        if reader.peek() == "fragment":
            name, spread = reader.fragment()
            fragments[name] = spread
        else:
            operations.append(reader.operation())
    return Document(operations=tuple(operations), fragments=fragments)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise SyntaxProblem(f"Unexpected character {text[at]!r} at {at}")
        at = match.end()
        if match.lastgroup != "skip":
            found.append(match.group())
    return found


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._tokens)

    def peek(self) -> str:
        return "" if self.done else self._tokens[self._at]

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise SyntaxProblem(f"Expected {expected or 'more'}, got {token or 'the end'}")
        self._at += 1
        return token

    def operation(self) -> Operation:
        kind = self.take() if self.peek() != "{" else "query"
        if kind not in ("query", "mutation"):
            raise SyntaxProblem(f"Unexpected {kind}")
        name = self.take() if self.peek() not in ("{", "(", "@") else ""
        defaults = self._variables() if self.peek() == "(" else {}
        return Operation(kind=kind, name=name, defaults=defaults, selection=self._selection())

    def fragment(self) -> tuple[str, Spread]:
        self.take("fragment")
        name = self.take()
        self.take("on")
        return name, Spread(on=self.take(), fragment="", selection=self._selection())

    def _variables(self) -> dict[str, Any]:
        defaults: dict[str, Any] = {}
        self.take("(")
        while self.peek() != ")":
            self.take("$")
            name = self.take()
            self.take(":")
            while self.peek() not in ("$", ")", "="):
                self.take()
            if self.peek() == "=":
                self.take()
                defaults[name] = self._value()
        self.take(")")
        return defaults

    def _selection(self) -> tuple[Field | Spread, ...]:
        self.take("{")
        found: list[Field | Spread] = []
        while self.peek() != "}":
            found.append(self._spread() if self.peek() == "..." else self._field())
        self.take("}")
        return tuple(found)

    def _spread(self) -> Spread:
        self.take("...")
        if self.peek() == "{":
            return Spread(on="", fragment="", selection=self._selection())
        name = self.take()
        if name != "on":
            return Spread(on="", fragment=name)
        return Spread(on=self.take(), fragment="", selection=self._selection())

    def _field(self) -> Field:
        key = name = self.take()
        if self.peek() == ":":
            self.take()
            name = self.take()
        arguments = self._arguments() if self.peek() == "(" else {}
        selection = self._selection() if self.peek() == "{" else ()
        return Field(key=key, name=name, arguments=arguments, selection=selection)

    def _arguments(self) -> dict[str, Any]:
        self.take("(")
        found = self._pairs(")")
        self.take(")")
        return found

    def _pairs(self, end: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.peek() != end:
            name = self.take()
            self.take(":")
            found[name] = self._value()
        return found

    def _value(self) -> Any:
        first = self.take()
        if first == "$":
            return Variable(name=self.take())
        if first == "{":
            found = self._pairs("}")
            self.take("}")
            return found
        if first == "[":
            items = []
            while self.peek() != "]":
                items.append(self._value())
            self.take("]")
            return items
        return _scalar(first)


def _scalar(token: str) -> Any:
    if token.startswith('"""'):
        return token[3:-3].replace('\\"""', '"""')
    if token.startswith('"') or token[0] in "-0123456789":
        return json.loads(token)
    return _WORDS.get(token, token)

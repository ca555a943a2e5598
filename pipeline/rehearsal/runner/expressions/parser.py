"""Read tokens into a tree: a Pratt parser for GitHub's operators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from pipeline.rehearsal.runner.expressions.lexer import Token, TokenKind, tokens, unexpected
from pipeline.rehearsal.runner.expressions.values import Value

_STRENGTH: Final = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4}


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written down."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A context."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """An element of a value: ``target.name`` or ``target[key]``."""

    target: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Star:
    """All elements of a value: ``target.*`` or ``target[*]``."""

    target: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a value."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Two values and the operator between them."""

    operator: str
    left: Node
    right: Node


Node: TypeAlias = Literal | Name | Index | Star | Call | Not | Binary


def parse(expression: str) -> Node:
    """Read an expression, without its ``${{ }}``; raise InputError where it is not valid."""
    reader = _Reader(expression, tokens(expression))
    node = reader.operand_and_more(0)
    reader.take(TokenKind.END)
    return node


def calls(node: Node) -> frozenset[str]:
    """Name the functions that an expression calls, in lower case."""
    match node:
        case Literal() | Name():
            return frozenset()
        case Index(target, key):
            return calls(target) | calls(key)
        case Star(inner) | Not(inner):
            return calls(inner)
        case Call(name, arguments):
            return frozenset({name.lower()}).union(*(calls(argument) for argument in arguments))
        case Binary(_, left, right):
            return calls(left) | calls(right)


@dataclass(slots=True)
class _Reader:
    expression: str
    tokens: tuple[Token, ...]
    at: int = field(default=0)

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self, kind: TokenKind, text: str = "") -> Token:
        token = self.next
        if token.kind is not kind or (text and token.text != text):
            raise unexpected(token, self.expression)
        self.at += 1
        return token

    def takes(self, sign: str) -> bool:
        """Step over ``sign`` if it is next."""
        if self.next.kind is TokenKind.SIGN and self.next.text == sign:
            self.at += 1
            return True
        return False

    def operand_and_more(self, weakest: int) -> Node:
        """Read an operand and all operators that bind more tightly than ``weakest``."""
        left = self.operand()
        while (strength := _STRENGTH.get(self.next.text, 0)) > weakest and self.next.kind is TokenKind.SIGN:
            operator = self.take(TokenKind.SIGN).text
            left = Binary(operator, left, self.operand_and_more(strength))
        return left

    def operand(self) -> Node:
        if self.takes("!"):
            return Not(self.operand())
        if self.takes("("):
            group = self.operand_and_more(0)
            self.take(TokenKind.SIGN, ")")
            return self.indexes(group)
        if self.next.kind is TokenKind.LITERAL:
            return Literal(self.take(TokenKind.LITERAL).value)
        name = self.take(TokenKind.NAME).text
        return self.indexes(Call(name, self.arguments()) if self.takes("(") else Name(name))

    def arguments(self) -> tuple[Node, ...]:
        if self.takes(")"):
            return ()
        found = [self.operand_and_more(0)]
        while self.takes(","):
            found.append(self.operand_and_more(0))
        self.take(TokenKind.SIGN, ")")
        return tuple(found)

    def indexes(self, target: Node) -> Node:
        while True:
            if self.takes("."):
                star = self.takes("*")
                target = Star(target) if star else Index(target, Literal(self.take(TokenKind.NAME).text))
            elif self.takes("["):
                target = Star(target) if self.takes("*") else Index(target, self.operand_and_more(0))
                self.take(TokenKind.SIGN, "]")
            else:
                return target

"""Build secrets as the input gives them: ``id=value``, or several lines between marks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from actionkit.errors import InputError

_LINE: Final = re.compile(r"(?P<id>[A-Za-z0-9][A-Za-z0-9_.-]*)=(?P<value>.*)")
_BLOCK: Final = re.compile(r"(?P<id>[A-Za-z0-9][A-Za-z0-9_.-]*)<<(?P<mark>\S+)")

_EXAMPLE: Final = "with:\n  secrets: |\n    npm_token=${{ secrets.NPM_TOKEN }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A build secret: its id in ``RUN --mount=type=secret,id=…`` and its value."""

    identity: str
    value: str


def parse_secrets(text: str) -> tuple[tuple[Secret, ...], tuple[InputError, ...]]:
    """Read every secret, and the problems of lines that are none.

    A value of several lines is written as in ``GITHUB_ENV``: ``id<<MARK``, its lines, ``MARK``.
    """
    found: dict[str, str] = {}
    problems: list[InputError] = []
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if not line.strip():
            continue
        try:
            name, value = _secret(number, line.strip(), lines)
            if name in found:
                raise InputError(f"input secrets has {name} twice", fix="give each secret an id of its own")
            found[name] = value
        except InputError as problem:
            problems.append(problem)
    return tuple(Secret(identity=name, value=value) for name, value in found.items()), tuple(problems)


def _secret(number: int, line: str, rest: Iterator[tuple[int, str]]) -> tuple[str, str]:
    if match := _LINE.fullmatch(line):
        name, value = match["id"], match["value"]
    elif match := _BLOCK.fullmatch(line):
        name, value = match["id"], _until(match["mark"], rest)
    else:
        raise InputError(
            f"line {number} of input secrets is not id=value",
            fix="write one secret a line; one of several lines goes between marks, as id<<END … END",
            yaml=_EXAMPLE,
        )
    if not value:
        raise InputError(
            f"the secret {name} of input secrets is empty",
            why="the repository's secret may not be set, or not be passed on to this workflow",
            fix="set it, or leave the line out",
            yaml=_EXAMPLE,
        )
    return name, value


def _until(mark: str, rest: Iterator[tuple[int, str]]) -> str:
    value: list[str] = []
    for _, line in rest:
        if line.strip() == mark:
            return "\n".join(value)
        value.append(line)
    raise InputError(f"input secrets has no line {mark} where a value should end", fix=f"add a line {mark}")

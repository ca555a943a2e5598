"""Build secrets as the input gives them: ``id=value``, or several lines between marks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from actionkit.errors import InputError

_LINE: Final = re.compile(r"(?P<id>[A-Za-z0-9][A-Za-z0-9_.-]*)=(?P<value>.*)")
_BLOCK: Final = re.compile(r"(?P<id>[A-Za-z0-9][A-Za-z0-9_.-]*)<<(?P<mark>\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A build secret: its id in ``RUN --mount=type=secret,id=…`` and its value."""

    identity: str
    value: str


def parse_secrets(text: str) -> tuple[tuple[Secret, ...], tuple[InputError, ...]]:
    """Read every secret, and the problems of lines that are none.

    A value of several lines is written as in ``GITHUB_ENV``: ``id<<MARK``, its lines, ``MARK``.
    """
    found: list[Secret] = []
    problems: list[InputError] = []
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if match := _LINE.fullmatch(line.strip()):
            found.append(Secret(identity=match["id"], value=match["value"]))
        elif match := _BLOCK.fullmatch(line.strip()):
            value = "\n".join(_until(match["mark"], lines))
            found.append(Secret(identity=match["id"], value=value))
        elif line.strip():
            problems.append(_problem(number))
    return tuple(found), tuple(problems)


def _until(mark: str, lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for _, line in lines:
        if line.strip() == mark:
            return
        yield line


def _problem(number: int) -> InputError:
    return InputError(
        f"line {number} of input secrets is not id=value",
        fix="write one secret a line; one of several lines goes between marks, as id<<END … END",
        yaml="with:\n  secrets: |\n    npm_token=${{ secrets.NPM_TOKEN }}",
    )

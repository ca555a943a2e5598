"""Branch names with wildcards, as semantic-release has them from micromatch."""

from __future__ import annotations

import re
from typing import Final

_PIECES: Final = re.compile(
    r"(?P<group>[+*?@!]\()|(?P<stars>\*\*?)|(?P<set>\[[^\]]+\])|(?P<other>.)", re.DOTALL
)
_REPEATS: Final = {"+(": "+", "*(": "*", "?(": "?", "@(": "", "!(": ""}


def branch_pattern(glob: str) -> str:
    """The regular expression for a name such as ``next``, ``beta/*`` or ``+([0-9])?(.{+([0-9]),x}).x``."""
    built: list[str] = []
    closing: list[str] = []
    for piece in _PIECES.finditer(glob):
        text = piece[0]
        if text in _REPEATS:
            built.append("(?:")
            closing.append(")" + _REPEATS[text])
        elif text == "{":
            built.append("(?:")
            closing.append("}")
        elif closing and text == closing[-1][0]:
            ended = closing.pop()
            built.append(")" if ended == "}" else ended)
        elif closing and text in (",", "|"):
            built.append("|")
        else:
            built.append(_single(piece))
    return "".join(built)


def _single(piece: re.Match[str]) -> str:
    if piece["stars"]:
        return ".*" if len(piece[0]) > 1 else "[^/]*"
    if piece["set"]:
        return piece[0]
    return "[^/]" if piece[0] == "?" else re.escape(piece[0])

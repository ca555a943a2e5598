"""Markdown for job summaries: tables, folds and code blocks that no text can break out of."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+!|~@:-])")


def cell(text: str) -> str:
    """Escape text of others for a table cell: no markup, no mention, no link, one line."""
    line = " ".join(text.split())
    return _SPECIAL.sub(r"\\\1", html.escape(line, quote=False)).replace("\\@", "&#64;")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Render rows whose cells are Markdown already."""
    lines = [_row(header), _row(["---"] * len(header)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def code_block(language: str, text: str) -> str:
    """Fence text, with a fence longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def details(title: str, markdown: str) -> str:
    """Fold Markdown under a title."""
    return f"<details><summary>{html.escape(title)}</summary>\n\n{markdown}\n\n</details>"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

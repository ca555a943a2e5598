"""Text in a terminal's cells: how wide it is, cut and padded to a width, laid out in columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

_CUT: Final = "…"
_GAP: Final = "  "
_NARROWEST: Final = 8


def width(text: str) -> int:
    """How many cells ``text`` takes; East Asian wide characters take two, combining ones none."""
    return sum(_cells(character) for character in text)


def fit(text: str, most: int) -> str:
    """Cut ``text`` to ``most`` cells, with an ellipsis for what is lost."""
    if width(text) <= most:
        return text
    kept, room = "", most - 1
    for character in text:
        room -= _cells(character)
        if room < 0:
            break
        kept += character
    return f"{kept.rstrip()}{_CUT}" if most > 0 else ""


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """Fill ``text`` with spaces up to ``cells``; ``right`` aligns it to the right."""
    spaces = " " * max(cells - width(text), 0)
    return f"{spaces}{text}" if right else f"{text}{spaces}"


def columns(
    rows: Sequence[Sequence[str]], *, most: int, flexible: int, right: frozenset[int] = frozenset()
) -> tuple[tuple[str, ...], ...]:
    """Pad the cells of a table so that they stand below each other.

    Where a row would take more than ``most`` cells, gaps included, the column ``flexible`` is cut, down to
    8, then the others from the last on. The columns in ``right`` are aligned to the right. The last column
    gets no spaces at its end.
    """
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    order = (flexible, *(at for at in reversed(range(len(widths))) if at != flexible))
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - most
    for at in order if widths else ():
        cut = max(min(over, widths[at] - _NARROWEST), 0)
        widths[at] -= cut
        over -= cut
    return tuple(tuple(_cell(row, at, widths, right) for at in range(len(row))) for row in rows)


def joined(cells: Sequence[str]) -> str:
    """Put a row's cells into one line."""
    return _GAP.join(cells).rstrip()


def _cell(row: Sequence[str], at: int, widths: Sequence[int], right: frozenset[int]) -> str:
    text = fit(row[at], widths[at])
    last = at == len(row) - 1
    return text if last and at not in right else pad(text, widths[at], right=at in right)


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

"""What the sections of the summary are written on: so wide, painted or not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.rehearsal.story.terminal.cells import fit, width

INDENT: Final = "  "


class Style(StrEnum):
    """The few ways to stand out, as parameters of SGR (ECMA-48, 8.3.117)."""

    PLAIN = ""
    BOLD = "1"
    FAINT = "2"
    BAD = "31"
    GOOD = "32"
    WARN = "33"
    ACCENT = "34"
    STRONG = "1;34"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A terminal's ``width`` in columns, and whether there is ``colour``."""

    width: int
    colour: bool

    @property
    def room(self) -> int:
        """The columns right of the indent."""
        return self.width - len(INDENT)

    def paint(self, style: Style, text: str) -> str:
        """Wrap ``text`` in the style's codes, or leave it without colour."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour and style and text else text

    def title(self, name: str, rest: str = "") -> str:
        """A section's title and, quieter, what it comes to."""
        told = fit(rest, self.room - width(name))
        return self.paint(Style.BOLD, name) + (f"  {self.paint(Style.FAINT, told)}" if told else "")

    def line(self, text: str, style: Style = Style.PLAIN, indent: str = INDENT) -> str:
        """One line, cut where it is too long."""
        return indent + self.paint(style, fit(text, self.width - len(indent)))

    def paragraph(self, text: str, style: Style = Style.PLAIN, mark: str = "") -> Iterator[str]:
        """Text in as many lines as it takes, words whole; ``mark`` stands before it, alone in its column."""
        room = self.room - width(mark)
        wrapped = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
        for at, one in enumerate(wrapped):
            yield INDENT + self.paint(style, (mark if at == 0 else " " * width(mark)) + one)

"""Find the headings of a changelog: versions, the unreleased part, titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from actionkit.semver import Version

_ATX: Final = re.compile(r"^ {0,3}(?P<marks>#{1,6})(?:[ \t]+(?P<text>.*?))?(?:[ \t]+#+)?[ \t]*$")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")  # str.splitlines knows more line ends than markdown
_RULE: Final = re.compile(r"^ {0,3}(?:(?P<double>=+)|(?P<single>-+))[ \t]*$")
_FENCE: Final = re.compile(r"^ {0,3}(?P<fence>```+|~~~+)")
_NUMBER: Final = (
    r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
)
# `[1.2.0](…) - 2024-01-01`, `v1.2.0 (2024-01-01)`, `Version 1.2.0`, `core-v1.2.0`, `<a …></a> 1.2.0`
_VERSION: Final = re.compile(
    rf"^(?:<[^>]*>\s*)*[\[*`]{{0,3}}(?:(?:[A-Za-z][\w.@/-]*?[\s@/-])?)[\[*`]{{0,3}}[vV]?(?P<version>{_NUMBER})(?![\w.-]*\w)"
)
_PLAIN: Final = re.compile(
    rf"^[\[*`]{{0,3}}(?:[Vv]ersion |[Rr]elease )?[vV]?(?P<version>{_NUMBER})(?=[\]\s:,*`(]|$)"
)
_UNRELEASED: Final = re.compile(
    r"^\W*(?:unreleased\b|(?:upcoming|next|tbd|to be released|head|main)(?: release| version| changes)?\W*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line with its place: ``start`` and ``end`` are offsets, the line end included."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading: ``level`` 1 to 6, or 0 for a bare line that names a version; offsets as for lines."""

    start: int
    end: int
    level: int
    text: str

    @property
    def version(self) -> str:
        """The version that the heading names, empty for none."""
        found = (_VERSION if self.level else _PLAIN).match(self.text)
        return found["version"] if found else ""

    @property
    def unreleased(self) -> bool:
        """Whether it heads what is not released yet."""
        return bool(self.level) and bool(_UNRELEASED.match(self.text))

    def names(self, version: Version) -> bool:
        """Whether it is the heading of this version."""
        return self.version == str(version)


def headings(text: str) -> tuple[Heading, ...]:
    """All headings in order: with marks, underlined, or bare versions; none inside code and comments."""
    found: list[Heading] = []
    before: list[Line] = []
    for line in _outside_code(text):
        if marks := _ATX.match(line.text):
            found.append(
                Heading(start=line.start, end=line.end, level=len(marks["marks"]), text=marks["text"] or "")
            )
        elif before and (rule := _RULE.match(line.text)):
            if found and found[-1].start == before[-1].start:
                found.pop()
            level = 1 if rule["double"] else 2
            found.append(
                Heading(start=before[-1].start, end=line.end, level=level, text=before[-1].text.strip())
            )
        elif _PLAIN.match(line.text):
            found.append(Heading(start=line.start, end=line.end, level=0, text=line.text))
        before = [line] if line.text.strip() and line.end > line.start else []
    return tuple(found)


def line_ends(text: str, wanted: str) -> tuple[int, ...]:
    """Where the lines end that are ``wanted``, outside code and comments."""
    return tuple(line.end for line in _outside_code(text) if wanted and line.text.strip() == wanted)


def _outside_code(text: str) -> Iterator[Line]:
    """The lines that can be headings; those of fenced code and of HTML comments come as empty ones."""
    mark = len(text) - len(text.removeprefix("\ufeff"))
    start, fence, comment = mark, "", False
    for raw in _LINE.findall(text[mark:]):
        line = Line(start=start, end=start + len(raw), text=raw.rstrip("\r\n"))
        start = line.end
        opened = _FENCE.match(line.text)
        inside = bool(fence) or comment
        if fence:
            fence = "" if opened and opened["fence"].startswith(fence) else fence
        elif comment:
            comment = "-->" not in line.text
        elif opened:
            fence, inside = opened["fence"], True
        elif "<!--" in line.text and "-->" not in line.text.partition("<!--")[2]:
            comment, inside = True, True
        yield Line(start=line.start, end=line.end, text="") if inside else line

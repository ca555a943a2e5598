"""Take a unified diff apart for showing: numbered lines, and what changed within a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import Final

from pipeline.rehearsal.story.model import Edit
from pipeline.rehearsal.story.wording import plain

_HUNK: Final = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_WORD: Final = re.compile(r"[A-Za-z0-9_]+|\s+|[^A-Za-z0-9_\s]")
_LONGEST: Final = 400  # lines of one file that the page shows
_SIMILAR: Final = 0.3  # of a line must stay for its change to be marked within it


class LineKind(StrEnum):
    """What a line of a diff is; ``CUT`` stands for those left out."""

    HUNK = "hunk"
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """One line: its numbers before and after (0 for none); its text in three parts, the middle changed."""

    kind: LineKind
    before: int = 0
    after: int = 0
    head: str = ""
    changed: str = ""
    tail: str = ""

    @property
    def text(self) -> str:
        """The line whole."""
        return f"{self.head}{self.changed}{self.tail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """One file's diff with the numbers of its added and removed lines."""

    path: str
    lines: tuple[DiffLine, ...]
    added: int
    removed: int


def read_diff(edit: Edit) -> FileDiff:
    """Read a unified diff; a very long one is cut."""
    lines = tuple(_lines(plain(edit.diff).split("\n")))
    return FileDiff(
        path=plain(edit.path),
        lines=_cut(tuple(_marked(lines))),
        added=sum(line.kind is LineKind.ADDED for line in lines),
        removed=sum(line.kind is LineKind.REMOVED for line in lines),
    )


def _cut(lines: tuple[DiffLine, ...]) -> tuple[DiffLine, ...]:
    if len(lines) <= _LONGEST:
        return lines
    left = len(lines) - _LONGEST
    return (*lines[:_LONGEST], DiffLine(kind=LineKind.CUT, head=f"{left} more lines in the repository"))


def _lines(texts: Sequence[str]) -> Iterator[DiffLine]:
    before = after = 0
    started = False
    for text in texts:
        if found := _HUNK.match(text):
            before, after, started = int(found[1]), int(found[2]), True
            yield DiffLine(kind=LineKind.HUNK, head=text)
        elif started and text.startswith("-"):
            yield DiffLine(kind=LineKind.REMOVED, before=before, head=text[1:])
            before += 1
        elif started and text.startswith("+"):
            yield DiffLine(kind=LineKind.ADDED, after=after, head=text[1:])
            after += 1
        elif started and text.startswith(" "):
            yield DiffLine(kind=LineKind.SAME, before=before, after=after, head=text[1:])
            before, after = before + 1, after + 1


def _marked(lines: Sequence[DiffLine]) -> Iterator[DiffLine]:
    """Mark what changed where as many lines were added as removed just before."""
    at = 0
    while at < len(lines):
        removed = tuple(takewhile(lambda line: line.kind is LineKind.REMOVED, lines[at:]))
        added = tuple(takewhile(lambda line: line.kind is LineKind.ADDED, lines[at + len(removed) :]))
        if removed and len(removed) == len(added):
            pairs = [_pair(old, new) for old, new in zip(removed, added, strict=True)]
            yield from (old for old, _ in pairs)
            yield from (new for _, new in pairs)
        else:
            yield from (*removed, *added)
        at += len(removed) + len(added)
        if not removed and not added:
            yield lines[at]
            at += 1


def _pair(old: DiffLine, new: DiffLine) -> tuple[DiffLine, DiffLine]:
    olds, news = _WORD.findall(old.head), _WORD.findall(new.head)
    head = _common(olds, news)
    tail = _common(olds[head:][::-1], news[head:][::-1])
    same = sum(len(word) for word in (*olds[:head], *olds[len(olds) - tail :]))
    if same < _SIMILAR * max(len(old.head), len(new.head)):
        return old, new
    return _split(old, olds, head, tail), _split(new, news, head, tail)


def _common(olds: Sequence[str], news: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(olds, news, strict=False)))


def _split(line: DiffLine, words: Sequence[str], head: int, tail: int) -> DiffLine:
    end = len(words) - tail
    return DiffLine(
        kind=line.kind,
        before=line.before,
        after=line.after,
        head="".join(words[:head]),
        changed="".join(words[head:end]),
        tail="".join(words[end:]),
    )

"""Make a person's text safe in markdown: what looks like markup stays text, code spans stay code.

GitHub reads backslash escapes as CommonMark does (https://spec.commonmark.org/0.31.2/#backslash-escapes),
but finds mentions after that, so a name is kept from being one by an empty character reference between.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

_TICKS: Final = re.compile(r"`+")
_URL: Final = re.compile(r"\bhttps?://[^\s<>`]+[^\s<>`.,;:!?'\")\]*_]")
# What CommonMark and GitHub's extensions give a meaning within a line; `$` begins a formula on GitHub
_MARKUP: Final = re.compile(r"[\\`*<\[~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
# GitHub sees a mention behind everything but an ASCII letter, a digit or an underscore
_MENTION: Final = re.compile(r"(?<![A-Za-z0-9_])@(?=[A-Za-z0-9])")
_ISSUE: Final = re.compile(r"(?<![\w&/#])#(?P<number>\d+)\b")
# At the start of a line these would begin a heading, a list, a quote, a table or a ruler
_BLOCK: Final = re.compile(
    r"^(?P<indent>\s*)(?:(?P<mark>#{1,6}(?=\s|$)|[-+=>|])|(?P<number>\d+)(?=[.)](?:\s|$)))", re.MULTILINE
)
_FENCED: Final = re.compile(r"(^```+[^\n`]*\n(?:.*?\n)??```+[ \t]*$)", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[=-]+(?=\s*$))", re.MULTILINE)
_BULLET: Final = re.compile(r"^([ \t]*)\\\*(?=[ \t])", re.MULTILINE)
_INVISIBLE: Final = "&#8203;"


def escape(text: str, *, issues: str = "", mentions: bool = True) -> str:
    """Escape one line's text outside code spans and addresses.

    ``issues`` is the address that a number is put behind to link ``#12``; empty leaves it as it is. Without
    ``mentions`` a name is kept from calling its owner.
    """
    return _BLOCK.sub(_as_text, _inline(text, issues, mentions=mentions))


def escape_paragraphs(text: str, *, issues: str = "", mentions: bool = True) -> str:
    """Escape a longer text in the same way, but leave its lists and code blocks what they are."""
    pieces = _FENCED.split(text)
    prose = [_inline(piece, issues, mentions=mentions) for piece in pieces[::2]]
    pieces[::2] = [_BULLET.sub(r"\1*", _HEADING.sub(r"\1\\\2", piece)) for piece in prose]
    return "".join(pieces)


def _inline(text: str, issues: str, *, mentions: bool) -> str:
    pieces: list[str] = []
    end = 0
    for start, stop in [*_kept(text), (len(text), len(text))]:
        pieces += [_plain(text[end:start], issues, mentions=mentions), text[start:stop]]
        end = stop
    return "".join(pieces)


def _kept(text: str) -> Iterator[tuple[int, int]]:
    """The stretches to leave alone: code spans, which win over all else, and addresses between them."""
    end = 0
    for start, stop in [*_code_spans(text), (len(text), len(text))]:
        yield from (found.span() for found in _URL.finditer(text, end, start))
        yield start, stop
        end = stop


def _code_spans(text: str) -> Iterator[tuple[int, int]]:
    """A run of backticks opens a span that the next run of the same length closes, if there is one."""
    runs = list(_TICKS.finditer(text))
    later: dict[int, list[re.Match[str]]] = defaultdict(list)
    for run in reversed(runs):
        later[len(run[0])].append(run)
    end = 0
    for run in runs:
        same = later[len(run[0])]
        same.pop()
        if run.start() >= end and same:
            end = same[-1].end()
            yield run.start(), end


def _plain(text: str, issues: str, *, mentions: bool) -> str:
    safe = _MARKUP.sub(lambda found: f"\\{found[0]}", text)
    safe = safe if mentions else _MENTION.sub(f"@{_INVISIBLE}", safe)
    return (
        _ISSUE.sub(lambda found: f"[#{found['number']}]({issues}{found['number']})", safe) if issues else safe
    )


def _as_text(found: re.Match[str]) -> str:
    return (
        f"{found['indent']}{found['number']}\\" if found["number"] else f"{found['indent']}\\{found['mark']}"
    )

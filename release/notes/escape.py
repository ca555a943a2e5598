"""Make a person's text safe in markdown: what looks like markup stays text, code spans stay code.

GitHub reads backslash escapes as CommonMark does (https://spec.commonmark.org/0.31.2/#backslash-escapes),
but finds mentions after that, so a name is kept from being one by an empty character reference between.
"""

from __future__ import annotations

import re
from typing import Final

_TOKENS: Final = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?:.+?)(?<!`)(?P=ticks)(?!`))"
    r"|(?P<url>\bhttps?://[^\s<>`]+[^\s<>`.,;:!?'\")\]*_])",
    re.DOTALL,
)
# What CommonMark and GitHub's extensions give a meaning within a line; `$` begins a formula on GitHub
_MARKUP: Final = re.compile(r"[\\`*<\[~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_MENTION: Final = re.compile(r"(?<![\w`/])@(?=[A-Za-z0-9])")
_ISSUE: Final = re.compile(r"(?<![\w&/#])#(?P<number>\d+)\b")
# At the start of a line these would begin a heading, a list, a quote, a table or a ruler
_BLOCK: Final = re.compile(
    r"^(?P<indent>\s*)(?:(?P<mark>#{1,6}(?=\s|$)|[-+=>|])|(?P<number>\d+)(?=[.)](?:\s|$)))", re.MULTILINE
)
_INVISIBLE: Final = "&#8203;"


def escape(text: str, *, issues: str = "", mentions: bool = True) -> str:
    """Escape text outside code spans and addresses.

    ``issues`` is the address that a number is put behind to link ``#12``; empty leaves it as it is. Without
    ``mentions`` a name is kept from calling its owner.
    """
    pieces: list[str] = []
    end = 0
    for found in _TOKENS.finditer(text):
        pieces += [_plain(text[end : found.start()], issues, mentions=mentions), found[0]]
        end = found.end()
    return _BLOCK.sub(_as_text, "".join([*pieces, _plain(text[end:], issues, mentions=mentions)]))


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

"""Keep a release's body below GitHub's limit."""

from __future__ import annotations

import re
from typing import Final

LIMIT: Final = 125_000
_LAST_HEADING: Final = re.compile(r"\n#{1,6} [^\n]*\Z")
_ENTRY: Final = re.compile(r"^(?=[-*] |#{1,6} )", re.MULTILINE)


def fit_body(notes: str, *, limit: int = LIMIT, link: str = "") -> str:
    """Cut notes that are longer than ``limit`` characters before an entry, and link to the rest.

    GitHub refuses a longer body, after the tag has been made. Breaking changes come first, so what is cut
    is the least important. A heading whose entries are all cut goes with them.
    """
    if len(notes) <= limit:
        return notes
    rest = f"\n… and more: [the rest of the notes]({link})\n" if link else "\n… and more.\n"
    room = limit - len(rest)
    places = [found.start() for found in _ENTRY.finditer(notes) if found.start() <= room]
    kept = notes[: places[-1]] if places and places[-1] else notes[: max(room, 0)]
    return _LAST_HEADING.sub("", kept.rstrip()).rstrip() + "\n" + rest

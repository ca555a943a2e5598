"""Search for many values at once in gigabytes, in one pass. Pure but for the stream that is read."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import IO, Final

_CHUNK: Final = 4 * 1024 * 1024
_WORD: Final = 8
_LONG: Final = 2 * _WORD - 1
"""Any so many bytes hold a whole word that begins at a multiple of its size."""

_FEW: Final = 40
"""Up to so many values are found faster one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Searches for any of ``needles``.

    Where there are many, those that are long enough are looked for together: a block is cut into words of
    eight bytes, and only if one of ``words``, parts of needles, is among them the block is looked at closely.
    """

    needles: tuple[bytes, ...]
    short: tuple[bytes, ...]
    words: frozenset[int]

    def finds(self, data: bytes) -> bool:
        """Tell whether a needle is in ``data``."""
        if any(needle in data for needle in self.short):
            return True
        if len(data) < _LONG or not self.words:
            return False
        whole = memoryview(data)[: len(data) // _WORD * _WORD].cast("Q")
        return not self.words.isdisjoint(whole) and any(needle in data for needle in self.needles)

    def finds_in(self, stream: IO[bytes]) -> bool:
        """Tell whether a needle is in what is left of ``stream``."""
        overlap = max((len(needle) for needle in self.needles), default=1) - 1
        tail = b""
        while chunk := stream.read(_CHUNK):
            window = tail + chunk
            if self.finds(window):
                return True
            tail = window[-overlap:]
        return False

    def without(self, text: str) -> str:
        """Take every needle out of a text that is shown."""
        for needle in self.needles:
            text = text.replace(needle.decode(errors="surrogateescape"), "***")
        return text


def search_for(needles: tuple[bytes, ...]) -> Search:
    """Choose how to look for ``needles``."""
    together = tuple(needle for needle in needles if len(needles) > _FEW and len(needle) >= _LONG)
    known = frozenset(together)
    return Search(
        needles=needles,
        short=tuple(needle for needle in needles if needle not in known),
        words=frozenset(
            int.from_bytes(needle[start : start + _WORD], sys.byteorder)
            for needle in together
            for start in range(_WORD)
        ),
    )

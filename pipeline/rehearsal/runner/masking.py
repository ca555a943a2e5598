"""Keep secrets out of logs, summaries and outputs."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

_SHOWN: Final = "***"


@dataclass(slots=True)
class Masker:
    """The secrets of a job; it learns more of them through ``::add-mask::``."""

    _secrets: set[str] = field(default_factory=set)
    _pattern: re.Pattern[str] = field(default=re.compile(r"(?!)"))

    def add(self, secret: str) -> None:
        """Mask ``secret`` from now on, each line of it, and the ways in which it is usually encoded."""
        parts = {secret, *(line.strip() for line in secret.splitlines())} - {""}
        found = self._secrets.union(*(_spellings(part) for part in parts))
        if found != self._secrets:
            self._secrets = found
            longest_first = sorted(found, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(text) for text in longest_first))

    def mask(self, text: str) -> str:
        """Replace every secret in ``text`` by three stars."""
        return self._pattern.sub(_SHOWN, text)

    def hides(self, text: str) -> bool:
        """Tell whether ``text`` has a secret in it."""
        return self._pattern.search(text) is not None


def _spellings(secret: str) -> set[str]:
    """Give the secret as it is, as JSON, in an address, and in the middle of something in base64."""
    raw = secret.encode()
    shifted = (base64.b64encode(raw[start:]).decode().rstrip("=") for start in range(3))
    in_base64 = {text[:-1] for text in shifted if len(text) > 8}  # noqa: PLR2004 - shorter ones match by chance
    return {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), *in_base64}

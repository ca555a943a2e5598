"""Globs over paths of the repository."""

from __future__ import annotations

import re
from collections.abc import Callable


def glob(pattern: str) -> Callable[[str], bool]:
    """Translate a glob as the crate ``glob`` reads it: ``*`` and ``?`` stop at slashes, ``**`` does not."""
    parts = []
    for token in re.findall(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|[^*?\[]+|\[", pattern):
        match token:
            case "**/":
                parts.append("(?:.*/)?")
            case "**":
                parts.append(".*")
            case "*":
                parts.append("[^/]*")
            case "?":
                parts.append("[^/]")
            case str() if token.startswith("[") and len(token) > 1:
                parts.append("[^" + token[2:] if token.startswith("[!") else token)
            case _:
                parts.append(re.escape(token))
    compiled = re.compile("".join(parts))
    return lambda path: compiled.fullmatch(path) is not None

"""What a ``.dockerignore`` keeps out of a build context. Pure.

Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Final

_ANY: Final = "**"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line: what matches ``pattern`` is left out, or taken in again if it ``readmits``."""

    pattern: str
    readmits: bool

    def matches(self, path: PurePosixPath) -> bool:
        """Tell whether it is about a path, or about a folder that the path is in."""
        try:
            expression = re.compile(_expression(self.pattern), re.DOTALL)
        except re.error:
            return self.readmits  # BuildKit refuses it too; until then a doubt means that nothing is left out
        return any(expression.fullmatch(str(part)) for part in (path, *path.parents) if part.parts)

    def reaches_into(self, folder: PurePosixPath) -> bool:
        """Tell whether it may be about something below a folder; a doubt means yes."""
        own = PurePosixPath(self.pattern).parts
        shorter = zip(own, folder.parts, strict=False)
        return _ANY in own or (
            len(own) > len(folder.parts) and all(fnmatchcase(name, one) for one, name in shorter)
        )


def read_rules(text: str) -> tuple[Rule, ...]:
    """Read the lines of a ``.dockerignore``."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines() if not line.startswith("#"))
    return tuple(_rule(line) for line in lines if line.strip("!/ "))


def is_left_out(path: str, rules: tuple[Rule, ...]) -> bool:
    """Tell whether all of a path, relative to its context, stays out: the last line about it decides."""
    place, left_out = PurePosixPath(path), False
    for rule in rules:
        if rule.matches(place):
            left_out = not rule.readmits
        elif rule.readmits and rule.reaches_into(place):
            left_out = False
    return left_out


def _rule(line: str) -> Rule:
    readmits = line.startswith("!")
    pattern = str(PurePosixPath(line.removeprefix("!").strip().lstrip("/")))
    return Rule(pattern=pattern, readmits=readmits)


def _expression(pattern: str) -> str:
    """Translate a pattern: ``*`` stays within a name, ``**`` is any number of folders."""
    parts = re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]*\]|\\.|.", pattern, re.DOTALL)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    match part:
        case "**/":
            return "(?:.*/)?"
        case "**":
            return ".*"
        case "*":
            return "[^/]*"
        case "?":
            return "[^/]"
        case _ if len(part) > 1 and part.startswith("["):
            return part
        case _:
            return re.escape(part.removeprefix("\\") or part)

"""Read the commands that a program prints: ``::name key=value::data`` and ``##[name key=value]data``.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

KNOWN: Final = frozenset(
    {
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "notice",
        "remove-matcher",
        "save-state",
        "set-env",
        "set-output",
        "stop-commands",
        "warning",
    }
)

_DATA: Final = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY: Final = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_OLD_STYLE: Final = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command: its name in lower case, its properties, and the data after it, all unescaped."""

    name: str
    properties: Mapping[str, str] = field(default_factory=dict)
    data: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line that is no command."""

    line: str


Line: TypeAlias = Command | Text


@dataclass(slots=True)
class CommandReader:
    """Reads lines one after the other and obeys ``stop-commands``."""

    stopped_until: str = ""

    def read(self, line: str) -> Line:
        """Tell what a line is; between ``stop-commands`` and its token everything is text."""
        known = KNOWN | {self.stopped_until.lower()} if self.stopped_until else KNOWN
        parsed = parse(line, known)
        if isinstance(parsed, Text):
            return parsed
        if self.stopped_until:
            if parsed.name == self.stopped_until.lower():
                self.stopped_until = ""
            return Text(line)
        if parsed.name == "stop-commands" and parsed.data.lower() not in ("", "pause-logging", *KNOWN):
            self.stopped_until = parsed.data
        return parsed


def parse(line: str, known: frozenset[str] = KNOWN) -> Line:
    """Read a line; an unknown name makes it text.

    ``::`` counts only at the start, after spaces; ``##[`` anywhere in the line.
    """
    found = _new_style(line.lstrip(), known)
    return found if isinstance(found, Command) else _old_style(line, known)


def _new_style(line: str, known: frozenset[str]) -> Line:
    if not line.startswith("::") or (end := line.find("::", 2)) < 0:
        return Text(line)
    name, _, rest = line[2:end].partition(" ")
    if name.lower() not in known:
        return Text(line)
    properties = _properties(rest.strip().split(","), _PROPERTY)
    return Command(name=name.lower(), properties=properties, data=_unescaped(line[end + 2 :], _DATA))


def _old_style(line: str, known: frozenset[str]) -> Line:
    start = line.find("##[")
    if start < 0 or (end := line.find("]", start)) < 0:
        return Text(line)
    name, _, rest = line[start + 3 : end].partition(" ")
    if name.lower() not in known:
        return Text(line)
    properties = _properties(rest.split(";"), _OLD_STYLE)
    return Command(name=name.lower(), properties=properties, data=_unescaped(line[end + 1 :], _OLD_STYLE))


def _properties(pairs: list[str], escapes: tuple[tuple[str, str], ...]) -> dict[str, str]:
    split = (pair.split("=", 1) for pair in pairs)
    return {pair[0]: _unescaped(pair[1], escapes) for pair in split if len(pair) > 1 and pair[0] and pair[1]}


def _unescaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for escape, meaning in escapes:
        text = text.replace(escape, meaning)
    return text

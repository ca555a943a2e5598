"""The only door to python-semantic-release: its parser judges every conventional message.

What it is shown is the message as the specification reads it, in the one spelling that its patterns know:
type in lower case, footers one a paragraph, no body. So its verdict follows the specification where its own
reading would not, and prose can raise nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from actionkit.semver import Level
from release.commits.message import SCOPE, TYPE, Header, Message
from release.commits.model import CommitRules, ReferenceKind

if TYPE_CHECKING:
    from semantic_release.commit_parser.conventional.parser import ConventionalCommitParser
    from semantic_release.enums import LevelBump

# Any type is conventional (rule 14), and any type with `!` announces a breaking change (rule 13).
_ANY_BREAKING: Final = rf"[a-z][\w-]*(?=(?:{SCOPE})?!:)"
# The splitter takes a change of one word for a footer such as `fix: #12`. In a list, or with `!`, it is none
# unless the word has a digit, and gets a second word for as long as the splitter looks.
_SECOND: Final = " \0"
_BULLET: Final = r"(?:[ \t]*[*-][ \t]+)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """python-semantic-release set up with a project's rules."""

    splitter: ConventionalCommitParser
    reader: ConventionalCommitParser
    levels: Mapping[LevelBump, Level]
    start: re.Pattern[str]

    def level(self, header: Header, message: Message) -> Level:
        """Judge one conventional message: its type, its ``!``, its breaking footers."""
        parsed = self.reader.parse_message(_as_known(header, message))
        if parsed is None:
            return Level.NONE
        return self.levels[parsed.bump]

    def split(self, message: str) -> tuple[str, ...]:
        """Part a normalised message into the messages that a squash put together; one stays one."""
        apart = re.sub(r"\n{3,}", "\n\n", self.start.sub(_apart, message))
        return tuple(part.replace(_SECOND, "") for part in self.splitter.unsquash_commit_message(apart))


def start_engine(rules: CommitRules) -> Engine:
    """Set the parser up; its import is slow (half a second), so it waits for a commit to judge."""
    from semantic_release.commit_parser.conventional.options import (
        ConventionalCommitParserOptions,
    )
    from semantic_release.commit_parser.conventional.parser import (
        ConventionalCommitParser,
    )
    from semantic_release.enums import LevelBump

    levels = {
        LevelBump.NO_RELEASE: Level.NONE,
        LevelBump.PATCH: Level.PATCH,
        LevelBump.MINOR: Level.MINOR,
        LevelBump.MAJOR: Level.MAJOR,
    }
    options = ConventionalCommitParserOptions(
        minor_tags=rules.minor,
        patch_tags=rules.patch,
        other_allowed_tags=rules.others,
        allowed_tags=(*rules.types, _ANY_BREAKING),
        default_bump_level=next(theirs for theirs, ours in levels.items() if ours is rules.default_level),
    )
    reader = ConventionalCommitParser(options)
    reader.commit_msg_pattern = re.compile(
        rf"^(?P<type>{TYPE})(?:(?P<scope>{SCOPE}))?(?P<break>!)?:[ \t]+(?P<subject>[^\n]+)"
        r"(?:\n\n(?P<text>.+))?",
        re.DOTALL,
    )
    known = "|".join([*(re.escape(name) for name in rules.types), rf"{TYPE}(?=(?:{SCOPE})?!:)"])
    return Engine(
        splitter=ConventionalCommitParser(options),
        reader=reader,
        levels=levels,
        start=re.compile(
            rf"^(?P<bullet>{_BULLET})(?P<type>{known})"
            rf"(?P<rest>(?:{SCOPE})?(?P<bang>!)?:[ \t]+(?P<word>\S+))(?P<alone>[ \t]*$)?",
            re.MULTILINE | re.IGNORECASE,
        ),
    )


def _apart(found: re.Match[str]) -> str:
    """Lower the type's case, and give a bulleted change of a list the blank line that parts it."""
    listed = bool(found["bullet"].strip())
    change = (listed or found["bang"]) and not re.search(r"\d", found["word"])
    second = _SECOND if change and found["alone"] is not None else found["alone"] or ""
    gap = "\n" if listed else ""
    return f"{gap}{found['bullet']}{found['type'].lower()}{found['rest']}{second}"


def _as_known(header: Header, message: Message) -> str:
    scope = f"({header.scope})" if header.scope else ""
    closes = [str(reference) for reference in message.references if reference.kind is ReferenceKind.CLOSES]
    return "\n\n".join(
        [
            f"{header.type}{scope}{'!' if header.bang else ''}: {header.text}",
            *(f"BREAKING CHANGE: {' '.join(value.split())}" for value in message.breaking),
            *([f"Closes: {', '.join(closes)}"] if closes else []),
        ]
    )

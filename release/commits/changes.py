"""Turn one commit's message into the changes it holds, each with its level and the reason for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from actionkit.errors import InputError
from actionkit.semver import Level, Version, parse_version
from release.commits.engine import Engine
from release.commits.message import (
    Header,
    Message,
    NoHeader,
    nearly,
    normalised,
    read_header,
    read_message,
    without_pull_requests,
)
from release.commits.model import Change, Commit, CommitRules, Reference
from release.commits.reverts import taken_back_within

_FORCED: Final = "Release-As"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a message says: its changes, why each has its level (same order), and what else to tell."""

    changes: tuple[Change, ...]
    causes: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    release_as: tuple[Version, ...] = ()

    @property
    def level(self) -> Level:
        """The highest level of the changes."""
        return max(
            (change.level for change in self.changes), key=lambda level: level.rank, default=Level.NONE
        )

    @property
    def why(self) -> str:
        """The decisive change's reason."""
        first = next(number for number, change in enumerate(self.changes) if change.level is self.level)
        more = f", the highest of {len(self.changes)} squashed changes" if len(self.changes) > 1 else ""
        return f"{self.causes[first]} → {shown(self.level)}{more}"


def shown(level: Level) -> str:
    """A level in a rule's words."""
    return "no release" if level is Level.NONE else str(level)


def read_commit(commit: Commit, engine: Engine, rules: CommitRules) -> Reading:
    """Read a commit's message: split where it was squashed, the header alone where a bot wrote it."""
    text = normalised(commit.message)
    bot = is_bot(commit, rules)
    messages = tuple(
        read_message(part) for part in (_header_alone(text) if bot else _parts(text, engine, rules))
    )
    leading = _leading_numbers(text)
    read = _merged(_change(commit, message, leading, engine, rules) for message in messages)
    release_as, spoken = _release_as(messages)
    return Reading(
        changes=tuple(change for change, _ in read),
        causes=tuple(cause for _, cause in read),
        remarks=(*_near_miss(text, rules), *_prose_remarks(text, messages, bot=bot), *spoken),
        release_as=release_as,
    )


def read_revert(commit: Commit, subject: str, engine: Engine, rules: CommitRules) -> Reading:
    """Read a commit that takes a released change back: a patch, unless what it reverts raised nothing."""
    message = read_message(normalised(commit.message))
    reverted = read_header(subject)
    idle = isinstance(reverted, Header) and engine.level(reverted, read_message(subject)) is Level.NONE
    bang = isinstance(message.header, Header) and message.header.bang
    breaking = message.breaking or ((subject,) if bang else ())
    change = Change(
        sha=commit.sha,
        type="revert",
        scope=next(
            (one.scope for one in (message.header, reverted) if isinstance(one, Header) and one.scope), ""
        ),
        description=reverted.text if isinstance(reverted, Header) else subject,
        breaking=breaking,
        level=Level.MAJOR if breaking else Level.NONE if idle else Level.PATCH,
        references=tuple(
            dict.fromkeys([*_numbers(reverted), *_numbers(message.header), *message.references])
        ),
        author_name=commit.author_name,
        author_email=commit.author_email,
    )
    cause = f"revert of {reverted.type}" if isinstance(reverted, Header) else "revert"
    own, said = _by_own_rules(change, cause, rules)
    return Reading(changes=(own,), causes=(said,))


def is_bot(commit: Commit, rules: CommitRules) -> bool:
    """Whether a program wrote the message, by its author's name or address."""
    who = (commit.author_name.lower(), commit.author_email.lower())
    return any(fnmatchcase(name, pattern) for name in who for pattern in rules.bots)


def _numbers(header: Header | NoHeader) -> tuple[Reference, ...]:
    return header.pull_requests if isinstance(header, Header) else without_pull_requests(header.line)[1]


def _header_alone(text: str) -> tuple[str, ...]:
    return (text.partition("\n")[0],)


def _parts(text: str, engine: Engine, rules: CommitRules) -> tuple[str, ...]:
    parts = engine.split(text) if rules.split_squashes else (text,)
    if len(parts) <= 1 and isinstance(read_header(text.partition("\n")[0]), Header):
        return (text,)
    gone = taken_back_within(text)
    return tuple(
        part for number, part in enumerate(parts) if not number or part.partition("\n")[0] not in gone
    )


def _leading_numbers(text: str) -> tuple[Reference, ...]:
    return _numbers(read_header(text.partition("\n")[0]))


def _change(
    commit: Commit, message: Message, leading: tuple[Reference, ...], engine: Engine, rules: CommitRules
) -> tuple[Change, str] | NoHeader:
    header = message.header
    if isinstance(header, NoHeader):
        return header
    change = Change(
        sha=commit.sha,
        type=header.type,
        scope=header.scope,
        description=header.text,
        breaking=message.breaking or ((header.text,) if header.bang else ()),  # rule 13
        level=engine.level(header, message),
        references=tuple(dict.fromkeys([*leading, *header.pull_requests, *message.references])),
        author_name=commit.author_name,
        author_email=commit.author_email,
    )
    cause = (
        f"{header.type}!" if header.bang else "BREAKING CHANGE footer" if message.breaking else header.type
    )
    return _by_own_rules(change, cause, rules)


def _by_own_rules(change: Change, cause: str, rules: CommitRules) -> tuple[Change, str]:
    """Apply a project's own rules; only a rule about breaking changes can lower a breaking change."""
    hits = [
        rule
        for rule in rules.levels
        if fnmatchcase(change.type, rule.type.lower())
        and fnmatchcase(change.scope.lower(), rule.scope.lower())
        and (rule.breaking or not change.breaking)
        and (change.breaking or not rule.breaking)
    ]
    if not hits:
        return change, cause
    level = max((rule.level for rule in hits), key=lambda level: level.rank)
    return replace(change, level=level), f"{cause}, by the project's own rule"


def _merged(read: Iterator[tuple[Change, str] | NoHeader]) -> tuple[tuple[Change, str], ...]:
    """Join what a squash says twice, in its title and in its list; the higher level stays."""
    found: dict[tuple[str, str, str], tuple[Change, str]] = {}
    for one in read:
        if isinstance(one, NoHeader):
            continue
        change, cause = one
        key = (change.type, change.scope, change.description.lower())
        if key not in found:
            found[key] = one
            continue
        before, earlier = found[key]
        higher = change.level.rank > before.level.rank
        joined = replace(
            before,
            level=change.level if higher else before.level,
            breaking=tuple(dict.fromkeys([*before.breaking, *change.breaking])),
            references=tuple(dict.fromkeys([*before.references, *change.references])),
        )
        found[key] = (joined, cause if higher else earlier)
    return tuple(found.values())


def _near_miss(text: str, rules: CommitRules) -> tuple[str, ...]:
    start = nearly(text.partition("\n")[0], rules.types)
    return (f'to count, it would have to begin with "{start}"',) if start else ()


def _prose_remarks(text: str, messages: tuple[Message, ...], *, bot: bool) -> tuple[str, ...]:
    if bot:
        whole = read_message(text)
        return ("bot: breaking prose not counted",) if whole.breaking or whole.stray_breaking else ()
    if messages and all(isinstance(message.header, NoHeader) and message.breaking for message in messages):
        return ("its BREAKING CHANGE would count below a conventional first line only",)
    if any(message.stray_breaking for message in messages):
        return ("BREAKING CHANGE in the text is no footer: not counted",)
    return ()


def _release_as(messages: tuple[Message, ...]) -> tuple[tuple[Version, ...], tuple[str, ...]]:
    versions: list[Version] = []
    remarks: list[str] = []
    for value in (value for message in messages for value in message.values(_FORCED)):
        try:
            versions.append(parse_version(value.removeprefix("v")))
            remarks.append(f"{_FORCED}: {versions[-1]}")
        except InputError:
            remarks.append(f"{_FORCED}: {value!r} is not a version: ignored")
    return tuple(versions[-1:]), tuple(remarks)

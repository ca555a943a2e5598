"""Turn judged commits into the entries of the notes: grouped, each change once, breaking ones apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from actionkit.semver import Level
from release.commits.model import Change, Judgement, Reference, ReferenceKind, Treatment
from release.notes.escape import escape, escape_paragraphs
from release.notes.model import Entry, Group, Links, Section

_OTHERS: Final = "Other changes"
# What a project does for itself; told only when there is nothing else, or when it breaks something
_INTERNAL: Final = ("build", "chore", "ci", "docs", "refactor", "style", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """How text becomes markdown here."""

    links: Links
    mentions: bool

    def text(self, words: str) -> str:
        return escape(words, issues=self.links.issues, mentions=self.mentions)

    def paragraphs(self, words: str) -> str:
        return escape_paragraphs(words, issues=self.links.issues, mentions=self.mentions)

    def commit(self, sha: str) -> str:
        short = sha[:7]
        return f"[{short}]({self.links.commit(sha)})" if self.links.known else short

    def reference(self, reference: Reference) -> str:
        word = "closes " if reference.kind is ReferenceKind.CLOSES else ""
        link = f"[{reference}]({self.links.reference(reference)})" if self.links.known else str(reference)
        return f"{word}{link}"


def entries(
    judgements: Sequence[Judgement], *, links: Links, sections: Sequence[Section], mentions: bool
) -> tuple[tuple[Entry, ...], tuple[Group, ...]]:
    """The breaking changes, and all other changes under their sections' headings."""
    writer = _Writer(links=links, mentions=mentions)
    changes = [change for judgement in judgements for change in judgement.changes]
    breaking = _entries((change for change in changes if change.breaking), writer)
    rest = [change for change in changes if not change.breaking]
    named = {kind for section in sections for kind in section.types}
    groups = [
        Group(title=section.title, entries=_entries(_of(rest, section, named), writer))
        for section in sections
    ]
    loose = [change for change in rest if change.type not in (*named, *_INTERNAL) and "*" not in named]
    groups.append(
        Group(title=_OTHERS, entries=(*_entries(loose, writer), *_unconventional(judgements, writer)))
    )
    filled = tuple(group for group in groups if group.entries)
    if breaking or filled:
        return breaking, filled
    internal = Group(title=_OTHERS, entries=_entries(rest, writer))
    return (), (internal,) if internal.entries else ()


def told(judgements: Sequence[Judgement], exclude: Sequence[str]) -> tuple[Judgement, ...]:
    """Those to tell: without the ones that match, unless they raise the version."""
    return tuple(
        judgement
        for judgement in judgements
        if judgement.level is not Level.NONE
        or not any(re.match(pattern, judgement.commit.message.strip()) for pattern in exclude)
    )


def _of(changes: Iterable[Change], section: Section, named: set[str]) -> Iterator[Change]:
    for change in changes:
        if change.type in section.types or ("*" in section.types and change.type not in named):
            yield change


def _entries(changes: Iterable[Change], writer: _Writer) -> tuple[Entry, ...]:
    """One entry for each change, by scope; changes of the same words share one."""
    found: dict[tuple[str, str, tuple[str, ...]], Entry] = {}
    for change in changes:
        entry = _entry(change, writer)
        key = (entry.scope, entry.text, entry.details)
        same = found.get(key)
        found[key] = entry if same is None else _joined(same, entry)
    return tuple(sorted(found.values(), key=lambda entry: entry.scope.lower()))


def _entry(change: Change, writer: _Writer) -> Entry:
    further = (text for text in change.breaking if text != change.description)
    return Entry(
        scope=writer.text(change.scope),
        text=writer.text(change.description),
        details=tuple(writer.paragraphs(text) for text in further),
        references=tuple(writer.reference(reference) for reference in change.references),
        commits=(writer.commit(change.sha),),
    )


def _joined(one: Entry, other: Entry) -> Entry:
    return replace(
        one,
        references=tuple(dict.fromkeys([*one.references, *other.references])),
        commits=tuple(dict.fromkeys([*one.commits, *other.commits])),
    )


def _unconventional(judgements: Sequence[Judgement], writer: _Writer) -> Iterator[Entry]:
    for judgement in judgements:
        if judgement.treatment is Treatment.LISTED:
            commit = judgement.commit
            yield Entry(
                text=writer.text(commit.subject) or "(no message)", commits=(writer.commit(commit.sha),)
            )

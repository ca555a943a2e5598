"""Read what a revert takes back, from its message alone and from the commits around it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from release.commits.message import NoHeader, read_header, without_pull_requests
from release.commits.model import Commit

_HASH: Final = r"[0-9a-f]{7,64}"
_BY_HASH: Final = re.compile(
    rf"\bThis reverts commit ({_HASH})\b(?:,\s+reversing\s+changes\s+made\s+to\s+({_HASH}))?"
)
_BY_NUMBER: Final = re.compile(r"^Reverts (?:[\w.-]+/[\w.-]+)?#(\d+)\b", re.MULTILINE)
# `git revert`; `git revert` of a revert since git 2.43; the type `revert` with the header it takes back.
_QUOTED: Final = re.compile(r'(?P<word>Revert|Reapply) "(?P<subject>.+)"')
_TYPED: Final = re.compile(r'(?P<word>revert)(?:\([^()\n]+\))?!?:[ \t]+"?(?P<subject>.+?)"?', re.IGNORECASE)
# The specification's own proposal for reverts: https://www.conventionalcommits.org/en/v1.0.0/#faq
_REFS: Final = re.compile(rf"^Refs?:[ \t]+({_HASH}(?:,[ \t]*{_HASH})*)[ \t]*$", re.MULTILINE)
_LISTED: Final = re.compile(r"^[ \t]*[*-][ \t]+(?P<line>\S.*)$", re.MULTILINE)
_MERGED: Final = re.compile(r"Merge pull request #(\d+) ")
_SQUASHED: Final = re.compile(r"\(#(\d+)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The commits of one release, newest first, and where to find them."""

    commits: tuple[Commit, ...]
    place: Mapping[str, int]
    by_subject: Mapping[str, tuple[Commit, ...]]
    by_number: Mapping[int, tuple[Commit, ...]]

    def by_hash(self, prefix: str) -> tuple[Commit, ...]:
        """The commit of a full or shortened hash, if it is in the range."""
        if prefix in self.place:
            return (self.commits[self.place[prefix]],)
        return tuple(commit for commit in self.commits if commit.sha.startswith(prefix))[:1]


def index(commits: Sequence[Commit]) -> Range:
    """Prepare the commits of one release, newest first, for finding targets."""
    subjects: dict[str, list[Commit]] = defaultdict(list)
    numbers: dict[int, list[Commit]] = defaultdict(list)
    for commit in commits:
        for subject in dict.fromkeys([commit.subject, without_pull_requests(commit.subject)[0]]):
            subjects[subject].append(commit)
        if found := _MERGED.match(commit.subject) or _SQUASHED.search(commit.subject):
            numbers[int(found[1])].append(commit)
    return Range(
        commits=tuple(commits),
        place={commit.sha: number for number, commit in enumerate(commits)},
        by_subject={subject: tuple(found) for subject, found in subjects.items()},
        by_number={number: tuple(found) for number, found in numbers.items()},
    )


def is_revert(commit: Commit) -> bool:
    """Whether taking others back is all that the commit is: its subject says so, or says nothing."""
    if _quoted(commit.subject):
        return True
    return takes_back(commit) and isinstance(read_header(commit.subject), NoHeader)


def takes_back(commit: Commit) -> bool:
    """Whether the commit takes others back, be it under a header of its own: ``feat: build again``.

    In the list of a squash such words are about the squash's own commits, or about a part of it only.
    """
    listed = _LISTED.search(commit.message.partition("\n")[2])
    return bool(_quoted(commit.subject) or (_BY_HASH.search(commit.message) and not listed))


def meant(subject: str) -> tuple[bool, str]:
    """Unwrap ``Revert "Revert "x""``: whether ``x`` is in effect after it, and ``x``."""
    restores, inner = True, subject
    while found := _quoted(inner):
        restores = restores if found["word"] == "Reapply" else not restores
        inner = found["subject"]
    return restores and inner != subject, inner


def taken_back_within(message: str) -> frozenset[str]:
    """The headers that a squash lists and takes back again further down its own list."""
    net: Counter[str] = Counter()
    for found in _LISTED.finditer(message):
        if _quoted(found["line"]):
            restores, header = meant(found["line"])
            net[header] += -1 if restores else 1
    return frozenset(header for header, times in net.items() if times > 0)


def targets(commit: Commit, known: Range) -> tuple[Commit, ...]:
    """The commits of the range that a revert takes back; a merge brings its side's commits along."""
    place = known.place[commit.sha]
    older = (found for found in _named(commit, known) if known.place[found.sha] > place)
    whole = [part for found in dict.fromkeys(older) for part in (found, *_merged_by(found, commit, known))]
    return tuple(dict.fromkeys(whole))


def _quoted(subject: str) -> re.Match[str] | None:
    plain, _ = without_pull_requests(subject)
    return _QUOTED.fullmatch(plain) or _TYPED.fullmatch(plain)


def _named(commit: Commit, known: Range) -> Iterator[Commit]:
    """Hashes first; a rebase makes them stale, so then the number or the words of the subject."""
    hashes = [found[1] for found in _BY_HASH.finditer(commit.message)]
    if _quoted(commit.subject):
        hashes += [part.strip() for found in _REFS.finditer(commit.message) for part in found[1].split(",")]
    by_hash = [target for prefix in hashes for target in known.by_hash(prefix)]
    if by_hash:
        yield from by_hash
        return
    numbers = [int(found[1]) for found in _BY_NUMBER.finditer(commit.message)]
    by_number = [target for number in numbers for target in known.by_number.get(number, ())]
    if by_number:
        yield from by_number
        return
    if quoted := _quoted(commit.subject):
        place = known.place[commit.sha]
        # what is applied again is what a revert took back: that revert is meant
        subject = f'Revert "{quoted["subject"]}"' if quoted["word"] == "Reapply" else quoted["subject"]
        older = (one for one in known.by_subject.get(subject, ()) if known.place[one.sha] > place)
        yield from tuple(older)[:1]


def _merged_by(merge: Commit, revert: Commit, known: Range) -> tuple[Commit, ...]:
    """What a merge brought in: reachable from it, not from the line that the revert went back to."""
    if not merge.is_merge:
        return ()
    found = _BY_HASH.search(revert.message)
    mainline = known.by_hash(found[2])[:1] if found and found[2] else ()
    kept = mainline[0].sha if mainline else merge.parents[0]
    before = _reachable(kept, known)
    side = [sha for parent in merge.parents if parent != kept for sha in _reachable(parent, known)]
    return tuple(known.commits[known.place[sha]] for sha in dict.fromkeys(side) if sha not in before)


def _reachable(start: str, known: Range) -> dict[str, None]:
    seen: dict[str, None] = {}
    stack = [start]
    while stack:
        sha = stack.pop()
        if sha in known.place and sha not in seen:
            seen[sha] = None
            stack.extend(known.commits[known.place[sha]].parents)
    return seen

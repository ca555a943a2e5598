"""What history does to commits: reverts cancel them, reverts of reverts restore them, cherry-picks repeat."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from release.commits.message import without_pull_requests
from release.commits.model import Commit
from release.commits.reverts import Range, index, is_revert, meant, takes_back, targets

_PICKED: Final = re.compile(r"^\(cherry picked from commit ([0-9a-f]{7,64})\)$\n?", re.MULTILINE)

Identity = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """The commit's change is part of what is released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverted:
    """A later commit took it back."""

    by: Commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverts:
    """It takes back what is in the same release, so neither is news."""

    target: Commit


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertsReleased:
    """It takes back ``subject``, which was released before."""

    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restores:
    """It brings back ``subject``, which an earlier release had without."""

    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """The same change as an earlier commit of the same release."""

    first: Commit


Fate = Stands | Reverted | Reverts | RevertsReleased | Restores | Repeats


def fates(commits: Sequence[Commit]) -> Mapping[str, Fate]:
    """Tell for every commit, newest first, what became of it; keys are hashes."""
    known = index(commits)
    families = _families(known)
    aims = {commit.sha: _aims(commit, known, families) for commit in known.commits if takes_back(commit)}
    takers: dict[str, list[Commit]] = defaultdict(list)
    for commit in known.commits:
        for target in aims.get(commit.sha, ()):
            takers[target.sha].append(commit)
    gone: dict[str, Commit] = {}
    for commit in known.commits:  # newest first: whoever may take a commit back is settled by then
        for taker in takers[commit.sha]:
            if taker.sha not in gone:
                gone.setdefault(commit.sha, taker)
    return {commit.sha: _fate(commit, gone, aims, families) for commit in known.commits}


def _fate(
    commit: Commit,
    gone: Mapping[str, Commit],
    aims: Mapping[str, tuple[Commit, ...]],
    families: Mapping[str, tuple[Commit, ...]],
) -> Fate:
    if commit.sha in gone:
        return Reverted(by=gone[commit.sha])
    if is_revert(commit):
        restores, subject = meant(commit.subject)
        match aims[commit.sha]:
            case (target, *_):
                return Reverts(target=target)
            case _:
                return Restores(subject=subject) if restores else RevertsReleased(subject=subject)
    first = [other for other in families[commit.sha] if other.sha not in gone][-1:]
    return Repeats(first=first[0]) if first and first[0].sha != commit.sha else Stands()


def _aims(commit: Commit, known: Range, families: Mapping[str, tuple[Commit, ...]]) -> tuple[Commit, ...]:
    """A revert's targets, and the copies of them that are older than it."""
    place = known.place[commit.sha]
    copies = (copy for target in targets(commit, known) for copy in (target, *families[target.sha]))
    return tuple(copy for copy in dict.fromkeys(copies) if known.place[copy.sha] > place)


def _families(known: Range) -> Mapping[str, tuple[Commit, ...]]:
    """For each commit all that bring the same change, newest first; merges and reverts stand alone."""
    members: dict[Identity, list[Commit]] = defaultdict(list)
    identities: dict[str, Identity] = {}
    for commit in reversed(known.commits):
        identity = _identity(commit, known, identities)
        identities[commit.sha] = identity
        members[identity].insert(0, commit)
    return {sha: tuple(members[identity]) for sha, identity in identities.items()}


def _identity(commit: Commit, known: Range, identities: Mapping[str, Identity]) -> Identity:
    """A cherry-pick keeps author, author date and words; ``-x`` names its origin."""
    if commit.is_merge or is_revert(commit):
        return (commit.sha,)
    for picked in _PICKED.findall(commit.message):
        for origin in known.by_hash(picked):
            if origin.sha in identities:
                return identities[origin.sha]
    subject, _ = without_pull_requests(commit.subject)
    body = _PICKED.sub("", commit.message.strip().partition("\n")[2]).strip()
    return (commit.author_email.lower(), commit.authored, subject, body, commit.paths)

"""What is shown at once and what is folded away: long lists stay readable, nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from actionkit.semver import Level
from pipeline.rehearsal.story.diff import FileDiff
from pipeline.rehearsal.story.model import Commit

_MOST_COMMITS: Final = 25
_MOST_OPEN_LINES: Final = 45
_LOCKS: Final = (".lock", "package-lock.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """Commits: the ``shown`` ones and the ``hidden`` ones, each in their given order."""

    shown: tuple[Commit, ...]
    hidden: tuple[Commit, ...]


def fold_commits(commits: tuple[Commit, ...], most: int = _MOST_COMMITS) -> Folded:
    """Keep the ``most`` weighty commits: the one that decided, then by what they ask for."""
    if len(commits) <= most:
        return Folded(shown=commits, hidden=())
    weights = {at: (not commit.decided, -commit.bump.rank, at) for at, commit in enumerate(commits)}
    kept = set(sorted(weights, key=weights.__getitem__)[:most])
    return Folded(
        shown=tuple(commit for at, commit in enumerate(commits) if at in kept),
        hidden=tuple(commit for at, commit in enumerate(commits) if at not in kept),
    )


def open_files(files: tuple[FileDiff, ...]) -> frozenset[str]:
    """Choose the files whose diffs stand open: short ones, as long as there is room, and no locks."""
    room = _MOST_OPEN_LINES
    chosen = set()
    for file in files:
        if len(file.lines) <= room and not is_lock(file.path):
            room -= len(file.lines)
            chosen.add(file.path)
    return frozenset(chosen)


def is_lock(path: str) -> bool:
    """Tell a lock from what people write; nobody reads those first."""
    return path.endswith(_LOCKS)


def tally(commits: tuple[Commit, ...]) -> tuple[tuple[Level, int], ...]:
    """Count the commits by what they ask for, the weightiest first, levels that nobody asks for left out."""
    counted = ((level, sum(commit.bump is level for commit in commits)) for level in reversed(Level))
    return tuple((level, number) for level, number in counted if number)

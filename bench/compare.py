"""Measure every contender on every repository: one table for planning, one for bumping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from actionkit.errors import CommandFailed
from actionkit.git import Git
from actionkit.process import run
from bench.contenders import bump_peers, our_bump, our_plan, plan_peers
from bench.histories import History, make_history
from bench.measure import Contender, Failed, Measured, Patience, measure
from bench.peers import Missing
from bench.phases import Phase, profile
from bench.workspaces import Workspace, make_workspace

HISTORIES: Final = (
    History(commits=1_000, tags=10),
    History(commits=10_000, tags=100),
    History(commits=100_000, tags=1_000),
)
WORKSPACES: Final = tuple(Workspace(crates=crates, external=crates * 6 // 5) for crates in (50, 200, 500))

Tell = Callable[[str], object]


class Task(StrEnum):
    """What is measured."""

    PLAN = "plan"
    BUMP = "bump"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One program on one repository; without a result it is too slow there, or it failed."""

    size: str
    contender: Contender
    result: Measured | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All rows of one task, ours first for each size; ``answer`` says what that column holds.

    ``phases`` are those of ours on the largest repository.
    """

    title: str
    target: str
    answer: str
    rows: tuple[Row, ...]
    missing: tuple[Missing, ...]
    phases: tuple[Phase, ...]


def compare_plans(
    root: Path,
    patience: Patience,
    tell: Tell,
    *,
    histories: Sequence[History] = HISTORIES,
    alone: bool = False,
) -> Table:
    """Ask everybody for the next version of each history."""
    ours, others = our_plan(), () if alone else plan_peers(root / "settings")
    rows = []
    for number, history in enumerate(histories):
        tell(f"plan: {history.name}")
        repository = make_history(root / f"history-{number}", history)
        _add_origin(repository)
        for contender in _ready(ours, others):
            tell(f"  {contender.name}")
            result = measure(contender, repository, patience)
            rows.append(Row(size=history.name, contender=contender, result=result))
    return Table(
        title="Plan: the next version, and for release-pipeline every edit and the notes too",
        target="100,000 commits and 1,000 tags in 0.6 s",
        answer="version",
        rows=tuple(rows),
        missing=_missing(others),
        phases=profile(ours, repository),
    )


def compare_bumps(
    root: Path,
    patience: Patience,
    tell: Tell,
    *,
    workspaces: Sequence[Workspace] = WORKSPACES,
    alone: bool = False,
) -> Table:
    """Have everybody write a version into each workspace, which is put back before every run."""
    ours, others = our_bump(), () if alone else bump_peers()
    rows = []
    for number, workspace in enumerate(workspaces):
        tell(f"bump: {workspace.name}")
        repository = make_workspace(root / f"workspace-{number}", workspace)
        git = Git(directory=repository)
        for contender in _ready(ours, others):
            tell(f"  {contender.name}")
            result = measure(contender, repository, patience, reset=partial(_put_back, git))
            if isinstance(result, Measured):
                result = replace(result, answer=changed(git))
            rows.append(Row(size=workspace.name, contender=contender, result=result))
    _put_back(git)
    return Table(
        title="Bump: a version into every manifest and the lock",
        target="500 crates in 0.9 s",
        answer="files changed, lock",
        rows=tuple(rows),
        missing=_missing(others),
        phases=profile(ours, repository),
    )


def changed(git: Git) -> str:
    """How many files of a workspace are changed, and whether cargo takes the lock for up to date."""
    files = len(git.text("diff", "--name-only").splitlines())
    asked = ("cargo", "metadata", "--locked", "--offline", "--format-version", "1")
    try:
        run(asked, cwd=git.directory)
    except CommandFailed as error:
        return f"{files}, {'not checked' if error.returncode == 127 else 'stale'}"  # noqa: PLR2004 - no cargo
    listed = "Cargo.lock" in git.text("diff", "--name-only", "--", "Cargo.lock")
    return f"{files}, {'updated' if listed else 'unchanged'}"


def _ready(ours: Contender, others: Sequence[Contender | Missing]) -> Sequence[Contender]:
    return (ours, *(other for other in others if isinstance(other, Contender)))


def _missing(others: Sequence[Contender | Missing]) -> tuple[Missing, ...]:
    return tuple(other for other in others if isinstance(other, Missing))


def _add_origin(repository: Path) -> None:
    """semantic-release asks the remote; it gets a bare one beside the repository."""
    bare = repository.with_name(f"{repository.name}.git")
    git = Git(directory=repository)
    git.run("clone", "--quiet", "--mirror", str(repository), str(bare))
    git.run("remote", "add", "origin", bare.as_uri())


def _put_back(git: Git) -> None:
    git.run("reset", "--quiet", "--hard")
    git.run("clean", "--quiet", "--force", "-d")

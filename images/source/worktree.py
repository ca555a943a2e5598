"""A folder of its own for a commit, when the workspace stands on another one.

What git keeps elsewhere is taken from what the workspace has of it, and nothing is fetched: submodules from
its own clones of them, LFS files from its own store.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from actionkit.errors import CommandFailed
from actionkit.git import Git
from images.source.checkout import (
    Entry,
    content_of,
    has_commit,
    is_repository,
    pointed_by,
    read_entries,
    read_pointers,
    submodules,
)


@contextmanager
def work_tree(git: Git, commit: str, folder: Path) -> Iterator[Git]:
    """Give ``folder`` with the whole ``commit``, as far as the workspace has it; it is gone afterwards."""
    made: list[tuple[Git, Path]] = []
    try:
        _fill(git, commit, folder, made)
        yield git.at(folder)
    finally:
        for owner, place in reversed(made):
            with suppress(CommandFailed):  # it may never have been made
                owner.run("worktree", "remove", "--force", str(place))


def sweep(git: Git, below: Path) -> None:
    """Forget work trees, the submodules' too, that a run which was killed left behind ``below`` a folder.

    Others stay, also those that seem to be gone: a container does not see all of the machine's folders.
    """
    for line in git.text("worktree", "list", "--porcelain").splitlines():
        folder = Path(line.removeprefix("worktree "))
        if line.startswith("worktree ") and folder.is_relative_to(below) and not folder.exists():
            with suppress(CommandFailed):  # somebody locked it
                git.run("worktree", "remove", "--force", str(folder))
    for module in submodules(git, read_entries(git)).values():
        sweep(module, below)


def _fill(git: Git, commit: str, folder: Path, made: list[tuple[Git, Path]]) -> None:
    made.append((git, folder))
    whole = git.with_settings(("core.sparseCheckout", "false"))
    whole.run("worktree", "add", "--detach", "--force", str(folder), commit)
    there = git.at(folder)
    entries = read_entries(there)
    _take_large_files(git, there, entries)
    for entry in entries:
        own = git.at(git.directory / entry.path)
        if entry.is_submodule and is_repository(own.directory) and has_commit(own, entry.sha):
            _fill(own, entry.sha, folder / entry.path, made)


def _take_large_files(git: Git, there: Git, entries: tuple[Entry, ...]) -> None:
    """Replace the pointers to LFS files by what the store of ``git`` has of them."""
    common = git.directory / git.text("rev-parse", "--git-common-dir")
    for path, content in read_pointers(there, entries).items():
        kept = common / "lfs" / "objects" / content[:2] / content[2:4] / content
        file = there.directory / path
        if kept.is_file() and pointed_by(file) == content and content_of(kept) == content:
            shutil.copyfile(kept, file)

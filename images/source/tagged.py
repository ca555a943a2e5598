"""The tagged commit as a folder to build from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.git import Git
from actionkit.git.history import commit_date, is_shallow
from actionkit.git.remote import REMOTE_TAGS, remote_references
from images.source.checkout import WITHOUT_FILTERS, has_commit, inspect, listed
from images.source.worktree import sweep, work_tree
from images.state import Source

_TAGS: Final = "refs/tags/"
_PEELED: Final = "^{}"


def remote_tags(git: Git, url: str) -> Mapping[str, str]:
    """Map every tag of the remote repository to the commit it stands for."""
    try:
        listed = remote_references(git, url, f"{_TAGS}*")
    except CommandFailed as error:
        raise ActionError(
            "cannot read the tags of the repository",
            why=error.stderr.strip(),
            fix="give the job the right to read the repository",
            yaml="permissions:\n  contents: read",
        ) from error
    peeled = {name.removesuffix(_PEELED): sha for name, sha in listed.items() if name.endswith(_PEELED)}
    return {
        name.removeprefix(_TAGS): peeled.get(name, sha)
        for name, sha in listed.items()
        if not name.endswith(_PEELED)
    }


@contextmanager
def open_source(git: Git, url: str, tag: str, commit: str, temporary: Path) -> Iterator[Source]:
    """Give a folder with the tagged commit, for as long as the ``with`` lasts.

    That is the workspace when it stands on the commit, with everything that earlier steps put there;
    else a work tree of its own, because the workspace belongs to the steps that come after.
    """
    git = git.with_settings(*WITHOUT_FILTERS)
    sweep(git, temporary.parent)
    _fetch(git, url, tag, commit)
    if git.text("rev-parse", "HEAD") == commit:
        yield _source(git, commit, is_apart=False)
        return
    with work_tree(git, commit, temporary / "source") as there:
        yield _source(there, commit, is_apart=True)


def _fetch(git: Git, url: str, tag: str, commit: str) -> None:
    if has_commit(git, commit):
        return
    depth = ("--depth=1",) if is_shallow(git) else ()
    git.run("fetch", "--no-tags", "--no-recurse-submodules", *depth, url, f"+{_TAGS}{tag}:{REMOTE_TAGS}{tag}")
    if not has_commit(git, commit):
        raise ActionError(f"the tag {tag} moved while it was fetched", fix="run again")


def _source(git: Git, commit: str, *, is_apart: bool) -> Source:
    checkout = inspect(git)
    return Source(
        folder=git.directory,
        commit=commit,
        created=commit_date(git, commit),
        seconds=int(git.text("log", "-1", "--format=%ct", commit)),
        paths=(*checkout.tracked, *checkout.new),
        changed=checkout.changed,
        ignored=listed(git, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"),
        changes=checkout.changes,
        lacking=checkout.lacking,
        is_apart=is_apart,
    )

"""The tagged commit as a folder to build from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.git import Git
from actionkit.git.history import commit_date, is_shallow
from actionkit.git.remote import REMOTE_TAGS, remote_references
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
    _fetch(git, url, tag, commit)
    if git.text("rev-parse", "HEAD") == commit:
        yield _source(git, commit)
        return
    folder = temporary / "source"
    git.run("worktree", "add", "--detach", "--force", str(folder), commit)
    try:
        yield _source(Git(directory=folder, environment=git.environment, secrets=git.secrets), commit)
    finally:
        git.run("worktree", "remove", "--force", str(folder))


def _fetch(git: Git, url: str, tag: str, commit: str) -> None:
    if _has(git, commit):
        return
    depth = ("--depth=1",) if is_shallow(git) else ()
    git.run("fetch", "--no-tags", "--no-recurse-submodules", *depth, url, f"+{_TAGS}{tag}:{REMOTE_TAGS}{tag}")
    if not _has(git, commit):
        raise ActionError(f"the tag {tag} moved while it was fetched", fix="run again")


def _has(git: Git, commit: str) -> bool:
    try:
        git.run("cat-file", "-e", f"{commit}^{{commit}}")
    except CommandFailed:
        return False
    return True


def _source(git: Git, commit: str) -> Source:
    listed = git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return Source(
        folder=git.directory,
        commit=commit,
        created=commit_date(git, commit),
        seconds=int(git.text("log", "-1", "--format=%ct", commit)),
        paths=tuple(path for path in listed.decode(errors="surrogateescape").split("\0") if path),
        changes=_changes(git),
    )


def _changes(git: Git) -> str:
    """Name what differs from the commit, in tracked files and in new ones that git does not ignore."""
    changed = git.run("diff", "--binary", "HEAD")
    new = git.run("ls-files", "-z", "--others", "--exclude-standard")
    if not changed and not new:
        return ""
    state = hashlib.sha256(changed + new)
    for path in sorted(part for part in new.decode(errors="surrogateescape").split("\0") if part):
        file = git.directory / path
        state.update(file.read_bytes() if file.is_file() else b"")
    return state.hexdigest()

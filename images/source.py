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
    new = _listed(git, "ls-files", "-z", "--others", "--exclude-standard")
    changed = _listed(git, "diff", "-z", "--name-only", "HEAD")
    return Source(
        folder=git.directory,
        commit=commit,
        created=commit_date(git, commit),
        seconds=int(git.text("log", "-1", "--format=%ct", commit)),
        paths=(*_listed(git, "ls-files", "-z"), *new),
        changed=(*changed, *new),
        ignored=_listed(git, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"),
        changes=_digest(git.directory, (*changed, *new)),
    )


def _listed(git: Git, *arguments: str) -> tuple[str, ...]:
    listed = git.run(*arguments).decode(errors="surrogateescape")
    return tuple(path for path in listed.split("\0") if path)


def _digest(folder: Path, paths: tuple[str, ...]) -> str:
    """Name the content of ``paths``; nothing for no paths."""
    state = hashlib.sha256()
    for path in sorted(paths):
        file = folder / path
        content = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "gone"
        state.update(f"{path}\0{content}\0".encode(errors="surrogateescape"))
    return state.hexdigest() if paths else ""

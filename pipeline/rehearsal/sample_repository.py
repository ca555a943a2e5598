"""Make the sample repository: the files of ``sample/`` with the history that ``history.toml`` tells.

The same commit ids come out on every machine: authors, dates and git's own settings are fixed.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from actionkit.errors import InputError
from actionkit.process import run

SAMPLE: Final = Path(__file__).with_name("sample")
HISTORY: Final = Path(__file__).with_name("history.toml")

_BUILD_OUTPUT: Final = "target"
_OWN_SETTINGS: Final = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """``before`` in the file ``path`` becomes ``after``; each stands there once."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One commit: what history.toml says of it."""

    message: str
    author: str
    date: str
    adds: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    on: str = "main"
    merges: str = ""
    tag: str = ""
    tag_message: str = ""


@dataclass(frozen=True, slots=True)
class _Repository:
    folder: Path
    branches: set[str] = field(default_factory=lambda: {"main"})

    def git(self, *words: str, change: Change | None = None) -> None:
        run(("git", "-C", str(self.folder), *words), env={**_OWN_SETTINGS, **_identity(change)})


def make_sample_repository(folder: Path) -> Path:
    """Make the repository in ``folder``, which must not exist or be empty; return ``folder``.

    It has the branch ``main`` checked out, clean, with a merge in its history and the annotated tag
    ``v0.4.0`` some commits back.
    """
    changes = read_history(HISTORY)
    texts = _first_texts(changes)
    folder.mkdir(parents=True, exist_ok=True)
    repository = _Repository(folder)
    repository.git("init", "--quiet", "--initial-branch=main")
    for change in changes:
        _record(repository, change, texts)
    return folder


def read_history(path: Path) -> tuple[Change, ...]:
    """Read the changes that a history file tells, oldest first."""
    entries = tomllib.loads(path.read_text("utf-8"))["change"]
    return tuple(_change(entry) for entry in entries)


def _change(entry: Mapping[str, Any]) -> Change:
    fields = {key.replace("-", "_"): value for key, value in entry.items()}
    edits = tuple(Edit(**edit) for edit in fields.pop("edits", ()))
    return Change(**{**fields, "adds": tuple(fields.get("adds", ()))}, edits=edits)


def _first_texts(changes: Iterable[Change]) -> dict[str, str]:
    """Give every edited file's text as it is before the first edit."""
    texts: dict[str, str] = {}
    for edit in reversed([edit for change in changes for edit in change.edits]):
        newest = texts.get(edit.path) or (SAMPLE / edit.path).read_text("utf-8")
        texts[edit.path] = _replaced(newest, edit.after, edit.before, edit.path)
    return texts


def _record(repository: _Repository, change: Change, texts: Mapping[str, str]) -> None:
    if change.on not in repository.branches:
        repository.git("branch", change.on, "main")
        repository.branches.add(change.on)
    if _has_commits(repository):
        repository.git("checkout", "--quiet", change.on)
    if change.merges:
        repository.git("merge", "--quiet", "--no-ff", "-m", change.message, change.merges, change=change)
        repository.git("branch", "--quiet", "--delete", change.merges)
    else:
        _write(repository.folder, change, texts)
        repository.git("add", "--all")
        repository.git("commit", "--quiet", "--message", change.message, change=change)
    if change.tag:
        note = ("--annotate", "--message", change.tag_message) if change.tag_message else ()
        repository.git("tag", *note, change.tag, change=change)


def _has_commits(repository: _Repository) -> bool:
    return any((repository.folder / ".git" / "refs" / "heads").iterdir())


def _write(folder: Path, change: Change, texts: Mapping[str, str]) -> None:
    for name in _files(change.adds):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in texts:
            target.write_text(texts[name], "utf-8")
        else:
            shutil.copyfile(SAMPLE / name, target)
    for edit in change.edits:
        path = folder / edit.path
        path.write_text(_replaced(path.read_text("utf-8"), edit.before, edit.after, edit.path), "utf-8")


def _files(patterns: Iterable[str]) -> Iterator[str]:
    for pattern in patterns:
        top = SAMPLE / pattern
        found = sorted(top.rglob("*")) if top.is_dir() else [top]
        names = (path.relative_to(SAMPLE) for path in found if path.is_file())
        yield from (name.as_posix() for name in names if _BUILD_OUTPUT not in name.parts)


def _replaced(text: str, old: str, new: str, path: str) -> str:
    if text.count(old) != 1:
        raise InputError(
            f"the history of the sample does not fit {path}",
            why=f"this stands there {text.count(old)} times instead of once: {old!r}",
            fix="mend the edits in pipeline/rehearsal/history.toml",
        )
    return text.replace(old, new)


def _identity(change: Change | None) -> dict[str, str]:
    if change is None:
        return {}
    name, _, address = change.author.removesuffix(">").partition(" <")
    roles = ("AUTHOR", "COMMITTER")
    values = {"NAME": name, "EMAIL": address, "DATE": change.date}
    return {f"GIT_{role}_{key}": value for role in roles for key, value in values.items()}

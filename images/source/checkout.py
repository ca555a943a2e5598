"""What stands in a checked-out repository: how it differs from its commit, and what of the commit it lacks.

Submodules are looked into here: git would start a second git there, which refuses a folder of another owner.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actionkit.git import Git
from images.state import Lack, Lacking

WITHOUT_FILTERS: Final = (
    ("filter.lfs.process", ""),
    ("filter.lfs.smudge", ""),
    ("filter.lfs.clean", ""),
    ("filter.lfs.required", "false"),
)
"""Git settings for where git-lfs is not installed: actions/checkout with ``lfs: true`` demands it."""

_LINK: Final = "160000"
_ENTRY: Final = re.compile(r"(?P<flag>.) (?P<mode>\d+) (?P<sha>[0-9a-f]+) \d\t(?P<path>.*)", re.DOTALL)
_POINTER: Final = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-.*\n)*"
    rb"oid sha256:(?P<oid>[0-9a-f]{64})\nsize \d+\n"
)
"""https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"""
_POINTER_SIZE: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of git's index; ``skipped`` says that a sparse checkout leaves it out."""

    path: str
    mode: str
    sha: str
    skipped: bool

    @property
    def is_file(self) -> bool:
        """Whether it is neither a link nor a submodule."""
        return self.mode.startswith("100")

    @property
    def is_submodule(self) -> bool:
        """Whether another repository belongs there."""
        return self.mode == _LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """``changed`` names the paths that differ from the commit or are new, ``changes`` their content."""

    tracked: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    changes: str
    lacking: tuple[Lacking, ...]


def inspect(git: Git) -> Checkout:
    """Look at the folder of ``git``, its submodules included."""
    entries = read_entries(git)
    pointers = read_pointers(git, entries)
    modules = {path: inspect(module) for path, module in submodules(git, entries).items()}
    new = listed(git, "ls-files", "-z", "--others", "--exclude-standard")
    differing = (
        *_differing(git, pointers),
        *(path for entry in entries if (path := entry.path) in modules and _moved(git, entry, modules[path])),
    )
    changed = (*differing, *new)
    return Checkout(
        tracked=tuple(entry.path for entry in entries),
        new=new,
        changed=changed,
        changes=_digest(git, changed),
        lacking=(*_lacking(git, entries, pointers), *_lacking_inside(modules)),
    )


def read_entries(git: Git) -> tuple[Entry, ...]:
    """Read what git tracks in its folder."""
    matches = (_ENTRY.fullmatch(line) for line in listed(git, "ls-files", "-z", "-s", "-t"))
    return tuple(
        Entry(path=it["path"], mode=it["mode"], sha=it["sha"], skipped=it["flag"] == "S")
        for it in matches
        if it
    )


def read_pointers(git: Git, entries: tuple[Entry, ...]) -> dict[str, str]:
    """Map the files that Git LFS keeps elsewhere to the SHA-256 of their content, as the index has it."""
    large = frozenset(listed(git, "ls-files", "-z", "--", ":(attr:filter=lfs)"))
    files = [entry for entry in entries if entry.path in large and entry.is_file and not entry.skipped]
    told = git.run("cat-file", "--batch", stdin="".join(f"{entry.sha}\n" for entry in files).encode())
    found: dict[str, str] = {}
    for entry in files:
        head, _, told = told.partition(b"\n")  # "sha blob size", then the content and a newline
        size = int(head.split()[2])
        found[entry.path] = pointed(told[:size])
        told = told[size + 1 :]
    return {path: content for path, content in found.items() if content}


def pointed(data: bytes) -> str:
    """Read the SHA-256 that an LFS pointer names; empty for anything else."""
    match = _POINTER.fullmatch(data) if len(data) < _POINTER_SIZE else None
    return match["oid"].decode() if match else ""


def pointed_by(file: Path) -> str:
    """Read the SHA-256 that a file names if it is an LFS pointer."""
    if file.is_symlink() or not file.is_file() or file.stat().st_size >= _POINTER_SIZE:
        return ""
    return pointed(file.read_bytes())


def content_of(file: Path) -> str:
    """Name a file's content: its SHA-256."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def has_commit(git: Git, commit: str) -> bool:
    """Tell whether a repository has a commit itself, without asking another one for it."""
    return git.succeeds("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")


def is_repository(folder: Path) -> bool:
    """Tell whether a repository is checked out there."""
    return not folder.is_symlink() and (folder / ".git").exists()


def submodules(git: Git, entries: Iterable[Entry]) -> dict[str, Git]:
    """Map the paths of the submodules that are checked out to their repositories."""
    places = {entry.path: git.directory / entry.path for entry in entries if entry.is_submodule}
    return {path: git.at(place) for path, place in places.items() if is_repository(place)}


def listed(git: Git, *arguments: str) -> tuple[str, ...]:
    """Run a git command that ends every line with a zero byte."""
    text = git.run(*arguments).decode(errors="surrogateescape")
    return tuple(line for line in text.split("\0") if line)


def _differing(git: Git, pointers: dict[str, str]) -> tuple[str, ...]:
    paths = listed(git, "diff", "-z", "--name-only", "--ignore-submodules=all", _commit(git))
    return tuple(path for path in paths if not _is_content(git.directory / path, pointers.get(path, "")))


def _is_content(file: Path, content: str) -> bool:
    return bool(content) and file.is_file() and content_of(file) == content


def _moved(git: Git, entry: Entry, module: Checkout) -> bool:
    return _commit(git.at(git.directory / entry.path)) != entry.sha or bool(module.changed)


def _commit(git: Git) -> str:
    """Name the commit that a repository stands on; before its first one that is git's empty tree."""
    if git.succeeds("rev-parse", "--verify", "--quiet", "HEAD"):
        return git.text("rev-parse", "HEAD")
    return git.text("hash-object", "-t", "tree", "/dev/null")


def _lacking(git: Git, entries: Iterable[Entry], pointers: dict[str, str]) -> Iterable[Lacking]:
    for entry in entries:
        place = git.directory / entry.path
        if entry.is_submodule:
            if not is_repository(place):
                yield Lacking(path=entry.path, lack=Lack.SUBMODULE)
        elif entry.skipped and not (place.exists() or place.is_symlink()):
            yield Lacking(path=entry.path, lack=Lack.SPARSE)
        elif entry.path in pointers and pointed_by(place) == pointers[entry.path]:
            yield Lacking(path=entry.path, lack=Lack.LFS)


def _lacking_inside(modules: dict[str, Checkout]) -> Iterable[Lacking]:
    for path, module in modules.items():
        for it in module.lacking:
            lack = Lack.NESTED if it.lack is Lack.SUBMODULE else it.lack
            yield Lacking(path=f"{path}/{it.path}", lack=lack)


def _digest(git: Git, paths: tuple[str, ...]) -> str:
    """Name the content of ``paths``; nothing for no paths."""
    state = hashlib.sha256()
    for path in sorted(paths):
        content = _state(git, git.directory / path)
        state.update(f"{path}\0{content}\0".encode(errors="surrogateescape"))
    return state.hexdigest() if paths else ""


def _state(git: Git, place: Path) -> str:
    """Name what stands at a path; a repository is its commit and its own changes."""
    if place.is_symlink():
        return f"link {place.readlink()}"
    if place.is_file():
        return f"{content_of(place)}{' executable' if place.stat().st_mode & 0o111 else ''}"
    if is_repository(place):
        inner = git.at(place)
        return f"{_commit(inner)} {inspect(inner).changes}"
    return "gone"

"""Where a workflow or an action comes from, and its files as a runner downloads them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from actionkit.process import run


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A repository's files: ``root`` is a checkout of ``repository`` (``owner/name``)."""

    root: Path
    repository: str

    def download(self, into: Path) -> Source:
        """Copy what belongs to the repository to a folder below ``into`` that is named by its content.

        A runner gets a commit and nothing else: what git ignores stays behind. Changes that are not
        committed yet come along.
        """
        if self.root.is_relative_to(into):
            return self
        names = tuple(_tracked(self.root) if (self.root / ".git").exists() else _all(self.root))
        target = into / self.repository / digest(self.root, names)
        if not target.exists():
            unfinished = target.with_suffix(".part")
            shutil.rmtree(unfinished, ignore_errors=True)
            for name in names:
                _copy(self.root / name, unfinished / name)
            unfinished.rename(target)
        return Source(root=target, repository=self.repository)


def digest(root: Path, names: Iterable[str]) -> str:
    """Name a tree by its content: 32 hexadecimal digits from paths, modes and bytes."""
    whole = hashlib.sha256()
    for name in sorted(names):
        path = root / name
        content = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
        executable = os.access(path, os.X_OK)
        head = f"{name}\0{path.is_symlink()}\0{executable}\0{len(content)}\0"
        whole.update(head.encode() + content)
    return whole.hexdigest()[:32]


def tree_digest(root: Path) -> str:
    """Name a folder by everything that is in it, but for git's own files."""
    return digest(root, _all(root))


def _tracked(root: Path) -> Iterable[str]:
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    listed = run(("git", "-c", "safe.directory=*", "-C", str(root), *words)).decode()
    return (name for name in listed.split("\0") if name and (root / name).is_file())


def _all(root: Path) -> Iterable[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        yield from ((Path(folder) / name).relative_to(root).as_posix() for name in files)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)

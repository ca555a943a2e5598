"""A real repository with a bare remote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from actionkit.git import Git

_AUTHOR = {
    "GIT_AUTHOR_NAME": "Sample Developer",
    "GIT_AUTHOR_EMAIL": "sample@example.com",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_NAME": "Sample Developer",
    "GIT_COMMITTER_EMAIL": "sample@example.com",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A checkout and the bare repository it pushes to."""

    git: Git
    remote: Path

    def commit(self, message: str, **files: str) -> str:
        """Commit ``files`` (name → text) and return the sha."""
        for name, text in files.items():
            (self.git.directory / name.replace("__", "/").replace("_DOT_", ".")).write_bytes(text.encode())
        self.git.run("add", "-A")
        self.git.run("commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-m", message)
        return self.git.text("rev-parse", "HEAD")

    def push(self, *references: str) -> None:
        """Push as any developer would."""
        self.git.run("push", "--quiet", str(self.remote), *references)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    remote, directory = tmp_path / "remote.git", tmp_path / "work"
    directory.mkdir()
    git = Git(directory=directory, environment=_AUTHOR)
    git.run("init", "--quiet", "--initial-branch=main")
    git.run("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    return Work(git=git, remote=remote)

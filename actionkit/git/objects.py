"""Write commits and tags as objects: neither the working tree nor a branch moves until they are pushed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from actionkit.git.command import Git

_SCRATCH: Final = "refs/release-pipeline/commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who commits and when: ``seconds`` since 1970 in UTC."""

    name: str
    email: str
    seconds: int

    def line(self) -> str:
        """Write the signature as git stores it."""
        return f"{_clean(self.name)} <{_clean(self.email)}> {self.seconds} +0000"


def write_commit(
    git: Git, *, parent: str, files: Mapping[str, tuple[str, str]], message: str, by: Signature
) -> str:
    """Write a commit on ``parent`` in which ``files`` (path → mode, text) are replaced; return its sha.

    One ``git fast-import`` writes every blob, tree and the commit; no index and no working tree is touched.
    """
    parts = [f"commit {_SCRATCH}\n", f"committer {by.line()}\n", _data(message), f"from {parent}\n"]
    parts += [f"M {mode} inline {_quoted(path)}\n{_data(text)}" for path, (mode, text) in files.items()]
    stream = "".join([*parts, "\ndone\n"]).encode("utf-8", errors="surrogateescape")
    git.run("update-ref", "-d", _SCRATCH)
    git.run("fast-import", "--quiet", "--done", "--force", stdin=stream)
    sha = git.text("rev-parse", _SCRATCH)
    git.run("update-ref", "-d", _SCRATCH)
    return sha


def write_tag(git: Git, *, name: str, commit: str, message: str, by: Signature) -> str:
    """Write an annotated tag object for ``commit`` without a reference to it; return its sha."""
    text = f"object {commit}\ntype commit\ntag {name}\ntagger {by.line()}\n\n{message.rstrip()}\n"
    return git.run("mktag", "--strict", stdin=text.encode()).decode().strip()


def _data(text: str) -> str:
    return f"data {len(text.encode('utf-8', errors='surrogateescape'))}\n{text}\n"


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _clean(text: str) -> str:
    return "".join(character for character in text if character not in "<>\n\r\0").strip()

"""What is to be written, as values: the edit of a file, and the commit of all of them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdit:
    """One file's change.

    ``path`` is relative to the repository root, with forward slashes. ``before`` and ``after`` are the
    file's bytes decoded as UTF-8 without newline translation, a byte-order mark included; a file that
    does not exist yet has an empty ``before``.
    """

    path: str
    before: str
    after: str

    def diff(self) -> str:
        """Show the edit as a unified diff with three lines of context."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"a/{self.path}",
            f"b/{self.path}",
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommit:
    """The commit and tag to make: ``edits`` on top of ``head`` of ``branch``; without edits the tag alone."""

    branch: str
    head: str
    edits: tuple[FileEdit, ...]
    message: str
    tag: str
    tag_message: str

    @property
    def contents(self) -> Mapping[str, str]:
        """The new text of every edited path."""
        return {edit.path: edit.after for edit in self.edits}

"""The edit of a file as a value: text before, text after."""

from __future__ import annotations

import difflib
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

"""The runner's protocol: outputs, summary, annotations, groups, masks; the only door to ``actions_toolkit``.

actions-toolkit formats commands and file commands (escaping, random delimiters); streams and files are
parameters here, so that tests and the command line use the same code as the runner.
Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from actions_toolkit.command import Command
from actions_toolkit.file_command import prepare_key_value_message

from actionkit.errors import ActionError, Problems

SUMMARY_LIMIT: Final = 1024 * 1024
"""Bytes a step may write to its summary; a larger one is dropped whole by the runner."""

_RESERVE: Final = 16 * 1024
_ANNOTATION_LIMIT: Final = 4096
_CUT: Final = "\n\n… the rest of this page was cut: GitHub shows at most 1 MiB a step.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One step's way to speak to the runner: ``environ`` holds ``GITHUB_*``, ``stdout`` is the log."""

    environ: Mapping[str, str]
    stdout: TextIO

    def info(self, text: str) -> None:
        """Write a line of our own to the log; a line end in a name must not begin a command."""
        self._write(" ".join(text.splitlines()))

    def set_output(self, name: str, value: str) -> None:
        """Set a step output; the delimiter is random, so that a value cannot forge another output."""
        self._append("GITHUB_OUTPUT", f"{prepare_key_value_message(name, value)}{os.linesep}")

    def mask(self, secret: str) -> None:
        """Keep ``secret`` and each of its lines out of the log."""
        for line in secret.splitlines():
            if line.strip():
                self._command("add-mask", {}, line)

    def notice(self, message: str, *, title: str = "") -> None:
        """Annotate the run with something worth knowing."""
        self._command("notice", {"title": title}, _fitting(message))

    def warning(self, message: str, *, title: str = "", file: str = "") -> None:
        """Annotate the run with something to look at."""
        self._command("warning", {"title": title, "file": file}, _fitting(message))

    def error(self, error: ActionError) -> None:
        """Annotate the run with a failure, at its file and line where they are known."""
        place = _first_placed(error)
        properties = {"title": error.what, "file": place.file}
        if place.file and place.line:
            properties |= {"line": str(place.line), "col": str(place.column or 1)}
        self._command("error", properties, _fitting(str(error)))

    def debug(self, message: str) -> None:
        """Write a line that shows only with step debugging."""
        self._command("debug", {}, message)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold what is written inside under ``title``."""
        self._command("group", {}, title)
        try:
            yield
        finally:
            self._command("endgroup", {}, "")

    @contextmanager
    def verbatim(self) -> Iterator[None]:
        """Let text of others (commit messages, build logs) pass without being read as commands."""
        token = secrets.token_hex(16)
        self._command("stop-commands", {}, token)
        try:
            yield
        finally:
            self._command(token, {}, "")

    def quote(self, text: str) -> None:
        """Write text of others to the log, never interpreted."""
        with self.verbatim():
            self._write(text)

    def summarize(self, markdown: str) -> None:
        """Add Markdown to the job summary; cut before the limit that would drop it whole.

        What is cut leaves room for a few lines more, so that the end of a long page can still be told.
        """
        room = SUMMARY_LIMIT - self._size("GITHUB_STEP_SUMMARY")
        self._append("GITHUB_STEP_SUMMARY", _within(room, _encodable(f"{markdown.rstrip()}\n")))

    def _write(self, text: str) -> None:
        self.stdout.write(f"{_encodable(text)}\n")
        self.stdout.flush()

    def _size(self, variable: str) -> int:
        path = Path(self.environ.get(variable) or os.devnull)
        return path.stat().st_size if path.is_file() else 0

    def _append(self, variable: str, text: str) -> None:
        if path := self.environ.get(variable):
            with Path(path).open("a", encoding="utf-8", newline="") as file:
                file.write(_encodable(text))

    def _command(self, name: str, properties: Mapping[str, str], message: str) -> None:
        given = {key: value for key, value in properties.items() if value}
        self._write(str(Command(name, given, message)))


def _fitting(message: str) -> str:
    return message if len(message) <= _ANNOTATION_LIMIT else f"{message[: _ANNOTATION_LIMIT - 1]}…"


def _encodable(text: str) -> str:
    """Show the bytes of a file name that is not UTF-8 as escapes."""
    return text.encode("utf-8", errors="backslashreplace").decode()


def _within(room: int, text: str) -> str:
    data = text.encode()
    if len(data) <= room:
        return text
    kept = data[: max(0, room - _RESERVE)].decode(errors="ignore").rsplit("\n", 1)[0]
    return f"{kept}{_CUT}" if kept and room > _RESERVE else ""


def _first_placed(error: ActionError) -> ActionError:
    several = error.problems if isinstance(error, Problems) else (error,)
    return next((problem for problem in several if problem.file), error)

"""The files through which a step speaks: GITHUB_OUTPUT, _ENV, _PATH, _STATE and _STEP_SUMMARY.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#environment-files
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actionkit.errors import InputError

SUMMARY_LIMIT: Final = 1024 * 1024

#: The name in the ``github`` context and the start of the file's name.
_FILES: Final = {
    "path": "add_path_",
    "env": "set_env_",
    "output": "set_output_",
    "state": "save_state_",
    "step_summary": "step_summary_",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFiles:
    """The five files of one step; ``unique`` tells them from those of other steps."""

    folder: Path
    unique: str

    def make(self) -> None:
        """Make the files, empty."""
        for path in self.paths().values():
            path.write_bytes(b"")

    def paths(self) -> dict[str, Path]:
        """Give each file by its name in the ``github`` context."""
        return {name: self.folder / f"{prefix}{self.unique}" for name, prefix in _FILES.items()}

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Read the names and values in a file; raise InputError where it is not well formed."""
        return tuple(_pairs(self._text(name), f"GITHUB_{name.upper()}"))

    def lines(self, name: str) -> tuple[str, ...]:
        """Read the lines of a file that are not empty."""
        return tuple(line for line in self._text(name).split("\n") if line)

    def summary(self) -> str:
        """Read the summary; raise InputError when it is larger than GitHub takes."""
        text = self._text("step_summary")
        size = len(text.encode())
        if size > SUMMARY_LIMIT:
            raise InputError(
                "the job summary is dropped",
                why=f"GITHUB_STEP_SUMMARY takes {SUMMARY_LIMIT // 1024} KiB, not {size // 1024}",
                fix="write less, or upload it as an artifact",
            )
        return text

    def _text(self, name: str) -> str:
        path = self.paths()[name]
        return path.read_bytes().decode(errors="replace") if path.is_file() else ""


def _pairs(text: str, file: str) -> Iterator[tuple[str, str]]:
    lines = iter(_lines(text))
    for raw in lines:
        line = raw.removesuffix("\n")
        equals, here = line.find("="), line.find("<<")
        if not line:
            continue
        if equals >= 0 and (here < 0 or equals < here):
            yield line[:equals], line[equals + 1 :]
        elif here > 0 and line[here + 2 :]:
            yield line[:here], _until(lines, line[here + 2 :], file)
        else:
            raise InputError(
                f"{file} has a line that the runner does not take",
                why=f"invalid format {line!r}: neither name=value nor name<<DELIMITER",
                fix="several lines need name<<DELIMITER, then the lines, then DELIMITER on a line alone",
            )


def _until(lines: Iterator[str], delimiter: str, file: str) -> str:
    value: list[str] = []
    for line in lines:
        if line.removesuffix("\n") == delimiter:
            return "".join(value).removesuffix("\n")
        value.append(line)
    ends = not value or value[-1].endswith("\n")
    raise InputError(
        f"{file} has a value without an end",
        why=f"matching delimiter not found: {delimiter!r}" if ends else "the value does not end in a newline",
        fix="write a newline after the value and the delimiter on a line of its own",
    )


def _lines(text: str) -> list[str]:
    """Cut at line feeds alone: on Linux a carriage return belongs to the value."""
    pieces = text.split("\n")
    return [f"{piece}\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])

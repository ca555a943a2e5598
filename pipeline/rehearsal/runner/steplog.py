"""Collect what a step prints: the log as people see it, annotations, and the commands in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, get_args

from pipeline.rehearsal.runner.commands import Command, CommandReader, Text
from pipeline.rehearsal.runner.masking import Masker
from pipeline.rehearsal.runner.results import Annotation, Level

_ANNOTATIONS_OF_A_KIND: Final = 10
_ANNOTATION_LENGTH: Final = 4096
_LEVELS: Final[tuple[Level, ...]] = get_args(Level)


@dataclass(slots=True, kw_only=True)
class StepLog:
    """Everything one step says.

    ``on_line`` gets every line of the log as it comes, secrets masked; ``workspace`` is the workspace's
    path on this machine, and ``broken`` tells that a command made the step fail.
    """

    masker: Masker
    workspace: str
    on_line: Callable[[str], None]
    lines: list[str] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    broken: bool = False
    reader: CommandReader = field(default_factory=CommandReader)

    def raw(self, line: str) -> None:
        """Take a line that a program printed, command or not."""
        match self.reader.read(line):
            case Text(text):
                self.say(text)
            case Command() as command:
                self._obey(command, line)

    def say(self, text: str) -> None:
        """Put text into the log."""
        for line in self.masker.mask(text).split("\n"):
            self.lines.append(line)
            self.on_line(line)

    def annotate(self, annotation: Annotation) -> None:
        """Put a message into the log and, up to GitHub's limits, beside the run."""
        self.say(f"##[{annotation.level}]{annotation.message}")
        same = [known for known in self.annotations if known.level == annotation.level]
        if len(same) < _ANNOTATIONS_OF_A_KIND:
            self.annotations.append(annotation)

    def error(self, message: str) -> None:
        """Report an error of the runner's own."""
        masked = self.masker.mask(message)[:_ANNOTATION_LENGTH]
        self.annotate(Annotation(level="error", message=masked))

    def _obey(self, command: Command, line: str) -> None:
        match command.name:
            case "add-mask":
                self.masker.add(command.data)
            case "set-output":
                self.outputs[command.properties.get("name", "")] = command.data
            case "group" | "endgroup":
                self.say(f"##[{command.name}]{command.data}")
            case "error" | "warning" | "notice":
                self.annotate(self._annotation(command))
            case "set-env" | "add-path":
                self.error(
                    f"The `{command.name}` command is disabled: write to the environment file instead."
                )
                self.broken = True
            case "stop-commands":
                self.masker.add(command.data)
                self.say(line)
            case _:  # debug is only shown on request; matchers, echo and state have no use here
                return

    def _annotation(self, command: Command) -> Annotation:
        given = command.properties
        level = next(level for level in _LEVELS if level == command.name)
        return Annotation(
            level=level,
            message=self.masker.mask(command.data)[:_ANNOTATION_LENGTH],
            title=self.masker.mask(given.get("title", "")),
            file=self._place(given.get("file", "")),
            line=_number(given.get("line", "") or given.get("endLine", "")),
            end_line=_number(given.get("endLine", "")),
            column=_number(given.get("col", "")),
            end_column=_number(given.get("endColumn", "")),
        )

    def _place(self, file: str) -> str:
        """Name a file from the root of the repository, wherever the workspace is mounted."""
        for workspace in ("/github/workspace", self.workspace):
            file = file.removeprefix(f"{workspace}/")
        return file


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0

"""Show in a terminal what the rehearsal is doing while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from shutil import get_terminal_size
from time import monotonic
from typing import Final, TextIO

from pipeline.rehearsal.story.terminal.cells import fit
from pipeline.rehearsal.story.wording import duration, line

_INDENT: Final = "  "
_ERASE: Final = "\r\x1b[K"  # to the line's beginning, then the rest of it away (ECMA-48, 8.3.41)
_REFRESH: Final = 0.1  # seconds between two pictures of the current line
_NARROWEST: Final = 40


@dataclass(slots=True)
class _Step:
    name: str
    started: float
    depth: int
    announced: bool = False


@dataclass(slots=True)
class Progress:
    """Prints a line when a step begins and one when it ends, with the time it took.

    On a terminal (``tty``) the line of a step that works is drawn over by ``tick`` and by its end;
    elsewhere, as in CI, every line is printed once and stays. ``clock`` counts seconds.
    """

    stream: TextIO
    clock: Callable[[], float]
    tty: bool
    _running: list[_Step] = field(default_factory=list)
    _drawn: bool = False
    _refreshed: float = float("-inf")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show a step from its start to its end; steps may hold steps. What it raises goes on."""
        step = self._begin(line(name))
        try:
            yield
        except BaseException:
            self._end(step, "✗")
            raise
        self._end(step, "✓")

    def note(self, text: str) -> None:
        """Leave a line that stays, below the step that works."""
        self._announce()
        self._print(f"{_INDENT * len(self._running)}{line(text)}")
        self._draw("")

    def tick(self, text: str = "") -> None:
        """Say that the step still works, and at what; only a terminal shows it, ten times a second."""
        now = self.clock()
        if now - self._refreshed >= _REFRESH:
            self._refreshed = now
            self._draw(line(text))

    def _begin(self, name: str) -> _Step:
        if self.tty:
            self._announce()
        step = _Step(name, self.clock(), len(self._running))
        self._running.append(step)
        if not self.tty:
            self._announce()
        self._draw("")
        return step

    def _end(self, step: _Step, mark: str) -> None:
        self._running.remove(step)
        took = duration(self.clock() - step.started)
        self._print(f"{_INDENT * step.depth}{mark} {step.name}  {took}")
        self._draw("")

    def _announce(self) -> None:
        """Leave the lines of the steps that work, once each: something is about to stand below them."""
        for step in self._running:
            if not step.announced:
                self._print(f"{_INDENT * step.depth}… {step.name}")
                step.announced = True

    def _draw(self, text: str) -> None:
        """Draw the innermost step's line, without an end, where it can be drawn over."""
        if not self.tty or not self._running:
            return
        step = self._running[-1]
        parts = (f"{_INDENT * step.depth}… {step.name}", duration(self.clock() - step.started), text)
        columns = max(get_terminal_size().columns - 1, _NARROWEST)
        self.stream.write(f"{_ERASE}{fit(_INDENT.join(part for part in parts if part), columns)}")
        self.stream.flush()
        self._drawn = True

    def _print(self, text: str) -> None:
        self.stream.write(f"{_ERASE if self._drawn else ''}{text}\n")
        self.stream.flush()
        self._drawn = False


def progress_on(stream: TextIO, env: Mapping[str, str]) -> Progress:
    """Progress on a stream as it is: drawn over only on a terminal that can, and never in CI."""
    able = stream.isatty() and env.get("CI") != "true" and env.get("TERM") != "dumb"
    return Progress(stream, monotonic, able)

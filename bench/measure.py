"""Time whole programs as users start them: wall clock, and the CPU time of the program and all it starts."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from actionkit.errors import CommandFailed
from actionkit.process import run

# What a developer's machine may set and a user's does not, above all Python without its compiled modules
_NOT_A_USERS: Final = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH", "VIRTUAL_ENV", "CI")
_TOO_SLOW: Final = 180.0  # seconds for one run: what takes longer is ended, and the table says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A program ready to be measured; ``answer`` reads out of its output what it decided."""

    name: str
    version: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    answer: Callable[[str], str] = str.strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Seconds of one run; ``cpu`` is user and system time of all its processes."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What some runs of a program took, and what it answered."""

    runs: tuple[Run, ...]
    answer: str

    @property
    def wall(self) -> float:
        """The median in seconds."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median in seconds."""
        return statistics.median(run.cpu for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The program ended with an error, which ``reason`` tells in a line."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often to measure: ``runs`` times, but no run begins once a program has had its ``seconds``."""

    runs: int
    seconds: float = 60.0


def measure(
    contender: Contender, directory: Path, patience: Patience, *, reset: Callable[[], object] = tuple
) -> Measured | Failed:
    """Run the program in ``directory`` once to warm caches, then measure; ``reset`` precedes each run.

    A program that uses all its patience up in the first run needs no warming: that run is the measured one.
    """
    runs: list[Run] = []
    spent = 0.0
    output = ""
    try:
        while not runs or (len(runs) <= patience.runs and spent < patience.seconds):
            reset()
            one, output = _run(contender, directory)
            runs.append(one)
            spent += one.wall
    except CommandFailed as error:
        return Failed(reason=" ".join((error.stderr.strip() or error.what).splitlines()[-1:]))
    return Measured(runs=tuple(runs[1:] or runs), answer=contender.answer(output))


def as_a_user(variable: str) -> bool:
    """Tell whether a variable has to go, so that a program runs as it does for users."""
    return variable in _NOT_A_USERS


def _run(contender: Contender, directory: Path) -> tuple[Run, str]:
    before, started = _cpu(), time.perf_counter()
    output = run(
        contender.argv,
        cwd=directory,
        env=contender.environment,
        timeout=_TOO_SLOW,
        without=as_a_user,
    )
    wall = time.perf_counter() - started
    return Run(wall=wall, cpu=_cpu() - before), output.decode(errors="replace")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

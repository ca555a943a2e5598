"""Where our own time goes: one run under cProfile, read by our functions and by what is imported.

The profiler slows Python down and leaves git alone, so these seconds are for comparing parts, not programs.
"""

from __future__ import annotations

import pstats
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from actionkit.process import run
from bench.measure import Contender, as_a_user

_OURS: Final = re.compile(r"/((?:actionkit|release|pipeline)(?:/\w+)*)\.py$")
_PACKAGE: Final = re.compile(r"/(?:site-packages|python3\.\d+)/(\w+)(?:/__init__)?\.py$")
_SHARE: Final = 0.03  # of the whole; below it a part is not named
_LONGEST: Final = 22

_Place: TypeAlias = tuple[str, int, str]  # file, line, function
# calls without recursion, all calls, own seconds, seconds with all that it calls, callers
_Entry: TypeAlias = tuple[int, int, float, float, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """``seconds`` spent in a part, and in what it calls, over ``calls`` calls."""

    name: str
    calls: int
    seconds: float


def profile(contender: Contender, directory: Path) -> tuple[Phase, ...]:
    """Run one of our programs in ``directory`` under cProfile; longest first, the whole is the first."""
    with tempfile.TemporaryDirectory(prefix="profile-") as folder:
        file = Path(folder) / "profile"
        argv = (sys.executable, "-m", "cProfile", "-o", str(file), *contender.argv)
        run(argv, cwd=directory, env=contender.environment, without=as_a_user)
        entries: Mapping[_Place, _Entry] = vars(pstats.Stats(str(file)))["stats"]
    whole = max(seconds for _, _, _, seconds, _ in entries.values())
    phases = [Phase(name="the whole", calls=1, seconds=whole), *_phases(entries)]
    longest = sorted(phases, key=lambda phase: -phase.seconds)[:_LONGEST]
    return tuple(phase for phase in longest if phase.seconds > whole * _SHARE)


def _phases(entries: Mapping[_Place, _Entry]) -> Sequence[Phase]:
    return [
        Phase(name=name, calls=calls, seconds=seconds)
        for place, (_, calls, _, seconds, _) in entries.items()
        if (name := _name(*place))
    ]


def _name(file: str, _: int, function: str) -> str:
    """What the report calls a function; empty for what it does not name."""
    if function == "_find_and_load":
        return "imports, all"
    if function == "<module>":
        package = _PACKAGE.search(file)
        return f"import {package[1]}" if package else ""
    ours = _OURS.search(file)
    return f"{ours[1].replace('/', '.')}.{function}" if ours and not function.startswith("<") else ""

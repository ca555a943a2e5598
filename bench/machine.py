"""What a number is worth: the machine and the tools it was measured with."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from actionkit.errors import CommandFailed
from actionkit.process import run

_CPU: Final = Path("/proc/cpuinfo")
_TOOLS: Final = (("git", "--version"), ("cargo", "--version"), ("node", "--version"))
_BUSY: Final = 0.25  # a load of so much for each core, before anything is measured, disturbs


def machine_facts() -> Sequence[tuple[str, str]]:
    """Pairs of a name and what this machine has."""
    return (
        ("cores", f"{os.cpu_count()} ({_processor()})"),
        ("load before", _load()),
        ("system", platform.platform()),
        ("Python", platform.python_version()),
        *_tools(),
    )


def _tools() -> Iterator[tuple[str, str]]:
    for argv in _TOOLS:
        try:
            yield argv[0], run(argv).decode().strip().removeprefix(f"{argv[0]} ").removeprefix("version ")
        except CommandFailed:
            yield argv[0], "none"


def _processor() -> str:
    lines = _CPU.read_text(encoding="utf-8").splitlines() if _CPU.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (named or [platform.machine()])[0]


def _load() -> str:
    load = os.getloadavg()[0]
    busy = load > _BUSY * (os.cpu_count() or 1)
    return f"{load:.1f}{' (others were at work: compare CPU times)' if busy else ''}"

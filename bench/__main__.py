"""``python -m bench``: measure, print the tables, and leave them as Markdown in bench/out/."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, assert_never

from actionkit.errors import ActionError
from bench.compare import Table, Task, compare_bumps, compare_plans
from bench.machine import machine_facts
from bench.measure import Patience
from bench.report import as_markdown

_OUT: Final = Path(__file__).with_name("out") / "benchmark.md"
_PATIENCE: Final = Patience(runs=7)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return the exit status, which no number changes."""
    arguments = _parser().parse_args(argv)
    facts = machine_facts()
    patience = Patience(runs=arguments.runs, seconds=arguments.patience)
    tasks = [arguments.only] if arguments.only else list(Task)
    try:
        tables = [_compare(task, patience, alone=arguments.alone) for task in tasks]
    except ActionError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    text = as_markdown(tables, facts)
    _OUT.parent.mkdir(exist_ok=True)
    _OUT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _compare(task: Task, patience: Patience, *, alone: bool) -> Table:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        match task:
            case Task.PLAN:
                return compare_plans(Path(folder), patience, _tell, alone=alone)
            case Task.BUMP:
                return compare_bumps(Path(folder), patience, _tell, alone=alone)
            case _:
                assert_never(task)


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure this project beside its peers.")
    parser.add_argument("--only", type=Task, choices=list(Task), help="one of the two tasks")
    parser.add_argument(
        "--runs", type=int, default=_PATIENCE.runs, help="measured runs (default: %(default)s)"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=_PATIENCE.seconds,
        metavar="SECONDS",
        help="start no further run of a program that has had so long on a repository (default: %(default)s)",
    )
    parser.add_argument("--alone", action="store_true", help="without the peers")
    return parser


if __name__ == "__main__":
    sys.exit(main())

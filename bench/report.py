"""Lay the results out as Markdown that reads as well on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from bench.compare import Row, Table
from bench.measure import Failed, Measured

_NUMBERS: Final = ("wall", "min", "max", "CPU", "to ours", "runs")
_HOW: Final = (
    "Whole processes, seconds, medians after a run that is not counted unless it is the only one. "
    "CPU is user and system time of a program and of all it starts; to ours: wall time divided by ours."
)

Cells = tuple[str, ...]


def as_markdown(tables: Sequence[Table], facts: Sequence[tuple[str, str]]) -> str:
    """The whole report: the machine, then each task with the phases of ours."""
    parts = ["# Benchmark", "", *(f"* {name}: {value}" for name, value in facts), "", _HOW]
    for table in tables:
        parts += ["", *_results(table), "", *_phases(table)]
    return "\n".join(parts) + "\n"


def _results(table: Table) -> list[str]:
    rows = [("repository", "program", table.answer, *_NUMBERS), *(_cells(row, table) for row in table.rows)]
    missing = [f"* not measured: {one.name}, because {one.reason}" for one in table.missing]
    lines = [f"## {table.title}", "", f"Target: {table.target}.", "", *_aligned(rows, texts=3)]
    return [*lines, "", *missing] if missing else lines


def _phases(table: Table) -> list[str]:
    whole = table.phases[0].seconds
    rows = [("ours under cProfile", "share", "seconds", "calls")]
    rows += [
        (phase.name, f"{phase.seconds / whole:.0%}", f"{phase.seconds:.3f}", f"{phase.calls:,}")
        for phase in table.phases
    ]
    return _aligned(rows, texts=1)


def _cells(row: Row, table: Table) -> Cells:
    program = f"`{row.contender.name}` {row.contender.version}"
    match row.result:
        case Failed(reason=reason):
            return (row.size, program, f"failed: {reason}", *("" for _ in _NUMBERS))
        case Measured(runs=runs, answer=answer) as measured:
            walls = [run.wall for run in runs]
            return (
                row.size,
                program,
                answer,
                f"{measured.wall:.2f}",
                f"{min(walls):.2f}",
                f"{max(walls):.2f}",
                f"{measured.cpu:.2f}",
                _times(measured, row, table),
                str(len(walls)),
            )
        case _:
            assert_never(row.result)


def _times(measured: Measured, row: Row, table: Table) -> str:
    """How many times our wall time it is; ours is the first row of each size."""
    ours = next(other.result for other in table.rows if other.size == row.size)
    return f"{measured.wall / ours.wall:.2f}" if isinstance(ours, Measured) else ""


def _aligned(rows: Sequence[Cells], *, texts: int) -> list[str]:
    """A Markdown table, the first row its head; after ``texts`` columns of text come numbers."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [_line(row, widths, texts) for row in rows]
    rules = ["-" * width + ("-" if column < texts else ":") for column, width in enumerate(widths)]
    return [lines[0], "|" + "|".join(f"-{rule}" for rule in rules) + "|", *lines[1:]]


def _line(row: Cells, widths: Sequence[int], texts: int) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row[:texts], widths, strict=False)]
    cells += [cell.rjust(width) for cell, width in zip(row[texts:], widths[texts:], strict=True)]
    return f"| {' | '.join(cells)} |"

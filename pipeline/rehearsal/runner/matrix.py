"""Turn ``strategy`` into the jobs that it makes.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from actionkit.errors import InputError
from pipeline.rehearsal.runner.expressions import Scope, Value, fill, to_number, to_text
from pipeline.rehearsal.runner.yamlfile import Section

_MOST: Final = 256
"""So many jobs a matrix makes at most."""

Combination = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """``strategy`` as written; a job without one has an empty ``matrix``."""

    where: str
    matrix: Value
    fail_fast: Value
    max_parallel: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One job of a matrix: ``index`` counts from 0."""

    combination: Combination
    index: int
    total: int
    fail_fast: bool
    max_parallel: int

    @property
    def suffix(self) -> str:
        """Give what GitHub appends to a job without a name: `` (linux/amd64)``."""
        values = ", ".join(to_text(value) for value in self.combination.values())
        return f" ({values})" if values else ""

    def contexts(self) -> dict[str, Value]:
        """Give the contexts ``matrix`` and ``strategy``."""
        strategy: dict[str, Value] = {
            "fail-fast": self.fail_fast,
            "job-index": float(self.index),
            "job-total": float(self.total),
            "max-parallel": float(self.max_parallel),
        }
        return {"matrix": dict(self.combination), "strategy": strategy}


def read_strategy(job: Section) -> Strategy:
    """Read a job's ``strategy``."""
    section = job.section("strategy").only("matrix", "fail-fast", "max-parallel")
    return Strategy(
        where=section.where,
        matrix=section.items.get("matrix") or {},
        fail_fast=section.items.get("fail-fast", True),
        max_parallel=section.items.get("max-parallel"),
    )


def legs(strategy: Strategy, scope: Scope) -> tuple[Leg, ...]:
    """Evaluate a strategy; one without a matrix gives a single leg. Raise InputError for an empty matrix."""
    combinations = tuple(_combinations(strategy, scope))
    if not combinations or len(combinations) > _MOST:
        raise InputError(
            f"{strategy.where}: the matrix makes {len(combinations)} jobs",
            why=f"a matrix makes 1 to {_MOST}",
        )
    return tuple(
        Leg(
            combination=combination,
            index=index,
            total=len(combinations),
            fail_fast=fill(strategy.fail_fast, scope) is not False,
            max_parallel=int(to_number(fill(strategy.max_parallel, scope)) or len(combinations)),
        )
        for index, combination in enumerate(combinations)
    )


def _combinations(strategy: Strategy, scope: Scope) -> Iterator[Combination]:
    matrix = _mapping(fill(strategy.matrix, scope), strategy.where)
    if not matrix:
        yield {}
        return
    given = {
        key: _list(fill(value, scope), f"{strategy.where}.matrix.{key}") for key, value in matrix.items()
    }
    include = [_mapping(entry, strategy.where) for entry in given.pop("include", [])]
    exclude = [_mapping(entry, strategy.where) for entry in given.pop("exclude", [])]
    base = [dict(zip(given, values, strict=True)) for values in product(*given.values())] if given else []
    kept = [one for one in base if not any(_matches(one, entry) for entry in exclude)]
    yield from _included(kept, include, tuple(given))


def _included(
    kept: list[dict[str, Value]], include: list[Combination], keys: tuple[str, ...]
) -> Iterator[Combination]:
    """Add each ``include`` to the combinations that it changes no original value of, else as its own."""
    extra: list[Combination] = []
    for entry in include:
        own = {key: value for key, value in entry.items() if key in keys}
        fitting = [one for one in kept if _matches(one, own)]
        for one in fitting:
            one.update(entry)
        if not fitting:
            extra.append(entry)
    yield from (*kept, *extra)


def _matches(combination: Combination, entry: Combination) -> bool:
    return all(key in combination and combination[key] == value for key, value in entry.items())


def _mapping(value: Value, where: str) -> Combination:
    if not isinstance(value, Mapping):
        raise InputError(f"{where}: the matrix must be a mapping and is {to_text(value)!r}")
    return value


def _list(value: Value, where: str) -> list[Value]:
    if not isinstance(value, list):
        raise InputError(f"{where} must be a list and is {to_text(value)!r}")
    return value

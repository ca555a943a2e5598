"""Do the same for several images at once, and tell every problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from actionkit.errors import ActionError, raise_all

Item = TypeVar("Item")
Value = TypeVar("Value")

_AT_ONCE: Final = 6
"""Registries answer slowly and serve many; more at once is what rate limits are made for."""


def for_each(items: Iterable[Item], work: Callable[[Item], Value]) -> tuple[Value, ...]:
    """Return what ``work`` makes of each item, in their order; all are tried before a problem is raised."""
    answers = try_each(items, work)
    raise_all([answer for answer in answers if isinstance(answer, ActionError)])
    return tuple(answer for answer in answers if not isinstance(answer, ActionError))


def try_each(items: Iterable[Item], work: Callable[[Item], Value]) -> tuple[Value | ActionError, ...]:
    """Return what ``work`` makes of each item, or the problem that it met there."""

    def attempt(item: Item) -> Value | ActionError:
        try:
            return work(item)
        except ActionError as error:
            return error

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return tuple(pool.map(attempt, items))

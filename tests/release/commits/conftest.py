"""Commits without a repository: judging needs no git."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from release.commits import Commit

Make = Callable[..., Commit]


@pytest.fixture
def commit() -> Make:
    """Make a commit with a hash of its own; everything but the message can be left out."""
    number = itertools.count(1)

    def make(message: str, **given: Any) -> Commit:
        made = Commit(
            sha=f"{next(number):07x}".ljust(40, "0"),
            parents=("f" * 40,),
            author_name="Ada",
            author_email="ada@example.org",
            message=message,
        )
        return replace(made, **given)

    return make

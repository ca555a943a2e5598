"""Fixtures every test may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping

import pytest

_PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "cargo": ("cargo",),
    "git": ("git",),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "npm": ("npm",),
    "node": ("node",),
    "actionlint": ("actionlint",),
}


@pytest.fixture(scope="session")
def need() -> Callable[[str], str]:
    """Return the path of a program; where it is missing, fail with CI=true and skip loudly otherwise."""

    def find(name: str) -> str:
        for program in _PROGRAMS.get(name, (name,)):
            if path := shutil.which(program):
                return path
        reason = f"this machine has no {name}: install it to run this test"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    return find

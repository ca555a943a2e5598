"""Fixtures every test may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

import pytest

from pipeline.rehearsal import lab

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
        _cannot(f"this machine has no {name}: install it to run this test")

    return find


@pytest.fixture(scope="session")
def cannot() -> Callable[[str], NoReturn]:
    """End a test that this machine cannot run, with the reason: a failure with CI=true, else a loud skip."""
    return _cannot


@pytest.fixture(scope="session")
def engine() -> Iterator[lab.Engine]:
    """One Docker engine for the whole session, with the base images; started by the first test that asks."""
    found = lab.find_engine()
    if isinstance(found, lab.NoEngine):
        _cannot(str(found.error()))
    with lab.engine(found) as running:
        lab.ensure_base_images(running)
        yield running


@pytest.fixture(scope="session")
def registry(engine: lab.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Registry]:
    """One registry that demands a login, for the whole session; tests use repositories of their own in it."""
    with lab.registry(engine, data=tmp_path_factory.mktemp("registry")) as running:
        yield running


def _cannot(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)

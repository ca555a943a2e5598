"""Other tools that decide versions, in the exact versions that the benchmark installs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from bench import peers

Need = Callable[[str], str]
Cannot = Callable[[str], NoReturn]


@pytest.fixture(scope="session")
def cliff(cannot: Cannot) -> Path:
    """git-cliff's program, from PyPI."""
    return _program(peers.git_cliff(), cannot)


@pytest.fixture(scope="session")
def semantic_release(need: Need, cannot: Cannot) -> Path:
    """The folder that holds semantic-release and its presets, from npm."""
    need("npm")
    return _program(peers.semantic_release(), cannot).parent


def _program(found: peers.Program | peers.Missing, cannot: Cannot) -> Path:
    if isinstance(found, peers.Missing):
        cannot(f"{found.name} cannot be installed: {found.reason}")
    return found.path

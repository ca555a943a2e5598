"""Other tools that decide versions, installed once into .cache/oracles by their own installers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

_CACHE = Path(__file__).parents[3] / ".cache" / "oracles"
# Exact versions: an answer that changes with a new release is a case to look at, not a test that fails.
_CLIFF = "git-cliff==2.14.2"
_NODE = ("semantic-release@24.2.9", "conventional-changelog-conventionalcommits@8.0.0")

Need = Callable[[str], str]
Cannot = Callable[[str], NoReturn]


@pytest.fixture(scope="session")
def cliff(cannot: Cannot) -> Path:
    """git-cliff's program, from PyPI."""
    target = _CACHE / _CLIFF
    program = target / "bin" / "git-cliff"
    if not program.exists():
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        pip = [uv, "pip", "install"] if uv else [sys.executable, "-m", "pip", "install"]
        _install([*pip, "--quiet", "--target", str(target), _CLIFF], cannot)
    return program


@pytest.fixture(scope="session")
def semantic_release(need: Need, cannot: Cannot) -> Path:
    """The folder that holds semantic-release and its presets, from npm."""
    npm = need("npm")
    target = _CACHE / "-".join(name.replace("@", "-") for name in _NODE)
    if not (target / "node_modules" / ".package-lock.json").exists():
        target.mkdir(parents=True, exist_ok=True)
        (target / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        _install([npm, "install", "--prefix", str(target), *quiet, *_NODE], cannot)
    return target


def _install(argv: list[str], cannot: Cannot) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode == 0:
        return
    cannot(f"{argv[-1]} cannot be installed: {done.stderr.strip()[-500:]}")

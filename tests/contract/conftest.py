"""What contract tests read: the tree, the actions, the workflows."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

_ROOT = Path(__file__).resolve().parents[2]
_ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"


@pytest.fixture(scope="session")
def root() -> Path:
    return _ROOT


@pytest.fixture(scope="session")
def actions() -> Mapping[str, Mapping[str, Any]]:
    """Every action of this repository by its folder; the composite one is the empty name."""
    paths = {"": "action.yml", "release": "release/action.yml", "images": "images/action.yml"}
    return {name: yaml.safe_load((_ROOT / path).read_text()) for name, path in paths.items()}


@pytest.fixture(scope="session")
def workflows() -> Mapping[str, Mapping[Any, Any]]:
    """Every workflow by its file name; the key ``on`` is YAML's true."""
    folder = _ROOT / ".github" / "workflows"
    return {path.name: yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yml"))}


@pytest.fixture(scope="session")
def actionlint(need: Callable[[str], str]) -> str:
    """The actionlint of this version: built by Go into the cache folder when it is not there yet."""
    binaries = _ROOT / ".cache" / "bin"
    if not (binaries / "actionlint").exists():
        go = shutil.which("go") or need("go")
        env = {**os.environ, "GOBIN": str(binaries), "GOFLAGS": "-trimpath"}
        subprocess.run([go, "install", _ACTIONLINT], env=env, check=True, timeout=600)
    return str(binaries / "actionlint")

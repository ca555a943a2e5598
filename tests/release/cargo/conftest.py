"""Cargo as the judge: it must take every tree with its lock as it is, without network and registry."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from actionkit.errors import InputError
from release.cargo.manifest import read_manifest

Files = Mapping[str, str]


@pytest.fixture(scope="session")
def write_tree() -> Callable[[Path, Files], None]:
    """Write the files and, so that cargo finds a target, an empty library beside every package."""

    def write(root: Path, files: Files) -> None:
        for path, text in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode())
            if place.name == "Cargo.toml" and _is_package(path, text):
                (place.parent / "src").mkdir(exist_ok=True)
                (place.parent / "src/lib.rs").touch()

    return write


@pytest.fixture(scope="session")
def cargo(need: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run cargo with a home of its own, so that nothing fetched earlier can help; return its output."""
    program = need("cargo")
    home = tmp_path_factory.mktemp("cargo-home")

    def run(directory: Path, *arguments: str, cargo_home: Path = home) -> str:
        done = subprocess.run(
            (program, *arguments),
            cwd=directory,
            env={**os.environ, "CARGO_HOME": str(cargo_home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"cargo {' '.join(arguments)} in {directory}:\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def locked_versions(cargo: Callable[..., str]) -> Callable[[Path], dict[str, set[str]]]:
    """Let cargo read every workspace with a lock, ``--locked --offline``; return its versions by name."""

    def versions(root: Path) -> dict[str, set[str]]:
        seen: dict[str, set[str]] = {}
        for lock in sorted(root.rglob("Cargo.lock")):
            arguments = ("metadata", "--locked", "--offline", "--format-version=1")
            metadata: dict[str, Any] = json.loads(cargo(lock.parent, *arguments))
            for package in metadata["packages"]:
                seen.setdefault(package["name"], set()).add(package["version"])
        return seen

    return versions


@pytest.fixture(scope="session")
def members(cargo: Callable[..., str]) -> Callable[[Path], set[str]]:
    """Ask cargo for the manifests of the workspace in a directory, relative to it."""

    def listed(root: Path) -> set[str]:
        arguments = ("metadata", "--locked", "--offline", "--no-deps", "--format-version=1")
        metadata: dict[str, Any] = json.loads(cargo(root, *arguments))
        paths = (Path(package["manifest_path"]) for package in metadata["packages"])
        return {path.relative_to(root.resolve()).as_posix() for path in paths}

    return listed


def _is_package(path: str, text: str) -> bool:
    try:
        return read_manifest(path, text).is_package
    except InputError:
        return False

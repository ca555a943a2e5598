"""Install the peers once into .cache, each by its own installer, in exact versions."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actionkit.errors import CommandFailed
from actionkit.process import run

CACHE: Final = Path(__file__).parents[1] / ".cache"

_CLIFF: Final = "git-cliff==2.14.2"
_NODE: Final = ("semantic-release@24.2.9", "conventional-changelog-conventionalcommits@8.0.0")
_CARGO_EDIT: Final = "cargo-edit@0.13.13"
_CARGO_RELEASE: Final = "cargo-release@1.1.6"
_MINUTES: Final = 20 * 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """An installed peer: its program or, for a package of Node.js, its folder of modules."""

    version: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A peer that this machine does not get, and why."""

    name: str
    reason: str


def git_cliff() -> Program | Missing:
    """git-cliff's program, from PyPI."""
    target = CACHE / "oracles" / _CLIFF
    argv = (sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), _CLIFF)
    return _installed(_CLIFF, target / "bin" / "git-cliff", lambda: run(argv, timeout=_MINUTES))


def semantic_release() -> Program | Missing:
    """semantic-release and its presets, from npm."""
    target = CACHE / "oracles" / "-".join(name.replace("@", "-") for name in _NODE)
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")

    def install() -> None:
        target.mkdir(parents=True, exist_ok=True)
        (target / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        run(("npm", "install", "--prefix", str(target), *quiet, *_NODE), timeout=_MINUTES)

    return _installed(_NODE[0], target / "node_modules", install)


def cargo_edit() -> Program | Missing:
    """``cargo set-version``, built by cargo."""
    return _built(_CARGO_EDIT, "cargo-set-version")


def cargo_release() -> Program | Missing:
    """``cargo release``, built by cargo."""
    return _built(_CARGO_RELEASE, "cargo-release")


def _built(name: str, program: str) -> Program | Missing:
    target = CACHE / "bench" / name
    argv = ("cargo", "install", "--quiet", "--locked", "--root", str(target), name)
    return _installed(name, target / "bin" / program, lambda: run(argv, timeout=_MINUTES))


def _installed(name: str, path: Path, install: Callable[[], object]) -> Program | Missing:
    title, _, version = name.replace("==", "@").partition("@")
    if not path.exists():
        sys.stderr.write(f"installing {name} into .cache …\n")
        try:
            install()
        except CommandFailed as error:
            shutil.rmtree(path.parent, ignore_errors=True)
            return Missing(name=title, reason=" ".join(str(error).split())[:300])
    return Program(version=version, path=path)

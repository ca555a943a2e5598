"""The architecture, read from the imports: one door for each outside thing, pure stays pure, parts small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

_PACKAGES = ("actionkit", "release", "images", "pipeline", "bench")

_DOORS = {
    "subprocess": ("actionkit/process.py",),
    "github": ("actionkit/forge/",),
    "actions_toolkit": ("actionkit/workflow.py",),
    "semantic_release": ("release/commits/",),
    "tomlkit": ("release/cargo/",),
    "semver": ("actionkit/semver.py",),
}

_PURE = (
    "release/cargo/",
    "release/version/",
    "release/commits/",
    "release/changelog",
    "release/config",
    "release/plan.py",
    "release/publication.py",
    "release/latest.py",
    "release/settings.py",
    "release/texts.py",
    "release/edits.py",
    "images/declared/arguments.py",
    "images/plan.py",
    "images/tags.py",
)
_IMPURE_MODULES = {"os", "subprocess", "time", "socket", "urllib", "requests", "tempfile", "shutil", "random"}
_IMPURE_DOORS = {
    "actionkit.process",
    "actionkit.git.Git",
    "actionkit.git.command",
    "actionkit.git.objects",
    "actionkit.git.remote",
    "actionkit.forge.Forge",
    "actionkit.forge.client",
    "actionkit.registry",
    "release.apply",
    "release.effects",
    "release.gates",
}
_IMPURE_CALLS = {"open", "now", "today", "getenv", "read_text", "read_bytes", "write_text", "write_bytes"}

_LINES_IN_A_MODULE = 250
_LINES_IN_A_FUNCTION = 50


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text())


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def called(tree: ast.Module) -> set[str]:
    functions = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        for function in functions
    }


@pytest.mark.parametrize("library", sorted(_DOORS))
def test_each_outside_thing_has_one_door(root: Path, library: str) -> None:
    users = [path for path, tree in modules(root) if library in {n.split(".")[0] for n in imported(tree)}]
    assert users, f"nothing imports {library}: the door is gone"
    assert [path for path in users if not path.startswith(_DOORS[library])] == []


def test_pure_modules_reach_nothing_outside(root: Path) -> None:
    offenders = {}
    for path, tree in modules(root):
        if path.startswith(_PURE):
            names = imported(tree)
            found = names & _IMPURE_DOORS
            found |= {name for name in names if name.split(".")[0] in _IMPURE_MODULES}
            found |= called(tree) & _IMPURE_CALLS
            if found:
                offenders[path] = sorted(found)
    assert offenders == {}


def test_actionkit_knows_nothing_of_releases_or_images(root: Path) -> None:
    others = ("release", "images", "pipeline")
    offenders = [
        path
        for path, tree in modules(root)
        if path.startswith("actionkit/") and {name.split(".")[0] for name in imported(tree)} & set(others)
    ]
    assert offenders == []


def test_the_two_actions_do_not_know_each_other(root: Path) -> None:
    pairs = {"release/": "images", "images/": "release"}
    offenders = [
        path
        for path, tree in modules(root)
        for mine, other in pairs.items()
        if path.startswith(mine) and other in {name.split(".")[0] for name in imported(tree)}
    ]
    assert offenders == []


def test_modules_and_functions_stay_small(root: Path) -> None:
    long_modules = {
        path: lines
        for path, _ in modules(root)
        if (lines := len((root / path).read_text().splitlines())) > _LINES_IN_A_MODULE
    }
    long_functions = {
        f"{path}:{node.name}": length
        for path, tree in modules(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > _LINES_IN_A_FUNCTION
    }
    assert (long_modules, long_functions) == ({}, {})


def test_the_librarys_own_address_stands_nowhere_in_the_code(root: Path) -> None:
    owner = "zama-ai"
    offenders = [
        path.relative_to(root).as_posix()
        for package in _PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and path.suffix in {".py", ".yml", ".toml", ".sh"} and owner in path.read_text()
    ]
    assert offenders == []

"""The tools' verdicts on code, workflows, actions and the Dockerfile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_BIN = Path(sys.executable).parent


def verdict(root: Path, *argv: str) -> str:
    """Run a tool; what it printed when it found something, else nothing."""
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}" or f"status {done.returncode}"


def test_ruff_finds_nothing(root: Path) -> None:
    assert verdict(root, str(_BIN / "ruff"), "check", "--no-cache", ".") == ""


def test_the_code_is_formatted(root: Path) -> None:
    assert verdict(root, str(_BIN / "ruff"), "format", "--no-cache", "--check", ".") == ""


def test_every_type_is_right(root: Path) -> None:
    assert verdict(root, str(_BIN / "mypy")) == ""


def test_zizmor_finds_no_weakness_in_workflows_and_actions(root: Path) -> None:
    assert verdict(root, str(_BIN / "zizmor"), "--offline", "--quiet", ".") == ""


def test_actionlint_finds_nothing_in_the_workflows(root: Path, actionlint: str) -> None:
    assert verdict(root, actionlint) == ""


def test_hadolint_finds_nothing_in_the_dockerfile(root: Path) -> None:
    assert verdict(root, str(_BIN / "hadolint"), "Dockerfile") == ""


def test_shellcheck_finds_nothing_in_the_shell_files(root: Path) -> None:
    scripts = [*map(str, root.glob("pipeline/**/*.sh")), ".ci/run"]
    assert len(scripts) > 1
    assert verdict(root, str(_BIN / "shellcheck"), *scripts) == ""


@pytest.mark.parametrize(
    ("schema", "patterns"),
    [
        ("vendor.github-workflows", (".github/workflows/*.yml",)),
        ("vendor.github-actions", ("action.yml", "*/action.yml")),
    ],
)
def test_workflows_and_actions_follow_githubs_schema(
    root: Path, schema: str, patterns: tuple[str, ...]
) -> None:
    ours = [path for pattern in patterns for path in root.glob(pattern)]
    assert len(ours) >= 3
    argv = (str(_BIN / "check-jsonschema"), "--builtin-schema", schema, *map(str, ours))
    assert verdict(root, *argv) == ""

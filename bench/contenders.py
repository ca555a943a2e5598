"""Who is measured: our programs and their peers, each with the command its users give."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench import peers
from bench.measure import Contender
from bench.peers import Missing
from bench.workspaces import AFTER

_BIN: Final = Path(sys.executable).parent
_PSR: Final = """
[semantic_release]
allow_zero_version = true
major_on_zero = false
branches.main.match = "main"
remote.url = "https://github.com/acme/lens.git"
"""
_CLIFF: Final = "[git]\nconventional_commits = true\n"
_NODE: Final = {
    "branches": ["main"],
    "plugins": [["@semantic-release/commit-analyzer", {"preset": "conventionalcommits"}]],
}


def our_plan() -> Contender:
    """``release-pipeline plan``, whose answer holds commits, edits and notes too."""
    return Contender(
        name="release-pipeline plan --json",
        version=version("release-pipeline"),
        argv=(str(_BIN / "release-pipeline"), "plan", ".", "--json"),
        answer=lambda text: str(json.loads(text)["version"]),
    )


def our_bump() -> Contender:
    """``release-pipeline bump``, which prints the difference it made."""
    return Contender(
        name="release-pipeline bump",
        version=version("release-pipeline"),
        argv=(str(_BIN / "release-pipeline"), "bump", AFTER),
    )


def plan_peers(settings: Path) -> Sequence[Contender | Missing]:
    """Who else tells the next version; their settings are written into the folder ``settings``."""
    settings.mkdir(parents=True)
    return (_python_semantic_release(settings), _semantic_release(settings), _git_cliff(settings))


def bump_peers() -> Sequence[Contender | Missing]:
    """Who else writes a version into a workspace."""
    return (_cargo_set_version(), _cargo_release_version())


def _python_semantic_release(settings: Path) -> Contender:
    file = settings / "psr.toml"
    file.write_text(_PSR, encoding="utf-8")
    return Contender(
        name="python-semantic-release version --print",
        version=version("python-semantic-release"),
        argv=(str(_BIN / "semantic-release"), "-c", str(file), "--noop", "version", "--print"),
        answer=lambda text: text.split()[-1],
    )


def _semantic_release(settings: Path) -> Contender | Missing:
    node = shutil.which("node")
    if node is None:
        return Missing(name="semantic-release", reason="this machine has no Node.js")
    match peers.semantic_release():
        case Missing() as missing:
            return missing
        case installed:
            file = settings / "semantic-release.json"
            file.write_text(json.dumps(_NODE), encoding="utf-8")
            program = installed.path / "semantic-release" / "bin" / "semantic-release.js"
            return Contender(
                name="semantic-release --dry-run",
                version=installed.version,
                argv=(node, str(program), "--dry-run", "--no-ci", "--extends", str(file)),
                environment={"NODE_PATH": str(installed.path)},
                answer=lambda text: "".join(re.findall(r"next release version is (\S+)", text)[:1]),
            )


def _git_cliff(settings: Path) -> Contender | Missing:
    match peers.git_cliff():
        case Missing() as missing:
            return missing
        case installed:
            file = settings / "cliff.toml"
            file.write_text(_CLIFF, encoding="utf-8")
            return Contender(
                name="git-cliff --unreleased --bumped-version",
                version=installed.version,
                # without --unreleased it reads the whole history: 100,000 commits take it minutes
                argv=(
                    str(installed.path),
                    "--offline",
                    "--config",
                    str(file),
                    "--unreleased",
                    "--bumped-version",
                ),
                answer=lambda text: text.strip().removeprefix("v"),
            )


def _cargo_set_version() -> Contender | Missing:
    match peers.cargo_edit():
        case Missing() as missing:
            return missing
        case installed:
            return Contender(
                name="cargo set-version --workspace",
                version=installed.version,
                argv=(str(installed.path), "set-version", "--workspace", "--offline", AFTER),
            )


def _cargo_release_version() -> Contender | Missing:
    match peers.cargo_release():
        case Missing() as missing:
            return missing
        case installed:
            asked = ("version", AFTER, "--workspace", "--execute", "--no-confirm")
            return Contender(
                name="cargo release version --execute",
                version=installed.version,
                argv=(str(installed.path), "release", *asked),
            )

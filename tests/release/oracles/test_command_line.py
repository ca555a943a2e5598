"""semantic-release's whole command line beside us: tags, pre-release and maintenance branches."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from actionkit.errors import InputError
from actionkit.git import Git
from actionkit.git.history import commits, is_ancestor
from actionkit.semver import TagFormat, parse_version
from release.commits import judge
from release.version import (
    Decision,
    NoPrior,
    PriorRelease,
    bases,
    candidates,
    next_version,
)

_WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
_CHANNEL = '{"channels": ["beta"]}'  # where semantic-release remembers which branch a pre-release is of
_BRANCHES = ["+([0-9])?(.{+([0-9]),x}).x", "main", {"name": "beta", "prerelease": True}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Steps of a repository (``tag x``, ``branch x``, else a commit's message), ending on the branch asked.

    ``theirs`` is semantic-release's answer: a version, ``none`` or ``refused``; ``ours`` where it differs,
    with the reason.
    """

    name: str
    steps: Sequence[str]
    theirs: str
    ours: str = ""
    because: str = ""


_STORIES = (
    Story(
        name="a feature after a stable release",
        steps=("chore: begin", "tag v1.2.0", "feat: see far"),
        theirs="1.3.0",
    ),
    Story(
        name="foreign tags and a higher one on another branch",
        steps=(
            "chore: begin",
            "tag v1.2.0",
            "tag nightly",
            "tag lens-v9.0.0",
            "branch other",
            "feat: elsewhere",
            "tag v1.2.1-rc1",
            "branch main",
            "feat: see far",
        ),
        theirs="1.3.0",
    ),
    Story(
        name="the first pre-release",
        steps=("chore: begin", "tag v1.2.0", "branch beta", "feat: see far"),
        theirs="1.3.0-beta.1",
    ),
    Story(
        name="the next pre-release",
        steps=(
            "chore: begin",
            "tag v1.2.0",
            "branch beta",
            "feat: see far",
            "tag v1.3.0-beta.1",
            "fix: turn",
        ),
        theirs="1.3.0-beta.2",
    ),
    Story(
        name="a breaking change after a pre-release",
        steps=("chore: begin", "tag v1.2.0", "branch beta", "feat: far", "tag v1.3.0-beta.1", "feat!: turn"),
        theirs="2.0.0-beta.1",
    ),
    Story(
        name="a fix on a maintenance branch",
        steps=("chore: begin", "tag v1.2.0", "feat: far", "tag v1.3.0", "branch 1.2.x v1.2.0", "fix: turn"),
        theirs="1.2.1",
    ),
    Story(
        name="a feature on a maintenance branch",
        steps=("chore: begin", "tag v1.2.0", "feat: far", "tag v1.3.0", "branch 1.2.x v1.2.0", "feat: near"),
        theirs="refused",
    ),
    Story(
        name="a first release",
        steps=("feat: see far",),
        theirs="1.0.0",
        ours="0.1.0",
        because="a first release is what the manifest states; 1.0.0 is a promise that a person makes",
    ),
    Story(
        name="a breaking change below 1",
        steps=("chore: begin", "tag v0.2.1", "feat!: see far"),
        theirs="1.0.0",
        ours="0.3.0",
        because="0.x is left on request only",
    ),
)


@pytest.mark.network
@pytest.mark.parametrize("story", _STORIES, ids=lambda story: story.name)
def test_semantic_releases_command_line(
    story: Story, tmp_path: Path, semantic_release: Path, need: Callable[[str], str]
) -> None:
    branch = _tell(tmp_path / "work", story.steps)
    theirs = _theirs(tmp_path, branch, need("node"), semantic_release)
    assert (theirs, _ours(tmp_path / "work", branch)) == (story.theirs, story.ours or story.theirs)


def test_every_difference_has_a_reason() -> None:
    assert all(bool(story.ours) == bool(story.because) for story in _STORIES)


def _tell(path: Path, steps: Sequence[str]) -> str:
    """Make the repository and return the branch it ends on."""
    path.mkdir()
    git, branch = Git(directory=path), "main"
    git.run("init", "--quiet", "--initial-branch=main", ".")
    for step in steps:
        word, *rest = step.split(" ")
        if word == "tag":
            git.run("tag", *rest)
            if "-" in rest[0]:
                git.run(
                    *_WHO, "notes", "--ref", f"semantic-release-{rest[0]}", "add", "-m", _CHANNEL, rest[0]
                )
        elif word == "branch":
            branch = rest[0]
            known = git.text("branch", "--list", branch)
            git.run("switch", "--quiet", *(() if known else ("--create",)), *rest)
        else:
            git.run(*_WHO, "commit", "--quiet", "--allow-empty", "-m", step)
    return branch


def _theirs(root: Path, branch: str, node: str, installed: Path) -> str:
    bare = root / "remote.git"
    subprocess.run(["git", "clone", "--quiet", "--mirror", str(root / "work"), str(bare)], check=True)
    settings = {
        "branches": _BRANCHES,
        "repositoryUrl": bare.as_uri(),
        "plugins": [["@semantic-release/commit-analyzer", {"preset": "conventionalcommits"}]],
    }
    (root / "work" / ".releaserc").write_text(json.dumps(settings), encoding="utf-8")
    program = installed / "node_modules" / "semantic-release" / "bin" / "semantic-release.js"
    done = subprocess.run(
        [node, str(program), "--dry-run", "--no-ci"],
        cwd=root / "work",
        env={"PATH": os.environ["PATH"], "HOME": str(root), "NODE_PATH": str(installed / "node_modules")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "EINVALIDNEXTVERSION" in done.stdout + done.stderr:
        return "refused"
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"branch {branch}" in done.stdout or branch == "main"
    found = re.search(r"[Tt]he next release version is (\S+)", done.stdout)
    return found[1] if found else "none"


def _ours(path: Path, branch: str) -> str:
    git = Git(directory=path)
    token = branch if branch == "beta" else ""
    found = candidates(git.text("tag", "--list").split(), TagFormat())
    merged = [one for one in bases(found, prerelease=token) if is_ancestor(git, one[1], branch)]
    prior = (
        PriorRelease(version=merged[0][0], tag=merged[0][1])
        if merged
        else NoPrior(manifest=parse_version("0.1.0"))
    )
    try:
        decided = next_version(
            prior=prior,
            judgements=judge(commits(git, merged[0][1] if merged else "", branch)),
            prerelease=token,
            existing=tuple(version for version, _ in found),
            branch=branch,
        )
    except InputError:
        return "refused"
    return str(decided.version) if isinstance(decided, Decision) else "none"

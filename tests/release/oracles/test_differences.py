"""Our version beside the answers of independent tools, on real git repositories.

tests/cases/commits/histories.toml holds the histories and, where a tool answers otherwise, why we do not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from actionkit.git import Git
from actionkit.git.history import commits
from actionkit.semver import Version, parse_version
from release.commits import judge
from release.version import Decision, PriorRelease, ZeroRule, next_version

_HERE = Path(__file__).parent
_FILE = _HERE.parents[1] / "cases" / "commits" / "histories.toml"
_HISTORIES: Sequence[Mapping[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["history"]
_PSR = """
[semantic_release]
allow_zero_version = true
major_on_zero = false
branches.main.match = "main"
remote.url = "https://github.com/acme/lens.git"
"""
_CLIFF = """
[git]
conventional_commits = true
[bump]
features_always_bump_minor = {features}
breaking_always_bump_major = false
"""

Answers = Sequence[str]
_NUMBERS = range(len(_HISTORIES))


def _name(number: int) -> str:
    return str(_HISTORIES[number]["name"])


@pytest.fixture(scope="session")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """One repository a history, on its branch main."""
    root = tmp_path_factory.mktemp("histories")
    return [_build(root / str(number), history) for number, history in enumerate(_HISTORIES)]


@pytest.mark.parametrize("number", _NUMBERS, ids=_name)
def test_our_version_is_the_expected_one(number: int, repositories: Sequence[Path]) -> None:
    assert _ours(repositories[number], _HISTORIES[number]) == _HISTORIES[number]["expect"]


@pytest.fixture(scope="session")
def psr(repositories: Sequence[Path]) -> Answers:
    """The answers of python-semantic-release's command line."""
    script = _HERE / "python_semantic_release.py"
    printed = _run([sys.executable, str(script), *map(str, repositories)], cwd=repositories[0])
    return [_or_none(text, history) for text, history in zip(printed.split(), _HISTORIES, strict=True)]


@pytest.fixture(scope="session")
def git_cliff(repositories: Sequence[Path], cliff: Path) -> Answers:
    """The answers of git-cliff."""
    answers = []
    for repository, history in zip(repositories, _HISTORIES, strict=True):
        features = str(_zero(history) is ZeroRule.MINOR).lower()
        (repository / "cliff.toml").write_text(_CLIFF.format(features=features), encoding="utf-8")
        printed = _run([str(cliff), "--offline", "--bumped-version"], cwd=repository)
        answers.append(_or_none(printed.strip().removeprefix("v"), history))
    return answers


@pytest.fixture(scope="session")
def presets(
    repositories: Sequence[Path], semantic_release: Path, need: Callable[[str], str]
) -> Mapping[str, Answers]:
    """The answers of semantic-release's analyzer with each preset, its levels applied as semver says."""
    asked = [
        [{"hash": one.sha, "message": one.message.strip()} for one in _commits(repository)]
        for repository in repositories
    ]
    script = [need("node"), str(_HERE / "semantic_release.mjs"), str(semantic_release)]
    told = json.loads(_run(script, cwd=semantic_release, stdin=json.dumps(asked)))
    return {
        preset: [_raised(history, level) for history, level in zip(_HISTORIES, levels, strict=True)]
        for preset, levels in told.items()
    }


@pytest.mark.network
@pytest.mark.parametrize("number", _NUMBERS, ids=_name)
def test_python_semantic_release(number: int, psr: Answers) -> None:
    if _zero(_HISTORIES[number]) is ZeroRule.MINOR:  # it has no other rule that keeps 0.x
        assert psr[number] == _expected("psr", number)


@pytest.mark.network
@pytest.mark.parametrize("number", _NUMBERS, ids=_name)
def test_git_cliff(number: int, git_cliff: Answers) -> None:
    assert git_cliff[number] == _expected("cliff", number)


@pytest.mark.network
@pytest.mark.parametrize("preset", ["angular", "conventionalcommits"])
@pytest.mark.parametrize("number", _NUMBERS, ids=_name)
def test_semantic_release(number: int, preset: str, presets: Mapping[str, Answers]) -> None:
    if _prior(_HISTORIES[number]).major:  # it leaves 0.x with the first release
        assert presets[preset][number] == _expected(preset, number)


def test_every_listed_difference_has_a_reason() -> None:
    listed = [entry for history in _HISTORIES for entry in history.get("differs", {}).values()]
    assert all(set(entry) == {"answer", "because"} and entry["because"] for entry in listed)


def _expected(tool: str, number: int) -> str:
    """What the file says that a tool answers: as we do, unless a difference is listed."""
    history = _HISTORIES[number]
    return str(history.get("differs", {}).get(tool, {"answer": history["expect"]})["answer"])


def _ours(repository: Path, history: Mapping[str, Any]) -> str:
    decided = next_version(
        prior=PriorRelease(version=_prior(history), tag=f"v{_prior(history)}"),
        judgements=judge(_commits(repository)),
        zero=_zero(history),
    )
    return str(decided.version) if isinstance(decided, Decision) else "none"


def _commits(repository: Path) -> Any:
    git = Git(directory=repository)
    return commits(git, git.text("for-each-ref", "--format=%(refname)", "refs/tags"), "main")


def _prior(history: Mapping[str, Any]) -> Version:
    return parse_version(history.get("prior", "1.2.0"))


def _zero(history: Mapping[str, Any]) -> ZeroRule:
    return ZeroRule(history.get("zero", "minor"))


def _or_none(answer: str, history: Mapping[str, Any]) -> str:
    return "none" if answer == str(_prior(history)) else answer


def _raised(history: Mapping[str, Any], level: str | None) -> str:
    return str(_prior(history).next_version(level)) if level else "none"


def _build(path: Path, history: Mapping[str, Any]) -> Path:
    path.mkdir()
    _git(path, "init", "--quiet", "--initial-branch=main", ".")
    _git(path, "remote", "add", "origin", "https://github.com/acme/lens.git")
    (path / "pyproject.toml").write_text(_PSR.replace("[semantic_release]", "[tool.semantic_release]"))
    tree = _git(path, "mktree", stdin="")
    made = {"prior": _commit(path, tree, {"message": "chore: begin"}, [], 0)}
    _git(path, "tag", f"v{_prior(history)}", made["prior"])
    last = made["prior"]
    for number, one in enumerate(history["commits"], 1):
        parents = [made[name] for name in one["parents"]] if "parents" in one else [last]
        message = one["message"]
        for name, sha in made.items():
            message = message.replace(f"{{{name}}}", sha)
        last = _commit(path, tree, {**one, "message": message}, parents, number)
        made[one.get("id", str(number))] = last
    _git(path, "update-ref", "refs/heads/main", last)
    return path


def _commit(path: Path, tree: str, one: Mapping[str, Any], parents: Sequence[str], number: int) -> str:
    name = one.get("author", "Ada")
    when = f"{1_790_000_000 + 60 * number} +0000"
    env = {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_COMMITTER_DATE": when,
    }
    options = [option for parent in parents for option in ("-p", parent)]
    return _git(path, "commit-tree", *options, tree, stdin=one["message"], env=env)


def _git(path: Path, *arguments: str, stdin: str | None = None, env: Mapping[str, str] | None = None) -> str:
    return _run(["git", *arguments], cwd=path, stdin=stdin, env=env).strip()


def _run(
    argv: Sequence[str], *, cwd: Path, stdin: str | None = None, env: Mapping[str, str] | None = None
) -> str:
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_"))}
    done = subprocess.run(
        argv,
        cwd=cwd,
        env={**keep, "CI": "", **(env or {})},
        input=(stdin or "").encode(),
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    return done.stdout.decode(errors="replace")

"""The benchmark's repositories are what real tools take them for, and its tables can be read."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from actionkit.git import Git
from bench.compare import Row, Table, changed, compare_bumps, compare_plans
from bench.histories import History, make_history
from bench.measure import Contender, Failed, Measured, Patience, Run, measure
from bench.peers import Missing
from bench.phases import Phase
from bench.report import as_markdown
from bench.workspaces import AFTER, BEFORE, Workspace, make_workspace

_HISTORY = History(commits=100, tags=5, since=20)
_WORKSPACE = Workspace(crates=12, external=9)
_ONCE = Patience(runs=1)


def metadata(repository: Path) -> set[tuple[str, str]]:
    """What cargo reads with the lock as it is; it fails when the lock or the packages do not fit."""
    argv = ("cargo", "metadata", "--locked", "--offline", "--format-version", "1")
    done = subprocess.run(argv, cwd=repository, capture_output=True, check=True)
    return {(package["name"], package["version"]) for package in json.loads(done.stdout)["packages"]}


def test_a_history_has_the_commits_and_tags_it_was_asked_for(tmp_path: Path) -> None:
    git = Git(directory=make_history(tmp_path / "history", _HISTORY))
    assert git.text("rev-list", "--count", "HEAD") == "100"
    assert git.text("tag", "--sort=v:refname").split() == ["v1.0.0", "v1.0.1", "v1.0.2", "v1.0.3", "v1.1.0"]
    assert git.text("rev-list", "--count", "v1.1.0..HEAD") == "20"
    assert int(git.text("rev-list", "--count", "--merges", "HEAD")) > 1
    assert git.text("status", "--porcelain") == ""
    git.run("fsck", "--strict")
    git.run("commit-graph", "verify")


def test_a_history_is_the_same_every_time(tmp_path: Path) -> None:
    heads = {
        Git(directory=make_history(tmp_path / name, _HISTORY)).text("rev-parse", "HEAD") for name in "ab"
    }
    assert len(heads) == 1


@pytest.mark.cargo
def test_cargo_takes_a_workspace_and_its_lock_before_and_after_our_bump(
    tmp_path: Path, need: Callable[[str], str]
) -> None:
    need("cargo")
    repository = make_workspace(tmp_path, _WORKSPACE)
    external = {package for package in metadata(repository) if package[0].startswith("ext-")}
    assert len(external) == _WORKSPACE.external
    members = {f"part-{number:03}" for number in range(_WORKSPACE.crates)}
    assert metadata(repository) - external == {(name, BEFORE) for name in members}

    table = compare_bumps(tmp_path / "bench", _ONCE, list, workspaces=(_WORKSPACE,), alone=True)
    (row,) = table.rows
    assert isinstance(row.result, Measured)
    assert row.result.answer == "14, updated"
    bumped = tmp_path / "bench" / "workspace-0" / "repository"
    assert metadata(bumped) - external == {(name, AFTER) for name in members}


@pytest.mark.cargo
def test_a_lock_that_does_not_fit_is_told(tmp_path: Path, need: Callable[[str], str]) -> None:
    need("cargo")
    repository = make_workspace(tmp_path, _WORKSPACE)
    root = repository / "Cargo.toml"
    root.write_text(root.read_text().replace(f'version = "{BEFORE}"', f'version = "{AFTER}"'))
    assert changed(Git(directory=repository)) == "1, stale"


@pytest.mark.cargo
def test_the_lock_is_the_one_that_cargo_writes(tmp_path: Path, need: Callable[[str], str]) -> None:
    need("cargo")
    repository = make_workspace(tmp_path, _WORKSPACE)
    ours = (repository / "Cargo.lock").read_text()
    (repository / "Cargo.lock").unlink()
    subprocess.run(["cargo", "generate-lockfile", "--offline", "--quiet"], cwd=repository, check=True)
    assert (repository / "Cargo.lock").read_text() == ours


def test_our_plan_is_measured_on_every_history(tmp_path: Path) -> None:
    table = compare_plans(tmp_path, _ONCE, list, histories=(_HISTORY,), alone=True)
    (row,) = table.rows
    assert isinstance(row.result, Measured)
    assert (row.size, row.result.answer) == ("100 commits, 5 tags", "1.2.0")
    assert table.phases[0].name == "the whole"
    assert "release.plan.make_plan" in {phase.name for phase in table.phases}


def test_a_program_that_fails_is_told_with_its_last_line(tmp_path: Path) -> None:
    broken = Contender(name="git", version="", argv=("git", "rev-parse", "HEAD~"))
    failed = measure(broken, tmp_path, _ONCE)
    assert isinstance(failed, Failed)
    assert failed.reason.startswith("fatal: not a git repository")


def test_no_run_begins_once_the_patience_is_used_up(tmp_path: Path) -> None:
    quick = Contender(name="git", version="", argv=("git", "--version"))
    measured = measure(quick, tmp_path, Patience(runs=3, seconds=0))
    assert isinstance(measured, Measured)
    assert len(measured.runs) == 1


def test_the_table_is_aligned_markdown() -> None:
    ours = Contender(name="ours", version="1.0.0", argv=())
    other = Contender(name="other", version="2.0.0", argv=())
    quick = Measured(
        runs=(Run(wall=0.25, cpu=0.5), Run(wall=0.5, cpu=0.5), Run(wall=1, cpu=1)), answer="1.2.0"
    )
    table = Table(
        title="Plan",
        target="fast",
        answer="version",
        rows=(
            Row(size="small", contender=ours, result=quick),
            Row(size="small", contender=other, result=Failed(reason="no")),
        ),
        missing=(Missing(name="third", reason="it does not build"),),
        phases=(Phase(name="the whole", calls=1, seconds=2), Phase(name="judge", calls=12, seconds=0.5)),
    )
    assert as_markdown([table], [("cores", "2")]).splitlines() == [
        "# Benchmark",
        "",
        "* cores: 2",
        "",
        "Whole processes, seconds, medians after a run that is not counted unless it is the only one. "
        "CPU is user and system time of a program and of all it starts; to ours: wall time divided by ours.",
        "",
        "## Plan",
        "",
        "Target: fast.",
        "",
        "| repository | program       | version    | wall |  min |  max |  CPU | to ours | runs |",
        "|------------|---------------|------------|-----:|-----:|-----:|-----:|--------:|-----:|",
        "| small      | `ours` 1.0.0  | 1.2.0      | 0.50 | 0.25 | 1.00 | 0.50 |    1.00 |    3 |",
        "| small      | `other` 2.0.0 | failed: no |      |      |      |      |         |      |",
        "",
        "* not measured: third, because it does not build",
        "",
        "| ours under cProfile | share | seconds | calls |",
        "|---------------------|------:|--------:|------:|",
        "| the whole           |  100% |   2.000 |     1 |",
        "| judge               |   25% |   0.500 |    12 |",
    ]

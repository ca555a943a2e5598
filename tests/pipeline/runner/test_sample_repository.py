from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actionkit.process import run
from pipeline.rehearsal.sample_repository import SAMPLE, make_sample_repository


def git(folder: Path, *words: str) -> str:
    return run(("git", "-C", str(folder), *words)).decode().strip()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample_repository(tmp_path_factory.mktemp("sample") / "kms")


def test_two_makings_have_the_same_commits(sample: Path, tmp_path: Path) -> None:
    again = make_sample_repository(tmp_path / "again")
    assert git(again, "show-ref") == git(sample, "show-ref")


def test_the_newest_commit_has_exactly_the_files_of_the_folder(sample: Path) -> None:
    names = git(sample, "ls-files").splitlines()
    ours = git(SAMPLE, "ls-files").splitlines()
    assert names == ours
    assert [name for name in names if (sample / name).read_bytes() != (SAMPLE / name).read_bytes()] == []
    assert git(sample, "status", "--porcelain") == ""


def test_the_history_has_every_kind_of_commit_that_a_release_must_tell_apart(sample: Path) -> None:
    assert git(sample, "log", "--first-parent", "--format=%s", "v0.4.0..main").splitlines() == [
        "test(core): a share that is given twice",
        "feat(core)!: refuse a share that is given twice",
        "feat(server): tell the version on request (#10)",
        "Merge pull request #9 from sample/folder-names",
        "Tidy the bake file",
        "fix(server): answer an unknown command",
        "docs: say what the sample does not do",
    ]
    assert git(sample, "cat-file", "-t", "v0.4.0") == "tag"
    assert git(sample, "cat-file", "-t", "laboratory-3") == "commit"


@pytest.mark.cargo
@pytest.mark.parametrize("revision", ["v0.4.0", "main"])
@pytest.mark.parametrize("manifest", ["Cargo.toml", "fuzz/Cargo.toml"])
def test_cargo_takes_the_locks_as_they_are(
    sample: Path, tmp_path: Path, need: Callable[[str], str], revision: str, manifest: str
) -> None:
    tree = tmp_path / "tree"
    git(sample, "worktree", "add", "--quiet", "--detach", str(tree), revision)
    run(
        (need("cargo"), "metadata", "--locked", "--offline", "--format-version=1"),
        cwd=(tree / manifest).parent,
    )

"""The tagged commit as a folder, with real git: submodules, large files, sparse checkouts, leftovers."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from actionkit.git import Git
from images.source.checkout import has_commit
from images.source.tagged import open_source
from images.state import Lack, Lacking, Source

LARGE = b"many bytes\n" * 1000
LARGE_NAME = hashlib.sha256(LARGE).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{LARGE_NAME}\nsize {len(LARGE)}\n"
ENVIRONMENT = {
    **{f"GIT_{who}_NAME": "Sample Developer" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "sample@example.com" for who in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def git(folder: Path, *words: str) -> str:
    settings = (
        "-c",
        "protocol.file.allow=always",
        "-c",
        "filter.lfs.required=0",
        "-c",
        "filter.lfs.process=",
    )
    argv = ("git", "-C", str(folder), *settings, *words)
    done = subprocess.run(argv, env={**os.environ, **ENVIRONMENT}, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, files: Mapping[str, str], tag: str = "") -> str:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "feat: something")
    if tag:
        git(folder, "tag", tag)
    return git(folder, "rev-parse", "HEAD")


def made(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir()
    git(folder, "init", "--quiet", "-b", "main")
    commit(folder, files)
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A repository with a submodule in a submodule; ``temporary`` is where a run's own folder is."""

    workspace: Path
    temporary: Path

    @property
    def module(self) -> Path:
        return self.workspace / "vendor" / "sub"

    @contextmanager
    def open(self, tag: str = "v1.0.0", run: str = "images-1") -> Iterator[Source]:
        sha = git(self.workspace, "rev-parse", f"{tag}^{{commit}}")
        with open_source(Git(directory=self.workspace), "nowhere", tag, sha, self.temporary / run) as source:
            yield source

    def changes(self) -> str:
        with self.open() as source:
            return source.changes


@pytest.fixture
def project(tmp_path: Path) -> Project:
    deep = made(tmp_path / "deep", {"deep.c": "int y;"})
    module = made(tmp_path / "module", {"lib.c": "int x;"})
    git(module, "submodule", "--quiet", "add", str(deep), "deep")
    commit(module, {})
    workspace = made(tmp_path / "workspace", {"a/x": "x", "b/y": "y"})
    git(workspace, "submodule", "--quiet", "add", str(module), "vendor/sub")
    git(workspace, "submodule", "--quiet", "update", "--init", "--recursive")
    commit(workspace, {"Dockerfile": "FROM scratch\nCOPY . /\n"}, tag="v1.0.0")
    return Project(workspace=workspace, temporary=tmp_path / "temporary")


@pytest.fixture
def large(project: Project) -> Project:
    """The same with a large file, as actions/checkout leaves it with ``lfs: true`` where git-lfs is not."""
    attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\n"
    commit(project.workspace, {".gitattributes": attributes, "model.bin": POINTER}, tag="v2.0.0")
    for key, value in (
        ("process", "git-lfs filter-process"),
        ("smudge", "git-lfs smudge"),
        ("required", "1"),
    ):
        git(project.workspace, "config", f"filter.lfs.{key}", value)
    return project


def keep(project: Project) -> None:
    store = project.workspace / ".git" / "lfs" / "objects" / LARGE_NAME[:2] / LARGE_NAME[2:4]
    store.mkdir(parents=True)
    (store / LARGE_NAME).write_bytes(LARGE)


def test_what_is_exactly_the_commit_has_no_changes(project) -> None:
    with project.open() as source:
        assert (source.folder, source.is_apart) == (project.workspace, False)
        assert (source.changed, source.changes, source.lacking) == ((), "", ())


def test_a_submodule_s_own_changes_decide(project) -> None:
    (project.module / "lib.c").write_text("edited one")
    one = project.changes()
    (project.module / "lib.c").write_text("edited two")
    two = project.changes()
    (project.module / "lib.c").write_text("int x;")
    (project.module / "deep" / "new.c").write_text("new")
    nested = project.changes()
    assert len({"", one, two, nested}) == 4
    with project.open() as source:
        assert source.changed == ("vendor/sub",)


def test_a_submodule_s_commit_decides(project) -> None:
    seen = {"", *(_moved(project, text) for text in ("one", "two"))}
    assert len(seen) == 3


def _moved(project: Project, text: str) -> str:
    commit(project.module, {"lib.c": text})
    return project.changes()


def test_a_repository_that_a_step_checked_out_beside_decides_by_its_commit_and_changes(project) -> None:
    other = made(project.workspace / "other", {"f": "1"})
    first = project.changes()
    (other / "f").write_text("2")
    second = project.changes()
    commit(other, {"f": "2"})
    assert len({"", first, second, project.changes()}) == 4


def test_a_repository_without_any_commit_decides_by_its_files(project) -> None:
    git(project.workspace, "init", "--quiet", "other")
    seen = {project.changes()}
    for text in ("1", "2"):
        (project.workspace / "other" / "f").write_text(text)
        seen.add(project.changes())
    git(project.workspace / "other", "add", "f")
    (project.workspace / "other" / "f").write_text("3")
    seen.add(project.changes())
    assert len(seen) == 4


def test_links_and_the_right_to_run_decide(project) -> None:
    tool = project.workspace / "tool"
    tool.write_text("#!/bin/sh\n")
    seen = {"", project.changes()}
    tool.chmod(0o755)
    seen.add(project.changes())
    for target in ("a", "b"):
        tool.unlink()
        tool.symlink_to(target)
        seen.add(project.changes())
    assert len(seen) == 5


def test_a_work_tree_has_the_workspace_s_submodules_and_leaves_no_trace(project) -> None:
    later = commit(project.workspace, {"a/x": "later"})
    with project.open() as source:
        assert source.is_apart
        assert (source.changed, source.lacking) == ((), ())
        told = {path: (source.folder / path).read_text() for path in ("a/x", "vendor/sub/deep/deep.c")}
        assert told == {"a/x": "x", "vendor/sub/deep/deep.c": "int y;"}
        assert (source.folder / "vendor/sub/lib.c").read_text() == "int x;"
    assert not source.folder.exists()
    folders = (project.workspace, project.module, project.module / "deep")
    assert [git(folder, "worktree", "list").count("\n") for folder in folders] == [0, 0, 0]
    assert git(project.workspace, "rev-parse", "HEAD") == later
    assert git(project.workspace, "status", "--porcelain") == ""


def test_a_work_tree_lacks_submodules_of_which_the_workspace_has_not_the_commit(project) -> None:
    commit(project.workspace, {"a/x": "later"})
    git(project.workspace, "submodule", "--quiet", "deinit", "--force", "--all")
    with project.open() as source:
        assert source.lacking == (Lacking(path="vendor/sub", lack=Lack.SUBMODULE),)


def test_submodules_that_the_workspace_has_not_are_lacking(project) -> None:
    git(project.module, "submodule", "--quiet", "deinit", "--force", "deep")
    with project.open() as source:
        assert source.lacking == (Lacking(path="vendor/sub/deep", lack=Lack.NESTED),)


def test_large_files_are_compared_by_their_content_though_git_lfs_is_not_there(large) -> None:
    (large.workspace / "model.bin").write_bytes(LARGE)
    with large.open("v2.0.0") as source:
        assert (source.changed, source.lacking) == ((), ())
    (large.workspace / "model.bin").write_bytes(b"other")
    with large.open("v2.0.0") as source:
        assert source.changed == ("model.bin",)


def test_a_pointer_in_a_large_file_s_place_is_lacking(large) -> None:
    with large.open("v2.0.0") as source:
        assert source.lacking == (Lacking(path="model.bin", lack=Lack.LFS),)


def test_a_work_tree_takes_large_files_from_the_workspace_s_store(large) -> None:
    commit(large.workspace, {"a/x": "later"})
    with large.open("v2.0.0") as source:
        assert source.lacking == (Lacking(path="model.bin", lack=Lack.LFS),)
    keep(large)
    with large.open("v2.0.0") as source:
        assert (source.folder / "model.bin").read_bytes() == LARGE
        assert (source.changed, source.lacking) == ((), ())


def test_what_a_sparse_checkout_leaves_out_is_lacking(project) -> None:
    git(project.workspace, "sparse-checkout", "set", "a", "vendor")
    with project.open() as source:
        assert source.lacking == (Lacking(path="b/y", lack=Lack.SPARSE),)


def test_a_work_tree_is_whole_though_the_workspace_is_sparse(project) -> None:
    commit(project.workspace, {"a/x": "later"})
    git(project.workspace, "sparse-checkout", "set", "a", "vendor")
    with project.open() as source:
        assert (source.folder / "b/y").read_text() == "y"
        assert source.lacking == ()


def test_what_a_killed_run_left_is_forgotten_and_other_work_trees_are_not(project) -> None:
    commit(project.workspace, {"a/x": "later"})
    project.temporary.mkdir()
    for owner, name in (
        (project.workspace, "images-0/source"),
        (project.module, "images-0/source/vendor/sub"),
    ):
        git(owner, "worktree", "add", "--quiet", "--detach", str(project.temporary / name))
    elsewhere = project.temporary.parent / "elsewhere"
    git(project.workspace, "worktree", "add", "--quiet", "--detach", str(elsewhere))
    for folder in (elsewhere, project.temporary / "images-0"):
        shutil.rmtree(folder)
    with project.open():
        pass
    assert git(project.workspace, "worktree", "list").count("\n") == 1
    assert str(elsewhere) in git(project.workspace, "worktree", "list")
    assert git(project.module, "worktree", "list").count("\n") == 0


def test_a_commit_that_a_repository_has_not_is_no_error(project) -> None:
    there = Git(directory=project.workspace)
    sha = git(project.workspace, "rev-parse", "HEAD")
    assert [has_commit(there, name) for name in (sha, "a" * 40)] == [True, False]

"""Assets: what is attached, under which name, and what is refused before anything happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rehearsal.github import Fault


@pytest.fixture
def workspace(world) -> Path:
    place: Path = world.checkout()
    (place / "dist").mkdir()
    (place / "dist" / "a b.txt").write_text("x")
    (place / "dist" / "empty").write_text("")
    (place / "dist" / "file-link").symlink_to("/etc/passwd")
    (place / "folder-link").symlink_to("/etc")
    (place / "dist" / "inner-link").symlink_to("a b.txt")
    return place


@pytest.mark.parametrize(
    "pattern",
    [
        "dist/file-link",
        "folder-link/passwd",
        ".git/config",
        "**/config",
        "/etc/passwd",
        "dist/../../x",
        "**x",
        ".",
        "-rf",
        "[",
    ],
)
def test_what_is_no_file_of_the_workspace_is_refused(world, workspace: Path, pattern: str) -> None:
    before = world.bare.text("for-each-ref")
    ran = world.run(workspace, assets=pattern)
    assert ran.status == 1, ran.log
    assert f"assets: {pattern!r} matches no file of the workspace" in ran.log
    assert world.bare.text("for-each-ref") == before


def test_an_empty_file_is_refused_before_anything_happens(world, workspace: Path) -> None:
    before = world.bare.text("for-each-ref")
    ran = world.run(workspace, assets="dist/empty")
    assert ran.status == 1
    assert "assets: 'empty' is empty" in ran.log
    assert world.bare.text("for-each-ref") == before


def test_names_that_github_makes_equal_are_refused(world, workspace: Path) -> None:
    (workspace / "dist" / "a.b.txt").write_text("y")
    ran = world.run(workspace, assets="dist/*.txt")
    assert ran.status == 1
    assert "have the same name" in ran.log


def test_a_link_inside_the_workspace_is_attached(world, workspace: Path) -> None:
    assert world.run(workspace, assets="dist/inner-link").status == 0
    (release,) = world.releases()
    assert [(asset["name"], asset["size"]) for asset in release["assets"]] == [("inner-link", 1)]


def test_a_name_that_github_changes_is_known_again(world, workspace: Path) -> None:
    world.github.inject(Fault(method="PATCH", path=r"/releases/\d+$", times=30))
    assert world.run(workspace, assets="dist/a b.txt").status == 1
    world.github.app.faults.clear()
    ran = world.run(workspace, assets="dist/a b.txt")
    assert ran.status == 0, ran.log
    (release,) = world.releases()
    assert [(asset["name"], asset["label"]) for asset in release["assets"]] == [("a.b.txt", "a b.txt")]


def test_a_name_with_a_line_end_begins_no_command(world, workspace: Path) -> None:
    (workspace / "dist" / "n\n::error::boo").write_text("z")
    ran = world.run(workspace, assets="dist/n*")
    assert ran.status == 0, ran.log
    assert ran.errors == []

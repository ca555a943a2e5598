"""Repositories and checkouts as people really have them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from actionkit.git import Git
from actionkit.git.history import all_modes
from pipeline.rehearsal.github import Fault

IMAGES = "on-release-images.yml"
DISPATCHED = "on:\n  workflow_dispatch:\n    inputs:\n      tag: {type: string}\njobs: {}\n"


def test_a_workspace_without_a_checkout_is_told_what_to_add(world) -> None:
    empty = world.folder / "empty" / "sample"
    empty.mkdir(parents=True)
    ran = world.run(empty)
    assert ran.status == 1
    assert "there is no git repository in the workspace" in ran.errors[0]
    assert "actions/checkout" in ran.log


def test_a_workspace_that_is_gone_is_no_bug(world) -> None:
    (world.folder / "gone").mkdir()
    assert world.run(world.folder / "gone" / "sample").status == 1


@pytest.mark.parametrize("changelog", ["crates", "README.md/x", "linked.md", "linked/CHANGELOG.md"])
def test_a_changelog_never_replaces_what_is_no_file(world, changelog: str) -> None:
    place = world.checkout()
    git = Git(directory=place)
    (place / "linked.md").symlink_to("README.md")
    (place / "linked").symlink_to("crates")
    world.push_from(git, "docs: link")
    before = world.bare.text("for-each-ref")
    ran = world.run(changelog=changelog)
    assert ran.status == 1, ran.log
    assert f"the changelog {changelog} is no file" in ran.log
    assert world.bare.text("for-each-ref") == before


@pytest.mark.parametrize("changelog", [".git/config", "a/.GIT/x", "a/../../x", "/etc/x", "-x", "a\x1bb", "."])
def test_a_changelog_outside_of_the_tree_is_refused(world, changelog: str) -> None:
    ran = world.run(changelog=changelog)
    assert ran.status == 1
    assert "is not a path of a file in the repository" in ran.log


def test_a_configured_changelog_is_as_narrow_as_the_input(world) -> None:
    plugins = [["@semantic-release/changelog", {"changelogFile": "../NEWS.md"}]]
    world.push("docs: move over", {".releaserc.json": json.dumps({"plugins": plugins})})
    ran = world.run()
    assert ran.status == 1
    assert "is not a path of a file in the repository" in ran.log


def test_a_changelog_is_found_however_its_path_is_spelled(world) -> None:
    assert world.run(changelog=".//CHANGELOG.md").status == 0
    assert sorted(path for path in all_modes(world.bare, "main") if "CHANGELOG" in path) == ["CHANGELOG.md"]


@pytest.mark.parametrize("folder", ["a\nb", 'a"b\\c', "-rf", "ünï x", "\udcff\udcfe"])
def test_folders_have_any_name(world, folder: str) -> None:
    place = world.checkout()
    (place / folder).mkdir()
    manifest = (
        '[package]\nname = "odd"\nversion = "0.1.0"\n\n[dependencies]\n'
        'sample-kms-core = { path = "../crates/core", version = "0.4.0" }\n\n[workspace]\n'
    )
    (place / folder / "Cargo.toml").write_text(manifest)
    world.push_from(Git(directory=place), "build: odd folder")
    ran = world.run()
    assert ran.status == 0, ran.log
    path = f"{folder}/Cargo.toml"
    text = world.bare.run("cat-file", "blob", f"main:{path}").decode()
    assert text == manifest.replace("0.4.0", "0.5.0")
    assert path in [edit["path"] for edit in ran.plan["edits"]]


def test_modes_are_kept(world) -> None:
    place = world.checkout()
    (place / "CHANGELOG.md").chmod(0o755)
    (place / "link").symlink_to("README.md")
    world.push_from(Git(directory=place), "docs: modes")
    before = all_modes(world.bare, "main")
    assert world.run().status == 0
    assert all_modes(world.bare, "main") == before


def test_a_tag_of_a_file_is_no_release_and_takes_its_name(world) -> None:
    blob = world.bare.run("hash-object", "-w", "--stdin", stdin=b"x").decode().strip()
    world.bare.run("update-ref", "refs/tags/v9.0.0", blob)
    ran = world.run()
    assert (ran.status, ran.outputs["version"]) == (0, "0.5.0"), ran.log
    assert "9.0.0 exists already" in world.run(bump="9.0.0").log


@pytest.mark.parametrize("token", ["ghs_nonsense", "$(touch x)`'\"", "two\nlines"])
def test_a_token_that_is_not_valid_is_named_as_the_reason(world, token: str) -> None:
    ran = world.run(token=token)
    assert ran.status == 1
    assert len(ran.errors) == 1
    assert "the token is not valid, or may not read the repository" in ran.errors[0]


def test_a_dry_run_after_a_release_needs_no_permission_to_write(world) -> None:
    world.make_private()
    world.push("ci: build images", {f".github/workflows/{IMAGES}": DISPATCHED})
    assert world.run(images_workflow=IMAGES).status == 0
    reader = world.token(contents="read", actions="none")
    ran = world.run(images_workflow=IMAGES, dry_run="true", token=reader)
    assert (ran.status, ran.plan["release"]) == (0, False), ran.log


def test_a_dry_run_takes_no_draft_for_unfinished(world) -> None:
    assert world.run(draft="true").status == 0
    ran = world.run(draft="true", dry_run="true", token=world.token(contents="read", actions="none"))
    assert (ran.status, ran.plan["release"]) == (0, False), ran.log


def test_what_is_finished_is_shown_with_the_version_before_it(world) -> None:
    world.github.inject(Fault(method="POST", path=r"/releases$", times=30))
    assert world.run().status == 1
    world.github.app.faults.clear()
    ran = world.run()
    assert ran.outputs["prior-version"] == "0.4.0"
    assert ran.summary.startswith("## 0.4.0 → 0.5.0\n")


def test_a_job_summary_of_thousands_of_commits_stays_whole(world, tmp_path: Path) -> None:
    tip = world.bare.text("rev-parse", "main")
    message = "feat: one of many changes, told in a line that is as long as such lines are\n"
    stream = "".join(
        f"commit refs/heads/main\ncommitter D <d@example.com> {1_800_000_000 + number} +0000\n"
        f"data {len(message) + 5}\n{number:05}{message}" + (f"from {tip}\n" if not number else "") + "\n"
        for number in range(5000)
    ).replace("feat", "\nfeat")
    stream = stream.replace(f"data {len(message) + 5}", f"data {len(message) + 6}")
    world.bare.run("fast-import", "--quiet", "--force", stdin=stream.encode())
    ran = world.run()
    assert ran.status == 0, ran.log[-2000:]
    assert len(ran.summary.encode()) <= 1024 * 1024
    assert ran.summary.rstrip().splitlines()[-1].startswith("**Released")
    (release,) = world.releases()
    assert len(release["body"]) <= 125_000

"""The action in front of a local GitHub: real git, real HTTP, cargo as the judge."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from actionkit.git.history import commits, read_files, tags
from pipeline.rehearsal.github import Effect, Fault, TokenKind

IMAGES = "on-release-images.yml"
DISPATCHED = "on:\n  workflow_dispatch:\n    inputs:\n      tag: {type: string}\njobs: {}\n"


def with_images_workflow(world) -> None:
    world.push("ci: build images", {f".github/workflows/{IMAGES}": DISPATCHED})
    tuple(world.github.events())


def test_one_commit_one_tag_one_release(world, judged_by_cargo) -> None:
    before = world.bare.text("rev-parse", "main")
    ran = world.run()
    assert ran.status == 0, ran.log
    tag = ran.outputs["tag"]
    (made,) = commits(world.bare, before, "main")
    assert made.parents == (before,)
    assert made.message == f"chore(release): {tag}\n"
    newest = next(found for found in tags(world.bare) if found.name == tag)
    assert newest.commit_sha == made.sha == ran.outputs["commit-sha"]
    assert newest.object_sha != made.sha, "the tag is annotated"
    (release,) = world.releases()
    assert (release["tag_name"], release["draft"], release["prerelease"]) == (tag, False, False)
    assert release["html_url"] == ran.outputs["release-url"]
    assert release["body"].strip() == ran.outputs["notes"].strip()
    released = world.checkout("--depth=1", branch=tag)
    judged_by_cargo(released)
    for lock in released.rglob("Cargo.lock"):
        judged_by_cargo(lock.parent)
    assert ran.outputs["released"] == "true"
    assert ran.outputs["version"] in (released / "CHANGELOG.md").read_text()


def test_the_second_run_has_nothing_to_release(world) -> None:
    first = world.run()
    second = world.run()
    assert second.status == 0, second.log
    assert second.outputs["released"] == "false"
    assert second.plan["release"] is False
    assert second.plan["prior_tag"] == first.outputs["tag"]
    assert len(world.releases()) == 1


def test_a_dry_run_changes_nothing(world) -> None:
    before = world.bare.text("for-each-ref")
    ran = world.run(dry_run="true")
    assert (ran.status, ran.outputs["released"]) == (0, "false")
    assert ran.plan["release"] is True
    assert world.bare.text("for-each-ref") == before
    assert world.releases() == []


def test_a_dry_run_needs_no_permission_to_write(world) -> None:
    ran = world.run(dry_run="true", token=world.token(contents="read", actions="none"))
    assert ran.status == 0, ran.log


def test_the_images_workflow_is_started_once(world) -> None:
    with_images_workflow(world)
    ran = world.run(images_workflow=IMAGES)
    assert ran.status == 0, ran.log
    (event,) = [event for event in world.github.events() if event.workflow == IMAGES]
    assert (event.name, dict(event.inputs)) == ("workflow_dispatch", {"tag": ran.outputs["tag"]})
    again = world.run(images_workflow=IMAGES)
    assert again.outputs["released"] == "false"
    assert list(world.github.events()) == []


def test_github_signs_the_commit_when_asked(world, judged_by_cargo) -> None:
    before = world.bare.text("rev-parse", "main")
    ran = world.run(commit_with="api")
    assert ran.status == 0, ran.log
    (made,) = commits(world.bare, before, "main")
    assert made.sha == ran.outputs["commit-sha"]
    assert next(t for t in tags(world.bare) if t.name == ran.outputs["tag"]).commit_sha == made.sha
    judged_by_cargo(world.checkout("--depth=1", branch=ran.outputs["tag"]))


def test_assets_are_attached_before_the_release_is_published(world) -> None:
    world.github.set_immutable_releases("octo-org/sample", enabled=True)
    place = world.checkout()
    (place / "dist").mkdir()
    (place / "dist" / "kms.tar.gz").write_bytes(b"x" * 1000)
    ran = world.run(place, assets="dist/*.tar.gz\nCHANGELOG.md")
    assert ran.status == 0, ran.log
    (release,) = world.releases()
    assert sorted((asset["name"], asset["state"]) for asset in release["assets"]) == [
        ("CHANGELOG.md", "uploaded"),
        ("kms.tar.gz", "uploaded"),
    ]


def test_a_draft_stays_a_draft(world) -> None:
    first = world.run(draft="true")
    assert first.status == 0, first.log
    (release,) = world.releases()
    assert release["draft"] is True
    again = world.run(draft="true")
    assert again.outputs["released"] == "false"
    assert len(world.releases()) == 1


def test_the_commits_of_a_push_meanwhile_are_released_too(world) -> None:
    place = world.checkout()
    late = world.push("feat: came in late")
    ran = world.run(place)
    assert ran.status == 0, ran.log
    assert late in [commit["sha"] for commit in ran.plan["commits"]]


FAULTS = [
    pytest.param(Fault(method="POST", path=r"/releases$", effect=Effect.REPLY_LOST), id="draft-reply-lost"),
    pytest.param(Fault(method="POST", path=r"/releases$", status=502), id="draft-502"),
    pytest.param(Fault(method="POST", path=r"/assets", effect=Effect.HALF_UPLOADED), id="asset-half"),
    pytest.param(Fault(method="POST", path=r"/assets", effect=Effect.RESET), id="asset-reset"),
    pytest.param(Fault(method="POST", path=r"/assets", effect=Effect.REPLY_LOST), id="asset-reply-lost"),
    pytest.param(Fault(method="PATCH", path=r"/releases/\d+$", effect=Effect.REPLY_LOST), id="publish-lost"),
    pytest.param(Fault(method="PATCH", path=r"/releases/\d+$", status=500), id="publish-500"),
    pytest.param(
        Fault(method="POST", path=r"/dispatches$", nth=2, effect=Effect.REPLY_LOST), id="dispatch-lost"
    ),
    pytest.param(Fault(method="POST", path=r"/dispatches$", nth=2, status=503), id="dispatch-503"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_waited_out(world, fault: Fault) -> None:
    with_images_workflow(world)
    world.github.inject(fault)
    ran = world.run(assets="CHANGELOG.md", images_workflow=IMAGES)
    assert ran.status == 0, ran.log
    assert_finished(world, ran.outputs["tag"])


class Killed(BaseException):
    """The runner was taken away."""


def dies(_: float) -> None:
    raise Killed


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_that_was_killed_at_a_fault_is_finished_by_the_next(world, fault: Fault) -> None:
    with_images_workflow(world)
    world.github.inject(fault)
    with pytest.raises(Killed):
        world.run(assets="CHANGELOG.md", images_workflow=IMAGES, sleep=dies)
    second = world.run(assets="CHANGELOG.md", images_workflow=IMAGES)
    assert second.status == 0, second.log
    assert_finished(world, "v0.5.0")


LASTING = [
    pytest.param(Fault(method="POST", path=r"/releases$", status=502, times=30), id="draft"),
    pytest.param(Fault(method="POST", path=r"/assets", effect=Effect.HALF_UPLOADED, times=30), id="asset"),
    pytest.param(Fault(method="PATCH", path=r"/releases/\d+$", effect=Effect.RESET, times=30), id="publish"),
    pytest.param(Fault(method="POST", path=r"/dispatches$", nth=2, status=503, times=30), id="dispatch"),
]


@pytest.mark.parametrize("fault", LASTING)
def test_a_fault_that_stays_is_one_error_and_the_next_run_finishes(world, fault: Fault) -> None:
    with_images_workflow(world)
    world.github.inject(fault)
    first = world.run(assets="CHANGELOG.md", images_workflow=IMAGES)
    assert first.status == 1, first.log
    assert len(first.errors) == 1
    world.github.app.faults.clear()
    second = world.run(assets="CHANGELOG.md", images_workflow=IMAGES)
    assert second.status == 0, second.log
    assert_finished(world, "v0.5.0")


def assert_finished(world, tag: str) -> None:
    (release,) = world.releases()
    assert (release["tag_name"], release["draft"]) == (tag, False)
    assert [asset["name"] for asset in release["assets"]] == ["CHANGELOG.md"]
    assert [event.inputs["tag"] for event in world.github.events() if event.workflow == IMAGES] == [tag]


def test_newer_commits_wait_until_an_earlier_release_is_finished(world) -> None:
    world.github.inject(Fault(method="POST", path=r"/releases$", times=30))
    assert world.run().status == 1
    world.github.app.faults.clear()
    world.push("feat: another")
    finished = world.run()
    assert (finished.status, finished.outputs["released"]) == (0, "true"), finished.log
    next_one = world.run()
    assert next_one.outputs["prior-version"] == finished.outputs["version"]
    assert next_one.outputs["released"] == "true"


def test_a_token_that_may_not_push_is_told_before_anything_happens(world) -> None:
    before = world.bare.text("for-each-ref")
    ran = world.run(token=world.token(contents="read"))
    assert ran.status == 1
    assert len(ran.errors) == 1
    assert "permissions:" in ran.log
    assert "contents: write" in ran.log
    assert world.bare.text("for-each-ref") == before


def test_a_token_that_may_not_start_the_images_is_told_before_anything_happens(world) -> None:
    with_images_workflow(world)
    before = world.bare.text("for-each-ref")
    ran = world.run(token=world.token(actions="none"), images_workflow=IMAGES)
    assert ran.status == 1
    assert "actions: write" in ran.log
    assert world.bare.text("for-each-ref") == before


def test_all_gates_speak_together(world) -> None:
    ran = world.run(token=world.token(contents="read"), assets="no/such/*\n../x", images_workflow="no.yml")
    assert ran.status == 1
    assert len(ran.errors) == 1
    for part in ("no/such/*", "../x", ".github/workflows/no.yml", "contents: write"):
        assert part in ran.log
    assert world.releases() == []


def test_a_protected_branch_is_told_with_the_way_out_and_an_app_may_pass(world) -> None:
    before = world.bare.text("for-each-ref")
    world.github.protect("octo-org/sample", "main", bypass=(TokenKind.APP,))
    refused = world.run()
    assert refused.status == 1
    assert "a rule of the repository refuses the push" in refused.log
    assert world.bare.text("for-each-ref") == before
    assert world.releases() == []
    assert world.run(token=world.token(TokenKind.APP)).status == 0


def test_a_tag_that_exists_elsewhere_is_refused(world) -> None:
    world.push("chore: a side branch", to="refs/tags/v0.5.0")
    before = world.bare.text("for-each-ref")
    ran = world.run(bump="0.5.0")
    assert ran.status == 1
    assert len(ran.errors) == 1
    assert "0.5.0" in ran.errors[0]
    assert world.bare.text("for-each-ref") == before
    assert world.releases() == []


def test_a_run_on_a_tag_is_refused(world) -> None:
    ran = world.run(ref_type="tag")
    assert ran.status == 1
    assert "is not a branch" in ran.errors[0]


def test_a_manifest_that_does_not_parse_is_named_with_its_place(world) -> None:
    world.push("feat: break it", {"Cargo.toml": "[package]\nname = kms\n"})
    before = world.bare.text("for-each-ref")
    ran = world.run()
    assert ran.status == 1
    (error,) = ran.errors
    assert "file=Cargo.toml,line=2,col=8" in error
    assert world.bare.text("for-each-ref") == before


def test_unknown_input_values_are_reported_together(world) -> None:
    ran = world.run(bump="huge", tag_format="release", commit_with="svn", dry_run="perhaps")
    assert ran.status == 1
    assert len(ran.errors) == 1
    for part in ("huge", "tag-format", "svn", "perhaps"):
        assert part in ran.log


def test_hostile_commit_messages_stay_text(world) -> None:
    world.push("feat: ::set-output name=x::y <script>alert(1)</script> @octocat ##[error]boo | cell")
    ran = world.run()
    assert ran.status == 0, ran.log
    outside = []
    stopped = False
    for line in ran.log.splitlines():
        if line.startswith("::stop-commands::"):
            stopped = True
        elif stopped and line.startswith("::") and line.endswith("::"):
            stopped = False
        elif not stopped:
            outside.append(line)
    assert not [line for line in outside if "boo" in line]
    unescaped = re.compile(r"(?<!\\)<script>")
    assert not unescaped.search(ran.summary)
    assert not unescaped.search(ran.outputs["notes"])


def test_the_token_shows_nowhere(world) -> None:
    token = world.token()
    ran = world.run(token=token)
    everything = ran.log.replace(f"::add-mask::{token}", "") + ran.summary + str(ran.outputs)
    assert token not in everything


def test_the_workspace_belongs_to_its_owner_afterwards(world) -> None:
    place = world.checkout()
    for root, folders, names in os.walk(place):
        for name in (".", *folders, *names):
            os.chown(Path(root, name), 1001, 1001, follow_symlinks=False)
    ran = world.run(place)
    assert ran.status == 0, ran.log
    foreign = [path for path in (place / ".git").rglob("*") if path.lstat().st_uid != 1001]
    assert foreign == []


def test_the_released_files_are_what_the_plan_said(world) -> None:
    ran = world.run()
    texts = read_files(world.bare, "main", [edit["path"] for edit in ran.plan["edits"]])
    assert set(texts) >= {"Cargo.toml", "Cargo.lock", "CHANGELOG.md"}
    for edit in ran.plan["edits"]:
        added = [line[1:] for line in edit["diff"].splitlines()[2:] if line.startswith("+")]
        assert all(line in texts[edit["path"]] for line in added)


def test_the_projects_configuration_decides_what_the_inputs_leave_open(world) -> None:
    settings = {
        "plugins": [
            ["@semantic-release/commit-analyzer", {"releaseRules": [{"type": "docs", "release": "major"}]}],
            ["@semantic-release/changelog", {"changelogFile": "docs/NEWS.md"}],
        ],
        "tagFormat": "kms-${version}",
        "noSuchKey": 1,
    }
    world.push("docs: move over", {".releaserc.json": json.dumps(settings)})
    ran = world.run(initial_version="3.0.0")
    assert ran.status == 0, ran.log
    assert (ran.outputs["tag"], ran.outputs["version"]) == ("kms-3.0.0", "3.0.0")
    assert any("noSuchKey" in line for line in ran.log.splitlines() if line.startswith("::warning"))
    assert "3.0.0" in read_files(world.bare, "main", ["docs/NEWS.md"])["docs/NEWS.md"]
    world.push("docs: decide")
    second = world.run(zero_version="major")
    assert second.outputs["tag"] == "kms-4.0.0"
    third = world.run(tag_format="v{version}")
    assert third.outputs["prior-version"] == "0.4.0"


def test_only_one_part_of_the_repository_counts_when_asked(world) -> None:
    world.run()
    world.push("feat: outside", {"other/file": "x"})
    world.push("fix: inside", {"crates/core/notes.txt": "x"})
    ran = world.run(paths="crates/**", dry_run="true")
    assert ran.plan["bump"] == "patch"
    ran = world.run(paths="crates/**\n!crates/core/**", dry_run="true")
    assert ran.plan["release"] is False
    assert world.run(dry_run="true").plan["bump"] == "minor"


def test_templates_of_ones_own_write_notes_and_changelog(world) -> None:
    world.push(
        "docs: templates", {"notes.j2": "NOTES {{ tag }}\n", "section.j2": "## {{ version }}\n\nOWN\n"}
    )
    ran = world.run(notes_template="notes.j2", changelog_template="section.j2")
    assert ran.status == 0, ran.log
    assert ran.outputs["notes"].strip() == "NOTES v0.5.0"
    assert "## 0.5.0\n\nOWN\n" in read_files(world.bare, "main", ["CHANGELOG.md"])["CHANGELOG.md"]
    missing = world.run(bump="patch", notes_template="nowhere.j2")
    assert "nowhere.j2 is not in the repository" in missing.log or missing.plan["release"] is False


def test_contributors_are_named_and_newcomers_welcomed(world) -> None:
    world.github.add_user("devi", name="Sample Developer", emails=("sample@example.com",))
    ran = world.run()
    assert ran.status == 0, ran.log
    assert "@devi" in ran.outputs["notes"]


def test_no_release_fails_because_of_the_contributors(world) -> None:
    world.github.inject(Fault(method="POST", path=r"/graphql$", times=50))
    ran = world.run()
    assert ran.status == 0, ran.log

"""What a configuration file decides in a run of the action."""

from __future__ import annotations

import json

_GIT = "chore: ${nextRelease.gitTag} after <%= lastRelease.version %> on ${branch.name} ${no.thing} {tag}"


def test_a_commit_message_of_semantic_release_is_filled_in(world) -> None:
    world.push(
        "feat: y", {".releaserc": json.dumps({"plugins": [["@semantic-release/git", {"message": _GIT}]]})}
    )

    ran = world.run()

    assert ran.status == 0, ran.log
    assert world.bare.text("log", "-1", "--format=%B", "main") == (
        "chore: v0.5.0 after 0.4.0 on main ${no.thing} v0.5.0"
    )


def test_a_branch_that_the_configuration_does_not_name_releases_nothing(world) -> None:
    world.push("feat: y", {".releaserc": json.dumps({"branches": ["trunk", "next"]})})

    ran = world.run()

    assert (ran.status, ran.outputs["released"]) == (0, "false")
    assert ran.plan["reason"] == ".releaserc names the branches that release, and main is none of them"


def test_the_part_of_the_repository_can_be_said_in_the_configuration(world) -> None:
    world.run()
    options = {"path_filters": ["crates/**"], "scope_prefix": "core-"}
    settings = {"commit_parser": "conventional-monorepo", "commit_parser_options": options}
    world.push("feat: outside", {"releaserc.json": json.dumps({"semantic_release": settings})})

    assert world.run(dry_run="true").plan["release"] is False
    assert world.run(dry_run="true", paths="releaserc.json").plan["bump"] == "minor"
    world.push("fix(core-lens): outside, by its scope inside", {"other": "x"})
    assert world.run(dry_run="true").plan["bump"] == "patch"


def test_an_input_goes_before_the_branch_of_the_configuration(world) -> None:
    branches = [{"name": "main", "prerelease": "beta"}]
    world.push("feat: y", {".releaserc": json.dumps({"branches": branches})})

    assert world.run(dry_run="true").outputs["version"] == "0.5.0-beta.1"
    assert world.run(dry_run="true", prerelease="rc").outputs["version"] == "0.5.0-rc.1"

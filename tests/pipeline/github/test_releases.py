"""Releases behave as GitHub's do: drafts, publication, the latest, immutability."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rehearsal.github import LocalGitHub, TokenKind


def test_a_draft_has_no_tag_and_is_found_in_the_list_only(api, github: LocalGitHub) -> None:
    draft = api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True, "name": "One", "body": "notes"})
    assert (draft.status, draft.json["draft"], draft.json["published_at"]) == (201, True, None)
    assert draft.json["html_url"].startswith(f"{github.url}/octo-org/sample/releases/tag/untagged-")
    assert api("GET", "/git/ref/tags/v1.0.0").status == 404
    assert api("GET", "/releases/tags/v1.0.0").status == 404
    assert [one["id"] for one in api("GET", "/releases").json] == [draft.json["id"]]
    assert api("GET", "/releases/latest").status == 404


def test_a_draft_is_not_found_by_its_tag_even_when_the_tag_exists(api) -> None:
    api("POST", "/releases", {"tag_name": "v0.1.0", "draft": True})
    assert api("GET", "/releases/tags/v0.1.0").status == 404


def test_drafts_are_shown_only_to_those_who_may_write(api, github: LocalGitHub, sample: str) -> None:
    draft = api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True}).json
    reader = github.issue_token(sample, permissions={"contents": "read"})
    assert api("GET", "/releases", token=reader).json == []
    assert api("GET", f"/releases/{draft['id']}", token=reader).status == 404
    assert api("GET", f"/releases/{draft['id']}/assets", token="").status == 404


def test_two_drafts_may_share_a_tag_but_only_one_is_published(api) -> None:
    first, second = (api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True}).json for _ in range(2))
    assert api("PATCH", f"/releases/{first['id']}", {"draft": False}).status == 200
    refused = api("PATCH", f"/releases/{second['id']}", {"draft": False})
    error = {"resource": "Release", "code": "already_exists", "field": "tag_name"}
    assert (refused.status, refused.json["message"]) == (422, "Validation Failed")
    assert refused.json["errors"] == [error]
    assert api("POST", "/releases", {"tag_name": "v1.0.0"}).json["errors"] == [error]


def test_publishing_makes_a_lightweight_tag_on_the_target(api, work: Path, git) -> None:
    draft = api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True, "target_commitish": "main"}).json
    published = api("PATCH", f"/releases/{draft['id']}", {"draft": False})
    head = git("rev-parse", "main", cwd=work)
    assert api("GET", "/git/ref/tags/v1.0.0").json["object"] == {
        "sha": head,
        "type": "commit",
        "url": api("GET", f"/git/commits/{head}").json["url"],
    }
    assert published.json["html_url"].endswith("/releases/tag/v1.0.0")
    assert published.json["created_at"] == "2026-01-02T03:04:05Z"  # the commit's date
    assert published.json["published_at"] == "2026-03-04T05:06:07Z"
    assert api("GET", "/releases/tags/v1.0.0").json == published.json


def test_a_tag_that_exists_wins_over_the_target(api, work: Path, git) -> None:
    release = api("POST", "/releases", {"tag_name": "v0.1.0", "target_commitish": "main"})
    assert release.status == 201
    assert api("GET", "/git/ref/tags/v0.1.0").json["object"]["sha"] == git("rev-parse", "v0.1.0", cwd=work)


def test_a_target_that_does_not_exist_cannot_be_published(api) -> None:
    refused = api("POST", "/releases", {"tag_name": "v1.0.0", "target_commitish": "nowhere"})
    assert refused.status == 422
    assert refused.json["errors"] == [
        {"resource": "Release", "code": "invalid", "field": "target_commitish"},
        {"resource": "Release", "code": "custom", "message": "Published releases must have a valid tag"},
    ]
    assert api("GET", "/releases").json == []


@pytest.mark.parametrize(
    ("body", "entry"),
    [
        ({"tag_name": ""}, {"resource": "Release", "code": "missing_field", "field": "tag_name"}),
        ({"tag_name": "v1", "draft": "yes"}, {"resource": "Release", "code": "invalid", "field": "draft"}),
        (
            {"tag_name": "v1", "make_latest": True},
            {"resource": "Release", "code": "invalid", "field": "make_latest"},
        ),
        (
            {"tag_name": "v1", "body": "x" * 125_001},
            {
                "resource": "Release",
                "code": "custom",
                "field": "body",
                "message": "body is too long (maximum is 125000 characters)",
            },
        ),
    ],
)
def test_a_bad_release_is_refused_field_by_field(api, body, entry) -> None:
    refused = api("POST", "/releases", body)
    assert (refused.status, refused.json["errors"]) == (422, [entry])
    assert refused.json["documentation_url"].endswith("/rest/releases/releases#create-a-release")


def test_a_body_of_exactly_the_limit_is_taken(api) -> None:
    assert (
        api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True, "body": "x" * 125_000}).status == 201
    )


def test_the_latest_release_is_the_one_marked_so(api, clock) -> None:
    def publish(tag: str, **more: object) -> None:
        clock.advance(minutes=1)
        assert api("POST", "/releases", {"tag_name": tag, **more}).status == 201

    def latest() -> str:
        return api("GET", "/releases/latest").json["tag_name"]

    publish("v1.0.0")
    publish("v0.9.1", make_latest="false")
    publish("v2.0.0-rc.1", prerelease=True)
    assert latest() == "v1.0.0"
    publish("v1.1.0", make_latest="true")
    assert latest() == "v1.1.0"


def test_legacy_goes_by_the_commit_date_then_by_the_version(api, work: Path, git, remote, token: str) -> None:
    def publish(tag: str) -> str:
        assert api("POST", "/releases", {"tag_name": tag, "make_latest": "legacy"}).status == 201
        return api("GET", "/releases/latest").json["tag_name"]

    assert publish("v1.0.0") == "v1.0.0"
    assert publish("v0.9.1") == "v1.0.0"  # the same commit: the higher version
    git("commit", "-q", "--allow-empty", "-m", "fix: newer", cwd=work, date="2026-01-03T00:00:00Z")
    git("push", "-q", remote(token), "main", cwd=work)
    assert publish("v0.9.2") == "v0.9.2"


@pytest.mark.parametrize("change", [{"make_latest": "true"}, {"make_latest": "true", "prerelease": True}])
def test_a_draft_or_prerelease_cannot_become_the_latest(api, change) -> None:
    draft = api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True}).json
    refused = api("PATCH", f"/releases/{draft['id']}", change)
    message = "Latest release cannot be draft or prerelease."
    entry = {"resource": "Release", "code": "custom", "message": message}
    assert (refused.status, refused.json["errors"]) == (422, [entry])


def test_a_published_release_can_change_its_notes_and_be_deleted_without_its_tag(api) -> None:
    release = api("POST", "/releases", {"tag_name": "v0.1.0", "body": "old"}).json
    changed = api("PATCH", f"/releases/{release['id']}", {"body": "new"}).json
    assert changed == {**release, "body": "new"}
    assert api("DELETE", f"/releases/{release['id']}").status == 204
    assert api("GET", f"/releases/{release['id']}").status == 404
    assert api("GET", "/git/ref/tags/v0.1.0").status == 200


def test_an_immutable_release_takes_nothing_but_title_and_notes(
    api, github: LocalGitHub, sample: str
) -> None:
    github.set_immutable_releases(sample, enabled=True)
    draft = api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True}).json
    asset = api("POST", "", b"data", url=draft["upload_url"].replace("{?name,label}", "?name=a.txt")).json
    release = api("PATCH", f"/releases/{draft['id']}", {"draft": False}).json
    assert release["immutable"] is True
    upload = api("POST", "", b"more", url=release["upload_url"].replace("{?name,label}", "?name=b.txt"))
    assert (upload.status, upload.json["message"]) == (422, "Cannot upload assets to an immutable release.")
    assert api("DELETE", f"/releases/assets/{asset['id']}").status == 422
    assert api("PATCH", f"/releases/assets/{asset['id']}", {"name": "c.txt"}).status == 422
    for change in ({"tag_name": "v1.0.1"}, {"draft": True}, {"prerelease": True}):
        assert api("PATCH", f"/releases/{draft['id']}", change).status == 422
    assert api("PATCH", f"/releases/{draft['id']}", {"body": "notes", "name": "One"}).status == 200


def test_the_tag_of_an_immutable_release_is_burned(api, github: LocalGitHub, sample: str) -> None:
    github.set_immutable_releases(sample, enabled=True)
    release = api("POST", "/releases", {"tag_name": "v1.0.0"}).json
    assert api("DELETE", "/git/refs/tags/v1.0.0").status == 422
    assert api("DELETE", f"/releases/{release['id']}").status == 204
    github.repository(sample).git.git("update-ref", "-d", "refs/tags/v1.0.0")
    refused = api("POST", "/releases", {"tag_name": "v1.0.0"})
    restricted = "Cannot create ref due to creations being restricted."
    assert [one.get("message") for one in refused.json["errors"]] == [
        f"pre_receive Repository rule violations found\n\n{restricted}\n\n",
        "tag_name was used by an immutable release",
        "Published releases must have a valid tag",
    ]
    head = api("GET", "/git/ref/heads/main").json["object"]["sha"]
    refused = api("POST", "/git/refs", {"ref": "refs/tags/v1.0.0", "sha": head})
    assert refused.status == 422
    assert "creations being restricted" in refused.json["message"]


def test_the_switch_of_immutable_releases_is_an_administrators(api, github: LocalGitHub, sample: str) -> None:
    admin = github.issue_token(
        sample, permissions={"administration": "write"}, kind=TokenKind.PAT, login="mona"
    )
    assert api("PUT", "/immutable-releases").status == 403
    assert api("GET", "/immutable-releases", token=admin).status == 404
    assert api("PUT", "/immutable-releases", token=admin).status == 204
    assert api("GET", "/immutable-releases", token=admin).json == {
        "enabled": True,
        "enforced_by_owner": False,
    }
    assert api("DELETE", "/immutable-releases", token=admin).status == 204
    assert api("GET", "/immutable-releases", token=admin).status == 404


def test_a_target_that_changes_workflow_files_needs_the_workflows_permission(
    api, work: Path, git, app_token
) -> None:
    first = git("rev-parse", "v0.1.0", cwd=work)  # the commit that brought the workflow files
    body = {"tag_name": "v1.0.0", "target_commitish": first}
    refused = api("POST", "/releases", body)
    assert (refused.status, refused.json["message"]) == (403, "Resource not accessible by integration")
    assert refused.headers["x-accepted-github-permissions"] == "contents=write,workflows=write"
    assert api("POST", "/releases", {"tag_name": "v0.1.0"}).status == 201  # on the tag that is there
    assert api("POST", "/releases", body, token=app_token).status == 201

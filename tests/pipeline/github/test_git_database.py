"""Refs, objects, commits and comparisons through the API."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from pipeline.rehearsal.github import LocalGitHub, TokenKind


@pytest.fixture
def head(work: Path, git) -> str:
    return git("rev-parse", "main", cwd=work)


def test_a_ref_is_read_created_moved_and_deleted(api, head: str, work: Path, git) -> None:
    first = git("rev-parse", "v0.1.0", cwd=work)
    created = api("POST", "/git/refs", {"ref": "refs/heads/release/1.x", "sha": first})
    assert (created.status, created.headers["location"]) == (201, created.json["url"])
    assert api("GET", "/git/ref/heads/release/1.x").json == created.json
    assert api("GET", "/git/ref/heads/release%2F1.x").json == created.json
    moved = api("PATCH", "/git/refs/heads/release/1.x", {"sha": head})
    assert moved.json["object"]["sha"] == head
    assert [one["ref"] for one in api("GET", "/git/matching-refs/heads/rel").json] == [
        "refs/heads/release/1.x"
    ]
    assert api("DELETE", "/git/refs/heads/release/1.x").status == 204
    assert api("GET", "/git/ref/heads/release/1.x").status == 404
    assert api("GET", "/git/ref/heads/release").status == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "/git/refs", {"ref": "refs/heads/main", "sha": "HEAD"}, "Reference already exists"),
        ("POST", "/git/refs", {"ref": "refs/heads/new", "sha": "0" * 39 + "1"}, "Object does not exist"),
        (
            "POST",
            "/git/refs",
            {"ref": "refs/heads/a..b", "sha": "HEAD"},
            "refs/heads/a..b is not a valid ref name.",
        ),
        ("POST", "/git/refs", {"ref": "main", "sha": "HEAD"}, "Reference name must start with 'refs/'"),
        ("POST", "/git/refs", {"ref": "refs/heads/new"}, 'Invalid request.\n\n"sha" wasn\'t supplied.'),
        ("PATCH", "/git/refs/heads/none", {"sha": "HEAD"}, "Reference does not exist"),
        ("PATCH", "/git/refs/heads/main", {"sha": "FIRST"}, "Update is not a fast forward"),
        ("DELETE", "/git/refs/heads/none", None, "Reference does not exist"),
    ],
)
def test_a_bad_change_of_a_ref_is_refused(api, head, work, git, method, path, body, message) -> None:
    named = {"HEAD": head, "FIRST": git("rev-parse", "v0.1.0", cwd=work)}
    body = body and {key: named.get(value, value) for key, value in body.items()}
    refused = api(method, path, body)
    assert refused.status == 422
    assert refused.json["message"].startswith(message)


def test_force_moves_a_ref_backwards(api, work: Path, git) -> None:
    first = git("rev-parse", "v0.1.0", cwd=work)
    assert api("PATCH", "/git/refs/heads/main", {"sha": first, "force": True}).json["object"]["sha"] == first


def test_an_annotated_tag_is_an_object_and_a_ref(api, head: str, git, remote, token, tmp_path: Path) -> None:
    tagger = {"name": "Hubot", "email": "hubot@example.com", "date": "2026-02-03T04:05:06Z"}
    body = {"tag": "v1.0.0", "message": "one\n\nmore", "object": head, "type": "commit", "tagger": tagger}
    tag = api("POST", "/git/tags", body)
    assert tag.status == 201
    assert (tag.json["tagger"], tag.json["object"]["sha"]) == (tagger, head)
    assert api("POST", "/git/refs", {"ref": "refs/tags/v1.0.0", "sha": tag.json["sha"]}).status == 201
    assert api("GET", f"/git/tags/{tag.json['sha']}").json == tag.json
    assert api("GET", "/commits/v1.0.0").json["sha"] == head
    assert api("GET", f"/git/tags/{head}").status == 404
    git("clone", "-q", remote(token), "clone")
    shown = git(
        "for-each-ref", "--format=%(objecttype) %(contents)", "refs/tags/v1.0.0", cwd=tmp_path / "clone"
    )
    assert shown == "tag one\n\nmore"


@pytest.mark.parametrize(
    "change", [{"type": "tree"}, {"object": "0" * 39 + "1"}, {"tag": "a b"}, {"message": None}]
)
def test_a_bad_tag_object_is_refused(api, head: str, change) -> None:
    body = {"tag": "v1.0.0", "message": "one", "object": head, "type": "commit"}
    assert api("POST", "/git/tags", {**body, **change}).status == 422


def test_blob_tree_and_commit_are_made_and_read_back(
    api, head: str, git, remote, token, tmp_path: Path
) -> None:
    blob = api(
        "POST", "/git/blobs", {"content": base64.b64encode(b"\0\1").decode(), "encoding": "base64"}
    ).json
    assert base64.b64decode(api("GET", f"/git/blobs/{blob['sha']}").json["content"]) == b"\0\1"
    entries = [
        {"path": "bin/x", "mode": "100755", "type": "blob", "sha": blob["sha"]},
        {"path": "b.txt", "mode": "100644", "type": "blob", "content": "text"},
        {"path": "a.txt", "mode": "100644", "type": "blob", "sha": None},
    ]
    tree = api("POST", "/git/trees", {"base_tree": head, "tree": entries}).json
    listed = api("GET", f"/git/trees/{tree['sha']}?recursive=1").json["tree"]
    assert [(one["path"], one["mode"]) for one in listed if one["type"] == "blob"] == [
        (".github/workflows/images.yml", "100644"),
        (".github/workflows/release.yml", "100644"),
        ("b.txt", "100644"),
        ("bin/x", "100755"),
    ]
    body = {"message": "feat: x", "tree": tree["sha"], "parents": [head]}
    commit = api("POST", "/git/commits", body).json
    assert commit["verification"]["verified"] is True  # made by an app that names no author
    assert commit["author"]["email"].endswith("+github-actions[bot]@users.noreply.github.com")
    assert api("GET", f"/git/commits/{commit['sha']}").json == commit
    assert api("PATCH", "/git/refs/heads/main", {"sha": commit["sha"]}).status == 200
    git("clone", "-q", remote(token), "clone")
    assert (tmp_path / "clone/b.txt").read_text() == "text"
    assert git("fsck", "--strict", cwd=tmp_path / "clone") == ""


def test_a_commit_with_an_author_of_its_own_is_not_signed(api, head: str) -> None:
    tree = api("GET", f"/git/commits/{head}").json["tree"]["sha"]
    author = {"name": "Mona", "email": "mona@example.com", "date": "2026-02-03T04:05:06Z"}
    commit = api("POST", "/git/commits", {"message": "x", "tree": tree, "author": author}).json
    assert (commit["verification"]["verified"], commit["committer"]) == (False, author)
    assert api("POST", "/git/commits", {"message": "x", "tree": head[::-1]}).status == 422
    assert api("POST", "/git/trees", {"tree": [{"mode": "100644"}]}).status == 422


def test_a_commit_tells_its_accounts_and_files(api, github: LocalGitHub, head: str) -> None:
    unknown = api("GET", "/commits/main").json
    assert (unknown["sha"], unknown["author"]) == (head, None)
    github.add_user("mona", emails=["mona@example.com"])
    known = api("GET", f"/commits/{head[:10]}").json
    assert known["author"]["login"] == "mona"
    assert known["stats"] == {"total": 2, "additions": 1, "deletions": 1}
    (changed,) = known["files"]
    assert (changed["filename"], changed["status"], changed["changes"]) == ("a.txt", "modified", 2)
    assert [one["sha"] for one in api("GET", "/commits?per_page=1").json] == [head]
    assert api("GET", "/commits/v0.1.0").json["files"][0]["status"] == "added"
    raw = api("GET", "/commits/main", headers={"Accept": "application/vnd.github.sha"})
    assert raw.body.decode() == head


def test_a_commit_that_is_not_there_is_422_and_a_branch_404(api) -> None:
    refused = api("GET", "/commits/nowhere")
    assert (refused.status, refused.json["message"]) == (422, "No commit found for SHA: nowhere")
    assert api("GET", "/commits?sha=nowhere").status == 404
    assert api("GET", "/branches/nowhere").json["message"] == "Branch not found"


def test_two_commits_are_compared(api, head: str, work: Path, git) -> None:
    found = api("GET", "/compare/v0.1.0...main").json
    first = git("rev-parse", "v0.1.0", cwd=work)
    assert (found["status"], found["ahead_by"], found["behind_by"]) == ("ahead", 1, 0)
    assert (found["base_commit"]["sha"], found["merge_base_commit"]["sha"]) == (first, first)
    assert [one["sha"] for one in found["commits"]] == [head]
    assert [one["filename"] for one in found["files"]] == ["a.txt"]
    assert api("GET", "/compare/main...v0.1.0").json["status"] == "behind"
    assert api("GET", "/compare/main...main").json["status"] == "identical"
    assert api("GET", "/compare/main...nowhere").status == 404


def test_renamed_and_deleted_files_are_told_as_such(api, work: Path, git, remote, app_token: str) -> None:
    git("mv", "a.txt", "é b.txt", cwd=work)
    git("rm", "-q", ".github/workflows/release.yml", cwd=work)
    git("commit", "-qm", "chore: move", cwd=work)
    git("push", "-q", remote(app_token), "HEAD:refs/heads/other", cwd=work)
    files = api("GET", "/commits/other").json["files"]
    assert [(one["filename"], one["status"], one.get("previous_filename")) for one in files] == [
        (".github/workflows/release.yml", "removed", None),
        ("é b.txt", "renamed", "a.txt"),
    ]


def test_branches_tags_and_contents_are_listed(api, head: str) -> None:
    assert [one["name"] for one in api("GET", "/branches").json] == ["main"]
    assert api("GET", "/branches/main").json["commit"]["sha"] == head
    assert [(one["name"], one["commit"]["sha"]) for one in api("GET", "/tags").json][1] == ("annotated", head)
    content = api("GET", "/contents/a.txt?ref=v0.1.0").json
    assert base64.b64decode(content["content"]) == b"one\n"
    assert api("GET", "/contents/none.txt").status == 404
    assert api("GET", "/contents/.github").status == 404


def test_a_repository_tells_what_the_caller_may_do(api, github: LocalGitHub, sample: str) -> None:
    reader = github.issue_token(sample, permissions={"contents": "read"}, kind=TokenKind.PAT, login="mona")
    rights = [api("GET", "", token=one).json["permissions"] for one in (reader, "")]
    assert rights == [{"admin": False, "maintain": False, "push": False, "triage": False, "pull": True}] * 2
    assert api("GET", "").json["permissions"]["push"] is True
    assert api("GET", "").json["clone_url"] == f"{github.url}/octo-org/sample.git"

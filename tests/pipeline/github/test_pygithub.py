"""PyGithub, a client that was not made for this server, finds what it expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rehearsal.github import LocalGitHub


@pytest.fixture
def repo(github: LocalGitHub, sample: str, token: str):
    from github import Auth, Github

    at_once = {"retry": None, "seconds_between_requests": None, "seconds_between_writes": None}
    with Github(base_url=github.api_url, auth=Auth.Token(token), **at_once) as client:
        yield client.get_repo(sample)


def test_a_release_is_made_filled_and_published(repo, tmp_path: Path, github: LocalGitHub) -> None:
    draft = repo.create_git_release("v1.0.0", "One", "notes", draft=True, target_commitish="main")
    file = tmp_path / "tool.txt"
    file.write_bytes(b"data")
    asset = draft.upload_asset(str(file), label="Tool", content_type="text/plain")
    assert (asset.name, asset.size, asset.state) == ("tool.txt", 4, "uploaded")
    assert [one.name for one in repo.get_release(draft.id).get_assets()] == ["tool.txt"]
    release = draft.update_release("One", "notes", draft=False, make_latest="true", tag_name="v1.0.0")
    assert (release.draft, repo.get_latest_release().tag_name) == (False, "v1.0.0")
    assert repo.get_release("v1.0.0").id == draft.id
    assert [one.tag_name for one in repo.get_releases()] == ["v1.0.0"]


def test_a_tag_is_made_of_object_and_ref(repo) -> None:
    head = repo.get_branch("main").commit.sha
    tag = repo.create_git_tag("v1.0.0", "words", head, "commit")
    ref = repo.create_git_ref("refs/tags/v1.0.0", tag.sha)
    assert (ref.object.type, repo.get_git_ref("tags/v1.0.0").object.sha) == ("tag", tag.sha)
    assert repo.get_git_tag(tag.sha).message.strip() == "words"
    assert repo.get_commit("v1.0.0").sha == head
    assert [one.ref for one in repo.get_git_matching_refs("tags/v1")] == ["refs/tags/v1.0.0"]


def test_a_second_name_and_a_missing_thing_are_exceptions_with_githubs_words(repo, tmp_path: Path) -> None:
    from github import GithubException, UnknownObjectException

    draft = repo.create_git_release("v1.0.0", "One", "notes", draft=True)
    file = tmp_path / "tool.txt"
    file.write_bytes(b"data")
    draft.upload_asset(str(file))
    with pytest.raises(GithubException) as caught:
        draft.upload_asset(str(file))
    assert (caught.value.status, caught.value.data["errors"][0]["code"]) == (422, "already_exists")
    with pytest.raises(UnknownObjectException):
        repo.get_release("v1.0.0")


def test_a_workflow_is_dispatched_and_its_run_found(repo, github: LocalGitHub) -> None:
    workflow = repo.get_workflow("images.yml")
    assert workflow.create_dispatch("main", {"tag": "v0.1.0"}) is True
    assert [event.inputs["tag"] for event in github.events()] == ["v0.1.0"]
    assert [run.event for run in workflow.get_runs(branch="main", event="workflow_dispatch")] == [
        "workflow_dispatch"
    ]


def test_a_commit_is_made_by_graphql(repo) -> None:
    head = repo.get_branch("main").commit.sha
    wish = {
        "branch": {"repositoryNameWithOwner": repo.full_name, "branchName": "main"},
        "message": {"headline": "chore: release"},
        "expectedHeadOid": head,
        "fileChanges": {"additions": [{"path": "b.txt", "contents": "bmV3"}]},
    }
    _, data = repo.requester.graphql_named_mutation("createCommitOnBranch", wish, "commit { oid }")
    assert repo.get_commit("main").sha == data["commit"]["oid"]
    comparison = repo.compare(head, "main")
    assert (comparison.ahead_by, [file.filename for file in comparison.files]) == (1, ["b.txt"])


def test_long_lists_are_walked_page_by_page(repo) -> None:
    for number in range(35):
        repo.create_git_release(f"v1.0.{number}", "x", "y", draft=True)
    assert repo.get_releases().totalCount == 35
    assert len(list(repo.get_releases())) == 35

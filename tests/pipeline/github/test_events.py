"""Which events start workflows, and which do not because of whose token made them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rehearsal.github import LocalGitHub


def brief(events) -> list[tuple[str, str, str]]:
    return [(one.name, one.ref, one.workflow) for one in events]


def test_a_release_published_by_a_job_starts_nothing(api, github: LocalGitHub, sample: str) -> None:
    draft = api("POST", "/releases", {"tag_name": "v0.1.0", "draft": True}).json
    assert (list(github.events()), github.suppressed()) == ([], ())
    api("PATCH", f"/releases/{draft['id']}", {"draft": False})
    assert list(github.events()) == []
    (missed,) = github.suppressed()
    assert brief([missed.event]) == [("release", "refs/tags/v0.1.0", "images.yml")]
    assert missed.reason == (
        "what GITHUB_TOKEN does starts no workflow, except by workflow_dispatch and repository_dispatch"
    )


def test_a_release_published_by_an_app_starts_the_workflows_that_listen(
    api, github: LocalGitHub, app_token: str, work: Path, git
) -> None:
    draft = api("POST", "/releases", {"tag_name": "v0.1.0", "draft": True, "prerelease": True}).json
    release = api("PATCH", f"/releases/{draft['id']}", {"draft": False}, token=app_token).json
    (event,) = github.events()
    assert brief([event]) == [("release", "refs/tags/v0.1.0", "images.yml")]
    assert (event.sha, event.actor) == (git("rev-parse", "v0.1.0", cwd=work), "releaser[bot]")
    assert (event.payload["action"], event.payload["release"]) == ("published", release)
    assert event.payload["repository"]["full_name"] == "octo-org/sample"
    assert event.payload["sender"]["login"] == "releaser[bot]"
    assert list(github.events()) == []


def test_a_dispatch_starts_a_workflow_also_for_a_job(api, github: LocalGitHub, token: str) -> None:
    body = {"ref": "main", "inputs": {"tag": "v0.1.0", "dry-run": True}}
    answer = api("POST", "/actions/workflows/images.yml/dispatches", body)
    assert (answer.status, answer.body) == (204, b"")
    (event,) = github.events()
    assert brief([event]) == [("workflow_dispatch", "refs/heads/main", "images.yml")]
    assert event.inputs == {"tag": "v0.1.0", "dry-run": "true"}
    assert {key: event.payload[key] for key in ("inputs", "ref", "workflow")} == {
        "inputs": event.inputs,
        "ref": "refs/heads/main",
        "workflow": ".github/workflows/images.yml",
    }


def test_a_dispatch_gives_the_runs_address_when_asked(api, github: LocalGitHub) -> None:
    body = {"ref": "v0.1.0", "inputs": {"tag": "v0.1.0"}, "return_run_details": True}
    answer = api("POST", "/actions/workflows/images.yml/dispatches", body)
    assert answer.status == 200
    run = api("GET", "", url=answer.json["run_url"]).json
    assert (run["id"], run["status"], run["head_branch"]) == (
        answer.json["workflow_run_id"],
        "queued",
        "v0.1.0",
    )
    assert answer.json["html_url"] == f"{github.url}/octo-org/sample/actions/runs/{run['id']}"


@pytest.mark.parametrize(
    ("workflow", "body", "status", "message"),
    [
        ("none.yml", {"ref": "main"}, 404, "Not Found"),
        ("images.yml", {"ref": "nowhere"}, 422, "No ref found for: nowhere"),
        ("images.yml", {}, 422, 'Invalid request.\n\n"ref" wasn\'t supplied.'),
        ("images.yml", {"ref": "main"}, 422, "Required input 'tag' not provided"),
        ("images.yml", {"ref": "main", "inputs": {"tog": "1"}}, 422, 'Unexpected inputs provided: ["tog"]'),
    ],
)
def test_a_bad_dispatch_is_refused(api, github: LocalGitHub, workflow, body, status, message) -> None:
    refused = api("POST", f"/actions/workflows/{workflow}/dispatches", body)
    assert (refused.status, refused.json["message"]) == (status, message)
    assert list(github.events()) == []


def test_a_workflow_without_the_trigger_cannot_be_dispatched(api, work: Path, git, remote, app_token) -> None:
    (work / ".github/workflows/release.yml").write_text("on: push\n")
    git("commit", "-qam", "ci: no more dispatch", cwd=work)
    git("push", "-q", remote(app_token), "main", cwd=work)
    refused = api("POST", "/actions/workflows/release.yml/dispatches", {"ref": "main"})
    assert refused.json["message"] == "Workflow does not have 'workflow_dispatch' trigger"


def test_a_dispatch_needs_actions_write(api, github: LocalGitHub, sample: str) -> None:
    weak = github.issue_token(sample, permissions={"contents": "write", "actions": "read"})
    refused = api("POST", "/actions/workflows/images.yml/dispatches", {"ref": "main"}, token=weak)
    assert (refused.status, refused.headers["x-accepted-github-permissions"]) == (403, "actions=write")


def test_a_repository_dispatch_reaches_those_who_listen_for_its_type(
    api, github: LocalGitHub, work: Path, git, remote, app_token
) -> None:
    assert api("POST", "/dispatches", {"event_type": "go"}).status == 204
    assert brief(github.events()) == [("repository_dispatch", "refs/heads/main", "")]
    (work / ".github/workflows/go.yml").write_text("on:\n  repository_dispatch:\n    types: [go]\n")
    git("add", ".", cwd=work)
    git("commit", "-qm", "ci: go", cwd=work)
    git("push", "-q", remote(app_token), "main", cwd=work)
    list(github.events())
    for kind in ("go", "stay"):
        body = {"event_type": kind, "client_payload": {"a": 1}}
        assert api("POST", "/dispatches", body).status == 204
    found = list(github.events())
    assert [(one.payload["action"], one.workflow) for one in found] == [("go", "go.yml"), ("stay", "")]
    assert found[0].payload["client_payload"] == {"a": 1}
    assert api("POST", "/dispatches", {}).status == 422


def test_runs_are_listed_filtered_and_completed(api, github: LocalGitHub, clock) -> None:
    for tag in ("v1", "v2"):
        clock.advance(minutes=1)
        api("POST", "/actions/workflows/images.yml/dispatches", {"ref": "main", "inputs": {"tag": tag}})
    first, second = github.events()
    run = github.start_run(first)
    assert run.url == f"{github.url}/octo-org/sample/actions/runs/{first.run}"
    run.complete("success")
    listed = api("GET", "/actions/workflows/images.yml/runs").json
    assert listed["total_count"] == 2
    shown = [
        (one["id"], one["status"], one["conclusion"], one["run_number"]) for one in listed["workflow_runs"]
    ]
    assert shown == [(second.run, "queued", None, 2), (first.run, "completed", "success", 1)]

    def count(query: str) -> int:
        return api("GET", f"/actions/runs?{query}").json["total_count"]

    assert (count("event=workflow_dispatch"), count("event=push")) == (2, 0)
    assert (count("branch=main"), count("branch=v1"), count("status=success")) == (2, 0, 1)
    assert count("created=%3E%3D2026-03-04T05:08:07Z") == 2 - count("created=%3C2026-03-04T05:08:07Z")
    assert count("created=2026-03-04T05:08:07Z..*") == 1
    assert count("created=2026-03-04") == 2
    assert api("GET", "/actions/workflows/release.yml/runs").json["total_count"] == 0
    assert api("GET", f"/actions/runs/{second.run}").json["display_title"] == "Images"


def test_workflows_are_listed_and_found_by_file_name_and_number(api) -> None:
    listed = api("GET", "/actions/workflows").json
    assert [(one["name"], one["path"]) for one in listed["workflows"]] == [
        ("Images", ".github/workflows/images.yml"),
        ("Release", ".github/workflows/release.yml"),
    ]
    first = listed["workflows"][0]
    assert api("GET", "/actions/workflows/images.yml").json == first
    assert api("GET", f"/actions/workflows/{first['id']}").json == first
    assert api("GET", "/actions/workflows/none.yml").status == 404


def test_an_event_that_no_workflow_listens_to_can_still_be_run_by_hand(api, github, app_token) -> None:
    draft = api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True}, token=app_token).json
    api("PATCH", f"/releases/{draft['id']}", {"draft": False}, token=app_token)
    found = brief(github.events())
    assert found == [("push", "refs/tags/v1.0.0", ""), ("release", "refs/tags/v1.0.0", "images.yml")]


def test_events_outlive_the_server(tmp_path: Path, work: Path) -> None:
    with LocalGitHub.serve(tmp_path / "kept") as github:
        name = github.create_repository("octo-org/kept", source=work).full_name
        token = github.issue_token(name, permissions={"contents": "write"})
        event = next(iter(github.events()), None)
        assert event is None
    with LocalGitHub.serve(tmp_path / "kept") as github:
        assert github.repository(name).settings.full_name == name
        assert github.app.service.state.token(token).repository == name

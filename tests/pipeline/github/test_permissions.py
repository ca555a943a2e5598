"""Who may do what, and how GitHub says no."""

from __future__ import annotations

import pytest

from pipeline.rehearsal.github import LocalGitHub, TokenKind


def test_a_token_never_issued_or_revoked_is_a_bad_credential(api, github: LocalGitHub, token: str) -> None:
    expected = {
        "message": "Bad credentials",
        "documentation_url": "https://docs.github.com/rest",
        "status": "401",
    }
    assert (api("GET", "", token="nonsense").status, api("GET", "", token="nonsense").json) == (401, expected)
    github.revoke_token(token)
    assert api("GET", "").status == 401


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (TokenKind.GITHUB_TOKEN, "Resource not accessible by integration"),
        (TokenKind.APP, "Resource not accessible by integration"),
        (TokenKind.PAT, "Resource not accessible by personal access token"),
    ],
)
def test_a_missing_permission_is_named_in_a_header(api, github: LocalGitHub, sample, kind, message) -> None:
    reader = github.issue_token(sample, permissions={"contents": "read"}, kind=kind)
    refused = api("POST", "/releases", {"tag_name": "v1"}, token=reader)
    assert (refused.status, refused.json) == (
        403,
        {
            "message": message,
            "documentation_url": "https://docs.github.com/rest/releases/releases#create-a-release",
            "status": "403",
        },
    )
    assert refused.headers["x-accepted-github-permissions"] == "contents=write"


def test_nobody_may_read_what_is_public_and_write_nothing(api) -> None:
    assert api("GET", "/releases", token="").status == 200
    refused = api("POST", "/releases", {"tag_name": "v1"}, token="")
    assert (refused.status, refused.json["message"]) == (401, "Requires authentication")


def test_a_private_repository_is_not_there_for_others(api, github: LocalGitHub, work) -> None:
    github.create_repository("octo-org/secret", source=work, private=True)
    mine = github.issue_token("octo-org/secret", permissions={"contents": "read"})
    url = f"{github.api_url}/repos/octo-org/secret"
    assert api("GET", "", url=url, token=mine).json["private"] is True
    assert api("GET", "", url=url).status == 404
    assert api("GET", "", url=url, token="").status == 404
    assert api("POST", "", {"tag_name": "v1"}, url=f"{url}/releases").status == 404
    assert api("POST", "", {"tag_name": "v1"}, url=f"{url}/releases", token=mine).status == 403
    assert api("GET", "", url=f"{url}/actions/workflows", token=mine).status == 403
    assert api("GET", "", url=f"{github.url}/octo-org/secret", token="").status == 404


def test_a_token_of_another_repository_may_only_read(api, github: LocalGitHub, work) -> None:
    github.create_repository("octo-org/other", source=work)
    other = github.issue_token("octo-org/other", permissions={"contents": "write"})
    assert api("GET", "/releases", token=other).status == 200
    assert api("POST", "/releases", {"tag_name": "v1"}, token=other).status == 403


def test_a_person_has_an_account_and_a_job_has_none(api, github: LocalGitHub, sample: str) -> None:
    mona = github.issue_token(sample, permissions={}, kind=TokenKind.PAT, login="mona")
    assert api("GET", "", url=f"{github.api_url}/user", token=mona).json["login"] == "mona"
    assert api("GET", "", url=f"{github.api_url}/user").status == 403
    bot = api("GET", "", url=f"{github.api_url}/users/github-actions%5Bbot%5D").json
    assert (bot["id"], bot["type"]) == (41898282, "Bot")


def test_a_permission_level_that_does_not_exist_is_a_mistake_of_the_test(github: LocalGitHub, sample) -> None:
    with pytest.raises(ValueError, match="'wirte' is none of none, read, write, admin"):
        github.issue_token(sample, permissions={"contents": "wirte"})


def test_unknown_routes_and_repositories_are_404_and_told_in_the_log(
    api, github: LocalGitHub, caplog
) -> None:
    for url in (f"{github.api_url}/repos/octo-org/none", f"{github.api_url}/repos/octo-org/sample/pulls"):
        assert api("GET", "", url=url).json == {
            "message": "Not Found",
            "documentation_url": api("GET", "", url=url).json["documentation_url"],
            "status": "404",
        }
    assert "the local GitHub has no route for GET /api/v3/repos/octo-org/sample/pulls" in caplog.text


def test_a_body_that_is_no_json_is_400(api) -> None:
    refused = api("POST", "/releases", b"{")
    assert (refused.status, refused.json["message"]) == (400, "Problems parsing JSON")
    assert api("POST", "/releases", b"[]").json["message"] == "Body should be a JSON object"
    assert api("POST", "/releases", {}).json["message"] == 'Invalid request.\n\n"tag_name" wasn\'t supplied.'


def test_the_budget_of_requests_is_counted_and_ends(api, github: LocalGitHub, clock) -> None:
    first = api("GET", "", token="").headers
    assert (first["x-ratelimit-limit"], first["x-ratelimit-remaining"]) == ("60", "59")
    limits = api("GET", "", token="", url=f"{github.api_url}/rate_limit").json
    assert limits["rate"] == {
        "limit": 60,
        "used": 1,
        "remaining": 59,
        "reset": int(first["x-ratelimit-reset"]),
    }
    for _ in range(59):
        api("GET", "", token="", url=f"{github.api_url}/users/mona")
    refused = api("GET", "", token="")
    assert (refused.status, refused.headers["x-ratelimit-remaining"]) == (403, "0")
    assert refused.json["message"].startswith("API rate limit exceeded")
    assert api("GET", "").headers["x-ratelimit-limit"] == "1000"
    clock.advance(hours=2)
    assert api("GET", "", token="").status == 200

"""GraphQL: commits made by GitHub, and the questions that release notes ask."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from pipeline.rehearsal.github import LocalGitHub, PullRequest

CREATE = """
mutation Commit($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url signature { isValid } } ref { name } }
}
"""


@pytest.fixture
def ask(api, github: LocalGitHub):
    def call(query: str, variables=None, **more):
        return api(
            "POST", "", {"query": query, "variables": variables or {}}, url=github.graphql_url, **more
        ).json

    return call


@pytest.fixture
def head(work: Path, git) -> str:
    return git("rev-parse", "main", cwd=work)


def wish(head: str, **changes):
    changes = changes or {"additions": [{"path": "b.txt", "contents": base64.b64encode(b"new\n").decode()}]}
    return {
        "branch": {"repositoryNameWithOwner": "octo-org/sample", "branchName": "main"},
        "message": {"headline": "chore: release", "body": "more"},
        "expectedHeadOid": head,
        "fileChanges": changes,
    }


def test_a_commit_is_made_on_a_branch_and_signed(ask, api, github, head: str) -> None:
    made = ask(CREATE, {"input": wish(head)})["data"]["createCommitOnBranch"]
    assert (made["ref"]["name"], made["commit"]["signature"]) == ("main", {"isValid": True})
    commit = api("GET", "/commits/main").json
    assert (commit["sha"], commit["commit"]["message"]) == (made["commit"]["oid"], "chore: release\n\nmore")
    assert [parent["sha"] for parent in commit["parents"]] == [head]
    assert (commit["author"]["login"], commit["commit"]["committer"]["name"]) == (
        "github-actions[bot]",
        "GitHub",
    )
    assert commit["commit"]["verification"]["reason"] == "valid"
    assert [(one["filename"], one["status"]) for one in commit["files"]] == [("b.txt", "added")]
    assert list(github.events()) == []
    assert [one.event.name for one in github.suppressed()] == ["push"]


def test_a_file_keeps_its_mode_and_can_be_deleted(ask, api, git, work: Path, remote, token) -> None:
    (work / "run.sh").write_text("#!/bin/sh\n")
    (work / "run.sh").chmod(0o755)
    git("add", ".", cwd=work)
    git("commit", "-qm", "feat: script", cwd=work)
    git("push", "-q", remote(token), "main", cwd=work)
    contents = base64.b64encode(b"#!/bin/sh\ntrue\n").decode()
    additions, deletions = [{"path": "run.sh", "contents": contents}], [{"path": "a.txt"}]
    head = git("rev-parse", "HEAD", cwd=work)
    ask(CREATE, {"input": wish(head, additions=additions, deletions=deletions)})
    tree = api("GET", "/git/trees/main").json["tree"]
    assert [(one["path"], one["mode"]) for one in tree] == [(".github", "040000"), ("run.sh", "100755")]


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (
            {"expectedHeadOid": "1" * 40},
            "STALE_DATA",
            f'Expected branch to point to "{"1" * 40}" but it did not.',
        ),
        (
            {"branch": {"repositoryNameWithOwner": "o/none", "branchName": "main"}},
            "NOT_FOUND",
            "Could not resolve",
        ),
        (
            {"branch": {"repositoryNameWithOwner": "octo-org/sample", "branchName": "x"}},
            "NOT_FOUND",
            'No such branch "x"',
        ),
        (
            {"expectedHeadOid": None},
            None,
            "Variable $input of type CreateCommitOnBranchInput! was provided invalid",
        ),
        ({"fileChanges": {"deletions": [{"path": "none"}]}}, None, "A path was requested for deletion which"),
        (
            {"fileChanges": {"additions": [{"path": "x", "contents": "ü"}]}},
            None,
            "FileAddition contents must be",
        ),
        (
            {"fileChanges": {"additions": [{"path": "../x", "contents": ""}]}},
            "UNPROCESSABLE",
            "A path was requested",
        ),
        (
            {"fileChanges": {"additions": [{"path": ".github/workflows/x.yml", "contents": ""}]}},
            "FORBIDDEN",
            "Resource not accessible by integration",
        ),
    ],
)
def test_a_commit_that_cannot_be_made_is_an_error_beside_null(
    ask, api, head: str, change, kind, message
) -> None:
    answer = ask(CREATE, {"input": {**wish(head), **change}})
    assert answer["data"] == {"createCommitOnBranch": None}
    (error,) = answer["errors"]
    assert (error.get("type"), error["path"]) == (kind, ["createCommitOnBranch"])
    assert error["message"].startswith(message)
    assert api("GET", "/git/ref/heads/main").json["object"]["sha"] == head


def test_rules_and_permissions_hold_for_commits_too(ask, github: LocalGitHub, sample: str, head: str) -> None:
    reader = github.issue_token(sample, permissions={"contents": "read"})
    assert ask(CREATE, {"input": wish(head)}, token=reader)["errors"][0]["type"] == "FORBIDDEN"
    github.protect(sample, "main")
    (error,) = ask(CREATE, {"input": wish(head)})["errors"]
    assert error["message"].startswith("Repository rule violations found")


def test_the_people_behind_many_commits_come_in_one_answer(ask, github, sample, head, work, git) -> None:
    first = git("rev-parse", "v0.1.0", cwd=work)
    github.add_user("mona", name="Mona Lisa", emails=["mona@example.com"])
    pull = PullRequest(
        number=7, title="Two", author="hubot", merge_commit=head, merged_at="2026-01-02T03:04:05Z"
    )
    github.add_pull_request(sample, pull)
    query = f"""
    query People($owner: String!, $name: String!, $first: Int = 1) {{
      repository(owner: $owner, name: $name) {{
        url
        defaultBranchRef {{ name target {{ ... on Commit {{ oid }} }} }}
        c0: object(oid: "{head}") {{ ...who }}
        c1: object(oid: "{first}") {{ ...who }}
        c2: object(expression: "nowhere") {{ ...who }}
      }}
    }}
    fragment who on Commit {{
      __typename
      author {{ name user {{ login url }} }}
      associatedPullRequests(first: $first) {{ totalCount nodes {{ number url author {{ login }} }} }}
      history(first: 1, author: {{emails: ["mona@example.com"]}}) {{ totalCount }}
    }}
    """
    found = ask(query, {"owner": "octo-org", "name": "sample"})["data"]["repository"]
    mona = {"name": "Mona Lisa", "user": {"login": "mona", "url": f"{github.url}/mona"}}
    url = f"{github.url}/octo-org/sample/pull/7"
    assert found == {
        "url": f"{github.url}/octo-org/sample",
        "defaultBranchRef": {"name": "main", "target": {"oid": head}},
        "c0": {
            "__typename": "Commit",
            "author": mona,
            "associatedPullRequests": {
                "totalCount": 1,
                "nodes": [{"number": 7, "url": url, "author": {"login": "hubot"}}],
            },
            "history": {"totalCount": 2},
        },
        "c1": {
            "__typename": "Commit",
            "author": mona,
            "associatedPullRequests": {"totalCount": 0, "nodes": []},
            "history": {"totalCount": 1},
        },
        "c2": None,
    }


def test_what_is_not_there_is_null_with_an_error(ask) -> None:
    answer = ask('{ repository(owner: "octo-org", name: "none") { name } rateLimit { limit } }')
    assert answer == {
        "data": {"repository": None, "rateLimit": {"limit": 1000}},
        "errors": [
            {
                "type": "NOT_FOUND",
                "path": ["repository"],
                "locations": [{"line": 1, "column": 1}],
                "message": "Could not resolve to a Repository with the name 'octo-org/none'.",
            }
        ],
    }


def test_a_field_that_does_not_exist_is_named(ask) -> None:
    (error,) = ask("query Q { colour }")["errors"]
    assert error["message"] == "Field 'colour' doesn't exist on type 'Query'"
    assert error["extensions"] == {"code": "undefinedField", "typeName": "Query", "fieldName": "colour"}
    nested = ask('{ repository(owner: "octo-org", name: "sample") { name colour } }')
    assert nested["errors"][0]["message"] == "Field 'colour' doesn't exist on type 'Repository'"


@pytest.mark.parametrize(
    "query", ["", "{", "query { a(b: }", "subscription { x }", "{ ...none }", "query A {x} query B {x}"]
)
def test_a_document_that_makes_no_sense_is_an_error_and_no_crash(ask, query: str) -> None:
    assert ask(query)["errors"]


def test_graphql_wants_a_token(api, github: LocalGitHub) -> None:
    assert api("POST", "", {"query": "{ viewer { login } }"}, url=github.graphql_url, token="").status == 401
    answer = api("POST", "", {"query": "{ viewer { login } }"}, url=github.graphql_url)
    assert answer.json == {"data": {"viewer": {"login": "github-actions"}}}

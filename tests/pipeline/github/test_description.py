"""The yardstick itself: it knows every route, and it sees what is wrong."""

from __future__ import annotations

import json

import pytest

from pipeline.rehearsal.github import router
from pipeline.rehearsal.github.exchange import Request, Response, json_response


def request(method: str, path: str, body: bytes = b"") -> Request:
    return Request(method=method, path=f"/api/v3{path}", query="", headers={}, body=body)


def test_every_route_is_an_operation_of_githubs(description) -> None:
    routes = (*router.API, *router.UPLOADS)
    unknown = [
        f"{one.method} {one.template}" for one in routes if not description.has(one.method, one.template)
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (json_response({"sha": 1, "url": "u"}, 201), "$.sha: 1 is not of type 'string'"),
        (json_response({"url": "u"}, 201), "$: 'sha' is a required property"),
        (json_response({"sha": "s", "url": "u", "colour": "red"}, 201), "'colour' was unexpected"),
        (json_response({}, 299), "the status is not documented"),
    ],
)
def test_an_answer_that_leaves_the_description_is_seen(description, response: Response, problem: str) -> None:
    asked = request("POST", "/repos/o/r/git/blobs", json.dumps({"content": "x"}).encode())
    (found,) = description.problems(asked, response)
    assert found.startswith(f"POST /repos/{{owner}}/{{repo}}/git/blobs {response.status}: ")
    assert problem in found


def test_a_bad_request_that_was_taken_is_seen(description) -> None:
    asked = request("POST", "/repos/o/r/git/blobs", b"{}")
    answer = json_response({"sha": "s", "url": "u"}, 201)
    assert description.problems(asked, answer) == [
        "POST /repos/{owner}/{repo}/git/blobs 201: "
        "the request was taken although $: 'content' is a required property"
    ]


def test_an_operation_that_github_has_not_is_seen(description) -> None:
    assert description.problems(request("GET", "/nowhere"), json_response({})) == [
        "GET /nowhere is no operation of GitHub's"
    ]


def test_null_is_taken_where_the_description_says_nullable(description) -> None:
    asked = request("GET", "/repos/o/r/releases/assets/1")
    found = description.problems(asked, json_response({"label": None, "name": None}))
    assert [one.partition(": ")[2] for one in found if "None" in one] == [
        "$.name: None is not of type 'string'"
    ]

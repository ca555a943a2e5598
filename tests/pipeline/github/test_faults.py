"""Faults on demand: what the network and GitHub do on a bad day."""

from __future__ import annotations

import http.client
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from pipeline.rehearsal.github import Effect, Fault, LocalGitHub, rate_limited, secondary_rate_limited


def test_the_nth_request_that_matches_is_answered_badly(api, github: LocalGitHub) -> None:
    github.inject(Fault(method="GET", path="/releases$", nth=2, times=2, status=502))
    answers = [api("GET", "/releases") for _ in range(4)]
    assert [one.status for one in answers] == [200, 502, 502, 200]
    assert answers[1].json["message"] == "Server Error"
    assert api("GET", "/branches").status == 200


def test_both_rate_limits_are_told_as_github_tells_them(api, github: LocalGitHub) -> None:
    github.inject(rate_limited("POST", reset=1_800_000_000))
    first = api("POST", "/releases", {"tag_name": "v1", "draft": True})
    assert (first.status, first.headers["x-ratelimit-remaining"]) == (403, "0")
    assert first.headers["x-ratelimit-reset"] == "1800000000"
    github.inject(secondary_rate_limited("POST", retry_after=7))
    second = api("POST", "/releases", {"tag_name": "v1", "draft": True})
    assert (second.status, second.headers["retry-after"]) == (403, "7")
    assert "secondary rate limit" in second.json["message"]
    assert api("GET", "/releases").json == []


def test_a_connection_can_break_before_the_work(api, github: LocalGitHub) -> None:
    github.inject(Fault(method="POST", effect=Effect.RESET))
    with pytest.raises((ConnectionError, urllib.error.URLError, http.client.HTTPException)):
        api("POST", "/releases", {"tag_name": "v1", "draft": True})
    assert api("GET", "/releases").json == []


def test_a_reply_can_be_lost_after_the_work(api, github: LocalGitHub) -> None:
    github.inject(Fault(method="POST", effect=Effect.REPLY_LOST))
    with pytest.raises((ConnectionError, urllib.error.URLError, http.client.HTTPException)):
        api("POST", "/releases", {"tag_name": "v1", "draft": True})
    assert [one["tag_name"] for one in api("GET", "/releases").json] == ["v1"]


def test_a_push_can_arrive_and_its_reply_be_lost(api, github, work, git, remote, token) -> None:
    git("tag", "v1.0.0", cwd=work)
    github.inject(Fault(method="POST", path="git-receive-pack$", effect=Effect.REPLY_LOST))
    with pytest.raises(Exception, match="ended with status"):
        git("push", "-q", remote(token), "v1.0.0", cwd=work)
    assert api("GET", "/git/ref/tags/v1.0.0").status == 200


def test_an_answer_can_be_slow_without_holding_up_others(api, github: LocalGitHub) -> None:
    github.inject(Fault(path="/releases$", effect=Effect.SLOW, delay=1.5))
    with ThreadPoolExecutor() as pool:
        start = time.monotonic()
        slow = pool.submit(api, "GET", "/releases")
        assert api("GET", "/branches").status == 200
        assert not slow.done()
        assert slow.result().status == 200
    assert time.monotonic() - start >= 1.5


def test_faults_that_were_planned_can_be_forgotten(api, github: LocalGitHub) -> None:
    github.inject(Fault())
    github.app.faults.clear()
    assert api("GET", "/releases").status == 200


def test_connections_are_kept_open_between_requests(github: LocalGitHub, sample: str) -> None:
    place = urlsplit(github.api_url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    for _ in range(3):
        connection.request("GET", f"{place.path}/repos/{sample}")
        answer = connection.getresponse()
        assert (answer.status, answer.version, len(answer.read()) > 0) == (200, 11, True)
    connection.request("HEAD", f"/{sample}")
    assert connection.getresponse().read() == b""
    connection.close()

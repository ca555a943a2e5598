"""The right to write is asked for over real HTTP, and logins go where they belong."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from actionkit.errors import ActionError, PermissionDenied
from actionkit.registry import parse_address
from actionkit.registry.probe import probe_write
from actionkit.registry.retry import Patience

BASIC = f"Basic {base64.b64encode(b'ada:secret').decode()}"
UPLOADS = "/v2/acme/api/blobs/uploads/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(slots=True)
class Server:
    """Answers with what it was given, in turn, the last one for ever; ``seen`` is what it was asked."""

    address: str = ""
    answers: list[Answer] = field(default_factory=list)
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.address}"


class Handler(BaseHTTPRequestHandler):
    server_: Server

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server_.seen.append((self.command, self.path, self.headers.get("Authorization", "")))
        self.server_.bodies.append(body)
        answers = self.server_.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(answer.status)
        for key, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(answer.body.encode())

    do_GET = do_POST = do_DELETE = handle_one  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    with ExitStack() as stack:

        def start(*answers: Answer) -> Server:
            made = Server(answers=list(answers))
            server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"server_": made}))
            made.address = f"127.0.0.1:{server.server_address[1]}"
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return made

        yield start


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def probe(tmp_path: Path, slept: list[float]) -> Callable[..., None]:
    def ask(server: Server, **login: str) -> None:
        entry: dict[str, Any] = login or {"auth": BASIC.removeprefix("Basic ")}
        (tmp_path / "config.json").write_text(json.dumps({"auths": {server.address: entry}}))
        patience = Patience(sleep=slept.append)
        repository = f"{server.address}/acme/api"
        probe_write(parse_address(server.url), tmp_path / "config.json", repository, patience)

    return ask


def opened(location: str) -> Answer:
    return Answer(status=202, headers={"Location": location})


def challenge(realm: str) -> Answer:
    return Answer(status=401, headers={"WWW-Authenticate": f'Bearer realm="{realm}",service="here"'})


@pytest.mark.parametrize("location", [f"{UPLOADS}1?state=x", "{url}" + f"{UPLOADS}1?state=x"])
def test_a_session_is_opened_and_cancelled(serve, probe, location: str) -> None:
    registry = serve()
    registry.answers += [opened(location.format(url=registry.url)), Answer(status=204)]
    probe(registry)
    assert registry.seen == [("POST", UPLOADS, BASIC), ("DELETE", f"{UPLOADS}1?state=x", BASIC)]


def test_a_session_on_another_host_is_cancelled_without_the_login(serve, probe) -> None:
    storage = serve(Answer(status=204))
    registry = serve(opened(f"{storage.url}/session/1?signature=x"))
    probe(registry)
    assert registry.seen == [("POST", UPLOADS, BASIC)]
    assert storage.seen == [("DELETE", "/session/1?signature=x", "")]


@pytest.mark.parametrize("location", ["", "http://[broken", "ftp://127.0.0.1/1", "http://127.0.0.1:1/x"])
def test_a_session_that_cannot_be_cancelled_is_left_to_the_registry(serve, probe, location: str) -> None:
    registry = serve(opened(location))
    probe(registry)
    assert registry.seen == [("POST", UPLOADS, BASIC)]


def test_a_token_is_asked_for_with_the_login_and_used_for_the_session(serve, probe) -> None:
    service = serve(Answer(status=200, body='{"token": "t"}'))
    registry = serve(challenge(f"{service.url}/token"), opened(f"{UPLOADS}1"), Answer(status=204))
    probe(registry)
    ((method, target, login),) = service.seen
    assert (method, urlsplit(target).path, login) == ("GET", "/token", BASIC)
    assert parse_qs(urlsplit(target).query) == {
        "scope": ["repository:acme/api:pull,push"],
        "service": ["here"],
    }
    assert registry.seen[1:] == [("POST", UPLOADS, "Bearer t"), ("DELETE", f"{UPLOADS}1", "Bearer t")]


def test_a_refresh_token_is_exchanged(serve, probe) -> None:
    service = serve(Answer(status=200, body='{"access_token": "t"}'))
    registry = serve(challenge(f"{service.url}/oauth2/token"), opened(f"{UPLOADS}1"), Answer(status=204))
    probe(registry, auth="PHRva2VuPjo=", identitytoken="refresh-me")
    assert service.seen == [("POST", "/oauth2/token", "")]
    assert parse_qs(service.bodies[0]) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh-me"],
        "service": ["here"],
        "scope": ["repository:acme/api:pull,push"],
        "client_id": ["release-pipeline"],
    }
    assert [login for _, _, login in registry.seen] == ["", "Bearer t", "Bearer t"]


def test_a_refused_token_is_a_refusal(serve, probe) -> None:
    service = serve(Answer(status=401, body="no such user"))
    registry = serve(challenge(service.url))
    with pytest.raises(PermissionDenied, match="refuses") as refusal:
        probe(registry)
    assert "no such user" in refusal.value.why


@pytest.mark.parametrize("header", ['Bearer service="here"', 'Bearer realm=""', "Bearer "])
def test_a_challenge_without_a_realm_is_told(serve, probe, header: str) -> None:
    with pytest.raises(ActionError, match="cannot write to") as error:
        probe(serve(Answer(status=401, headers={"WWW-Authenticate": header})))
    assert "does not say where to get one" in error.value.why


@pytest.mark.parametrize("realm", ["/token", "no-scheme", "http://[broken", "ftp://127.0.0.1/"])
def test_a_realm_that_is_no_address_is_told_at_once(serve, probe, slept: list[float], realm: str) -> None:
    with pytest.raises(ActionError, match="cannot write to"):
        probe(serve(challenge(realm)))
    assert slept == []


@pytest.mark.parametrize("body", ["<html>", "[]", '{"token": ""}', '{"other": "secret-value"}'])
def test_a_token_service_without_a_token_is_told(serve, probe, body: str) -> None:
    service = serve(Answer(status=200, body=body))
    with pytest.raises(ActionError, match="cannot write to") as error:
        probe(serve(challenge(service.url)))
    assert "gave none of the tokens" in error.value.why
    assert "secret-value" not in str(error.value)


def test_a_registry_says_how_long_to_wait_in_seconds_or_as_a_date(serve, probe, slept: list[float]) -> None:
    busy = [{"Retry-After": "40"}, {"Retry-After": formatdate(time() + 90, usegmt=True)}, {}]
    answers = [Answer(status=429, headers=headers) for headers in busy]
    registry = serve(*answers, opened(f"{UPLOADS}1"), Answer(status=204))
    probe(registry)
    assert slept == [40, pytest.approx(89, abs=2), 30]


def test_a_token_service_in_trouble_is_asked_again(serve, probe, slept: list[float]) -> None:
    service = serve(Answer(status=503), Answer(status=200, body='{"token": "t"}'))
    registry = serve()
    registry.answers += [
        challenge(service.url),
        challenge(service.url),
        opened(f"{UPLOADS}1"),
        Answer(status=204),
    ]
    probe(registry)
    assert slept == [1]


def test_a_registry_that_is_not_there_is_asked_again_and_told(probe, slept: list[float]) -> None:
    with pytest.raises(ActionError, match="does not answer as it should"):
        probe(Server(address="127.0.0.1:1"))
    assert slept == [1, 2, 4, 8, 16]


def test_a_netrc_file_does_not_replace_the_login(
    serve, probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login bob password other\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    registry = serve(opened(f"{UPLOADS}1"), Answer(status=204))
    probe(registry)
    assert [login for _, _, login in registry.seen] == [BASIC, BASIC]


def test_the_job_s_proxy_is_used_unless_the_registry_is_an_exception(
    serve, probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(opened(f"{UPLOADS}1"))
    registry = serve(opened(f"{UPLOADS}1"))
    for name in ("HTTP_PROXY", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", proxy.url)
    probe(registry)
    assert (proxy.seen[0], registry.seen) == (("POST", f"{registry.url}{UPLOADS}", BASIC), [])
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    probe(registry)
    assert registry.seen[0] == ("POST", UPLOADS, BASIC)

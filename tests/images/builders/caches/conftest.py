"""GitHub's cache service in its second version, as far as BuildKit's client uses it.

Twirp calls in JSON reserve, finish and find an entry; its bytes go to a storage of Azure's kind at signed
addresses. Source: cache_v2.go of github.com/tonistiigi/go-actions-cache. What a token may see is decided as
GitHub decides it: an entry belongs to the ref that wrote it
(https://docs.github.com/actions/reference/workflows-and-actions/dependency-caching).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.rehearsal import lab

_KEY = b"of the service alone"
_CALLS = "/twirp/github.actions.results.api.v1.CacheService/"


@dataclass(slots=True)
class Entry:
    """Something kept: ``scope`` is the ref that wrote it."""

    scope: str
    key: str
    version: str
    data: bytes = b""
    blocks: dict[str, bytes] = field(default_factory=dict)
    finished: bool = False


@dataclass(slots=True)
class CacheService:
    """The service at ``address`` and its storage at ``storage``, with everything that they were sent."""

    address: str
    storage: str
    entries: list[Entry] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    storage_headers: list[dict[str, str]] = field(default_factory=list)

    def token(self, ref: str, *readable: str) -> str:
        """What the runner gives to a job on ``ref``: it writes there, and reads there and in ``readable``."""
        rights = [{"Scope": ref, "Permission": 3}, *({"Scope": name, "Permission": 1} for name in readable)]
        claims = {"ac": json.dumps(rights), "nbf": 0, "exp": 4_000_000_000}
        text = ".".join(_base64(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
        return f"{text}.{_signature(text)}"

    def variables(self, token: str) -> tuple[str, ...]:
        """What the runner gives to a container action."""
        given = {"ACTIONS_RESULTS_URL": f"http://{self.address}/", "ACTIONS_RUNTIME_TOKEN": token}
        return tuple(part for name, value in given.items() for part in ("-e", f"{name}={value}"))

    @property
    def scopes(self) -> list[str]:
        """BuildKit's scopes that something is kept for."""
        found = (re.fullmatch(r"index-(.*)-1-[0-9a-f]{8}#\d+", entry.key) for entry in self.entries)
        return sorted({match[1] for match in found if match})

    def answer(self, call: str, token: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Do what a call asks; status and document."""
        text, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, _signature(text)):
            return 401, {"code": "unauthenticated", "msg": "bad token"}
        rights = json.loads(json.loads(base64.urlsafe_b64decode(text.partition(".")[2] + "=="))["ac"])
        writable = next(right["Scope"] for right in rights if right["Permission"] & 2)
        match call:
            case "CreateCacheEntry":
                return self._create(writable, given["key"], given["version"])
            case "FinalizeCacheEntryUpload":
                entry = self._own(writable, given["key"], given["version"])
                entry.finished = len(entry.data) == int(given["size_bytes"])
                return 200, {"ok": entry.finished, "entry_id": str(self.entries.index(entry))}
            case "GetCacheEntryDownloadURL":
                return 200, self._find([right["Scope"] for right in rights], given)
            case _:
                return 404, {"code": "bad_route", "msg": call}

    def _create(self, scope: str, key: str, version: str) -> tuple[int, dict[str, Any]]:
        if any((e.scope, e.key, e.version) == (scope, key, version) for e in self.entries):
            return 409, {"code": "already_exists", "msg": f"cache entry with the same key: {key}"}
        self.entries.append(Entry(scope=scope, key=key, version=version))
        return 200, {"ok": True, "signed_upload_url": self._signed(len(self.entries) - 1)}

    def _own(self, scope: str, key: str, version: str) -> Entry:
        return next(e for e in self.entries if (e.scope, e.key, e.version) == (scope, key, version))

    def _find(self, scopes: list[str], given: dict[str, Any]) -> dict[str, Any]:
        """The exact key first, then the newest that begins like one of the others; the own ref first."""
        kept = [e for e in reversed(self.entries) if e.finished and e.version == given["version"]]
        for scope in scopes:
            for prefix in (given["key"], *(given.get("restore_keys") or ())):
                for entry in kept:
                    if entry.scope == scope and entry.key.startswith(prefix):
                        url = self._signed(self.entries.index(entry))
                        return {"ok": True, "signed_download_url": url, "matched_key": entry.key}
        return {"ok": False}

    def _signed(self, number: int) -> str:
        return f"http://{self.storage}/caches/{number}?sig={_signature(str(number))}"


@pytest.fixture
def cache_service(engine: lab.Engine) -> Iterator[CacheService]:
    """A service that keeps what it is given, for one test."""
    service = CacheService(address="", storage="")

    class Calls(_Quiet):
        def do_POST(self) -> None:
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            call = self.path.removeprefix(_CALLS)
            service.calls.append((call, token))
            self.answer(*service.answer(call, token, json.loads(self.body())))

    class Storage(_Quiet):
        def entry(self) -> Entry:
            service.storage_headers.append(dict(self.headers))
            number = urlsplit(self.path).path.rpartition("/")[2]
            assert self.query("sig") == _signature(number)
            return service.entries[int(number)]

        def query(self, name: str) -> str:
            return parse_qs(urlsplit(self.path).query).get(name, [""])[0]

        def do_PUT(self) -> None:
            entry, body = self.entry(), self.body()
            match self.query("comp"):
                case "block":
                    entry.blocks[self.query("blockid")] = body
                case "blocklist":
                    names = re.findall(r"<Latest>(.*?)</Latest>", body.decode())
                    entry.data = b"".join(entry.blocks[name] for name in names)
                case _:
                    entry.data = body
            self.answer(201, b"")

        def do_GET(self) -> None:
            data = self.entry().data
            start = int(re.fullmatch(r"bytes=(\d+)-", self.headers.get("x-ms-range") or "bytes=0-")[1])
            place = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}", "ETag": '"1"'}
            self.answer(206, data[start:], **place)

    with _serving(engine, Calls) as service.address, _serving(engine, Storage) as service.storage:
        yield service


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, content: dict[str, Any] | bytes, **more: str) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        kind = "application/octet-stream" if isinstance(content, bytes) else "application/json"
        known = {"Content-Type": kind, "Content-Length": str(len(data)), "x-ms-request-id": "1"}
        self.send_response(status)
        for name, value in (known | more).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _serving(engine: lab.Engine, handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer((engine.address, 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"{engine.address}:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _signature(text: str) -> str:
    return _base64(hmac.new(_KEY, text.encode(), hashlib.sha256).digest())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")

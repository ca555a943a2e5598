"""A proxy before the registry that does what gateways, load balancers and token services do on bad days."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipeline.rehearsal import lab


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to ``times`` requests of ``method`` whose path matches, after ``after`` of them passed.

    ``status`` is answered instead of asking the registry, with ``headers`` and ``body``; with ``late`` the
    registry is asked first and its answer thrown away, as a gateway does that waits too short. ``reset``
    cuts the connection. Before the registry is asked, ``slow`` waits that many seconds and ``meanwhile`` is
    done.
    """

    method: str
    path: str
    times: int = 1
    after: int = 0
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    late: bool = False
    reset: bool = False
    slow: float = 0
    meanwhile: Callable[[], object] | None = None


@dataclass(slots=True)
class Proxy:
    """Forwards to ``registry`` under the same Host, unless a fault is due; ``seen`` is what it answered."""

    registry: lab.Registry
    faults: list[Fault] = field(default_factory=list)
    seen: list[tuple[str, str, int]] = field(default_factory=list)
    address: str = ""
    _matches: Counter[Fault] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, method: str, path: str, **what: Any) -> None:
        self.faults.append(Fault(method=method, path=path, **what))

    def due(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.method == method and re.search(fault.path, path):
                    self._matches[fault] += 1
                    if fault.after < self._matches[fault] <= fault.after + fault.times:
                        return fault
        return None

    def answers(self, method: str, path: str) -> list[int]:
        """The statuses of all requests of this method to this path, in order."""
        return [status for seen, where, status in self.seen if seen == method and re.search(path, where)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def handle_one(self) -> None:
        path = self.path.partition("?")[0]
        body = self._body()
        fault = self.proxy.due(self.command, path)
        if fault and fault.slow:
            time.sleep(fault.slow)
        if fault and fault.meanwhile:
            fault.meanwhile()
        if fault and fault.reset:
            self.proxy.seen.append((self.command, path, 0))
            self.connection.shutdown(2)
            self.close_connection = True
            return None
        if fault and fault.status and not fault.late:
            return self._answer(fault.status, dict(fault.headers), fault.body.encode())
        status, headers, data = self._forward(body)
        if fault and fault.status:
            return self._answer(fault.status, dict(fault.headers), fault.body.encode())
        return self._answer(status, headers, data)

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_one  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(ConnectionResetError):  # a client that has seen enough
            super().handle()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _forward(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        connection = http.client.HTTPConnection(self.proxy.registry.address, timeout=60)
        dropped = {"transfer-encoding", "content-length", "connection", "accept-encoding"}
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for key, value in self.headers.items():
                if key.lower() not in dropped:
                    connection.putheader(key, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.proxy.seen.append((self.command, self.path.partition("?")[0], status))
        self.send_response(status)
        dropped = {"content-length", "connection", "date", "server", "transfer-encoding"}
        for key, value in headers.items():
            if key.lower() not in dropped or (key.lower() == "content-length" and self.command == "HEAD"):
                self.send_header(key, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def proxies(engine: lab.Engine) -> Iterator[Callable[[lab.Registry], Proxy]]:
    """Put a proxy before a registry, at an address that containers reach."""
    with ExitStack() as stack:

        def start(registry: lab.Registry) -> Proxy:
            made = Proxy(registry=registry)
            handler = type("Handler", (_Handler,), {"proxy": made})
            server = ThreadingHTTPServer((engine.address, 0), handler)
            made.address = f"{engine.address}:{server.server_address[1]}"
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            for end in (thread.join, server.server_close, server.shutdown):
                stack.callback(end)
            return made

        yield start


@pytest.fixture
def proxy(proxies: Callable[[lab.Registry], Proxy], registry: lab.Registry) -> Proxy:
    """A proxy of its own for each test."""
    return proxies(registry)

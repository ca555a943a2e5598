"""The HTTP server: carries requests to the application and its answers back."""

from __future__ import annotations

import logging
import socket
import struct
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from pipeline.rehearsal.github.app import App, ConnectionBreaks
from pipeline.rehearsal.github.exchange import Request, Response, json_response

_log = logging.getLogger(__name__)
_LARGEST: Final = 2 * 1024**3


class Server(ThreadingHTTPServer):
    """A server for one application; connections are threads that die with the process."""

    daemon_threads = True
    request_queue_size = 64

    app: App

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say once that a client went away; clients do so when tests end."""
        _log.debug("a client of the local GitHub went away", exc_info=True)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "GitHub.com"
    sys_version = ""
    # Answers are sent in one piece; waiting for more would only cost time.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer any method."""
        try:
            self._send(self._answer())
        except ConnectionBreaks:
            self._break()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the base class calls them so

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's signature
        """Keep the terminal quiet: the application logs."""

    def _answer(self) -> Response:
        path, _, query = self.path.partition("?")
        request = Request(
            method=self.command,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._body(),
        )
        try:
            return self.server.app.answer(request)
        except ConnectionBreaks:
            raise
        except Exception:  # a bug of ours must look like one, not like a dead network
            _log.exception("the local GitHub failed on %s %s", request.method, request.path)
            return json_response({"message": "Server Error", "status": "500"}, 500)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(min(length, _LARGEST))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("X-GitHub-Request-Id", str(uuid.uuid4()))
        if response.status != 204:  # noqa: PLR2004 - no content has no length
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _break(self) -> None:
        # Lingering for zero seconds turns the close into a reset, which is what a broken network gives.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

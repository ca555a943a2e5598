"""Requests and responses as values, independent of the HTTP server that carries them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from pipeline.rehearsal.github.errors import bad_json
from pipeline.rehearsal.github.records import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent: ``path`` is still percent-encoded, header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def parameters(self) -> Mapping[str, str]:
        """The query's parameters, the last one of a name."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def json(self) -> dict[str, Json]:
        """The body as a JSON object, empty for an empty body; raise the 400 that GitHub answers."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise bad_json() from error
        if not isinstance(value, dict):
            raise bad_json("Body should be a JSON object")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What goes back."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, extra: Mapping[str, str]) -> Response:
        """Add headers; those already there win."""
        return Response(status=self.status, headers={**extra, **self.headers}, body=self.body)


NO_CONTENT = Response(status=204)


def json_response(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON in the media type that GitHub gives."""
    kind = {
        "Content-Type": "application/json; charset=utf-8",
        "X-GitHub-Media-Type": "github.v3; format=json",
    }
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(status=status, headers={**kind, **(headers or {})}, body=body)


def html_response(text: str, status: int = 200) -> Response:
    """Answer with a page."""
    return Response(status=status, headers={"Content-Type": "text/html; charset=utf-8"}, body=text.encode())

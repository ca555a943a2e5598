"""Pages of a list, with the ``Link`` header that leads to the others."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from pipeline.rehearsal.github.exchange import Response, json_response
from pipeline.rehearsal.github.records import Json
from pipeline.rehearsal.github.service import Call

_DEFAULT, _MOST = 30, 100


def bounds(call: Call) -> tuple[int, int]:
    """Page number and size that the query asks for, held within GitHub's limits."""
    query = call.request.parameters
    size = min(max(_integer(query.get("per_page"), _DEFAULT), 1), _MOST)
    return max(_integer(query.get("page"), 1), 1), size


def page(call: Call, items: Sequence[Json], *, wrap: str = "") -> Response:
    """Answer with the page that the query asks for; ``wrap`` is the key beside ``total_count``."""
    number, size = bounds(call)
    shown = list(items[(number - 1) * size : number * size])
    value: Json = {"total_count": len(items), wrap: shown} if wrap else shown
    return json_response(value, headers=link_header(call, len(items)))


def link_header(call: Call, total: int) -> dict[str, str]:
    """The ``Link`` header for a list of ``total`` items; empty when one page holds them all."""
    number, size = bounds(call)
    last = max(-(-total // size), 1)
    if last == 1:
        return {}
    places = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    if number >= last:
        places = {"prev": min(number - 1, last), "first": 1}
    if number == 1:
        places = {"next": 2, "last": last}
    return {"Link": ", ".join(f'<{_address(call, at)}>; rel="{name}"' for name, at in places.items())}


def _address(call: Call, number: int) -> str:
    query = urlencode({**call.request.parameters, "page": number})
    return f"{call.links.root}{call.request.path}?{query}"


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default

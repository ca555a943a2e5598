"""Find the route of a request: path templates as in GitHub's description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import unquote

from pipeline.rehearsal.github.routes import account, actions, assets, objects, refs, releases, repos
from pipeline.rehearsal.github.service import Route

API: Final = (
    *releases.ROUTES,
    *assets.ROUTES,
    *refs.ROUTES,
    *objects.ROUTES,
    *actions.ROUTES,
    *account.ROUTES,
    *repos.ROUTES,
)
UPLOADS: Final = assets.UPLOADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A route and the decoded parts of its path."""

    route: Route
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """No route has this method and path."""


def find(routes: tuple[Route, ...], method: str, path: str) -> Found | Unknown:
    """The first route that fits; ``path`` is still percent-encoded."""
    for route in routes:
        match = _pattern(route.template).fullmatch(path)
        if match and route.method == method:
            values = {name: unquote(value) for name, value in match.groupdict().items()}
            return Found(route=route, values=values)
    return Unknown()


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{\w+\+?\})", template)
    return re.compile("".join(_piece(piece) for piece in pieces))


def _piece(piece: str) -> str:
    if not piece.startswith("{"):
        return re.escape(piece)
    name = piece.strip("{}+")
    return f"(?P<{name}>.+)" if piece.endswith("+}") else f"(?P<{name}>[^/]+)"

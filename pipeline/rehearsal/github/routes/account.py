"""What concerns no repository: who is asking, and how much is left to ask."""

from __future__ import annotations

from typing import Final

from pipeline.rehearsal.github.exchange import Response, json_response
from pipeline.rehearsal.github.records import TokenKind
from pipeline.rehearsal.github.service import Call, Route, table
from pipeline.rehearsal.github.tokens import refused
from pipeline.rehearsal.github.views.users import public_user


def get_user(call: Call) -> Response:
    """The person behind a token; apps and jobs are no persons."""
    if call.token.kind is not TokenKind.PAT:
        raise refused(call.token, "metadata", "read")
    return json_response(public_user(call.token.login, call.links, call.state.now()))


def get_named_user(call: Call) -> Response:
    """An account by its login."""
    return json_response(public_user(call.values["username"], call.links, call.state.now()))


def rate_limit(call: Call) -> Response:
    """The caller's budget; asking costs nothing."""
    core = call.service.limits.look(call.token).json()
    resources = dict.fromkeys(("core", "graphql", "search", "integration_manifest"), core)
    return json_response({"resources": resources, "rate": core})


ROUTES: Final[tuple[Route, ...]] = (
    *table(
        "rest/users/users",
        ("GET", "/user", get_user, "", "get-the-authenticated-user"),
        ("GET", "/users/{username}", get_named_user, "", "get-a-user"),
    ),
    *table("rest/rate-limit/rate-limit", ("GET", "/rate_limit", rate_limit, "", "get-rate-limit-status")),
)

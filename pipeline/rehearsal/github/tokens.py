"""Who is asking, and may they: tokens in headers, permissions by scope."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Final, assert_never

from pipeline.rehearsal.github.errors import ApiError, bad_credentials
from pipeline.rehearsal.github.records import ANONYMOUS, Token, TokenKind
from pipeline.rehearsal.github.state import Missing, State

_LEVELS: Final = ("none", "read", "write", "admin")


def new_value(kind: TokenKind) -> str:
    """Make a token's value with the prefix that tells its kind, as GitHub's do."""
    match kind:
        case TokenKind.GITHUB_TOKEN | TokenKind.APP:
            prefix = "ghs_"
        case TokenKind.PAT:
            prefix = "github_pat_"
        case TokenKind.ANONYMOUS:
            raise ValueError("nobody needs no token")
        case _:
            assert_never(kind)
    return prefix + secrets.token_hex(18)


def identify(headers: Mapping[str, str], state: State) -> Token:
    """Find the token of a request: ``Bearer``, ``token``, or Basic with the token as password (git)."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "":
            return ANONYMOUS
        case "bearer" | "token":
            secret = value.strip()
        case "basic":
            secret = _password(value)
        case _:
            raise bad_credentials()
    try:
        return state.token(secret)
    except Missing as error:
        raise bad_credentials() from error


def allows(token: Token, repository: str, scope: str, level: str) -> bool:
    """Whether a token of a repository holds a permission: ``allows(t, "o/r", "contents", "write")``."""
    if token.repository.lower() != repository.lower():
        return False
    held = token.permissions.get(scope, "read" if scope == "metadata" else "none")
    return _LEVELS.index(held) >= _LEVELS.index(level)


def check_permissions(permissions: Mapping[str, str]) -> None:
    """Refuse a permission level that does not exist, before a test relies on it; raise ValueError."""
    for scope, level in permissions.items():
        if level not in _LEVELS:
            raise ValueError(f"permission {scope}: {level!r} is none of {', '.join(_LEVELS)}")


def refused(token: Token, scope: str, level: str) -> ApiError:
    """The answer to a token without the permission; the header names what would do."""
    match token.kind:
        case TokenKind.ANONYMOUS:
            return ApiError(401, "Requires authentication")
        case TokenKind.PAT:
            message = "Resource not accessible by personal access token"
        case TokenKind.APP | TokenKind.GITHUB_TOKEN:
            message = "Resource not accessible by integration"
        case _:
            assert_never(token.kind)
    return ApiError(403, message, headers={"X-Accepted-GitHub-Permissions": f"{scope}={level}"})


def _password(encoded: str) -> str:
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise bad_credentials() from error
    user, _, password = decoded.partition(":")
    return password if password not in ("", "x-oauth-basic") else user

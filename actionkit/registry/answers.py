"""What a registry's refusal means: try again, not there, not allowed, or plainly wrong.

skopeo reports errors as text. The signs of a passing trouble follow the registry protocol's error codes
(https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes), Go's network errors, and
what users of ghcr.io and Docker Hub met: 502, 504 and 499 from the load balancers before them, connections
reset within a blob, a manifest "unknown" right after it was written. A refusal (401, 403) and a name that
does not exist (404) are answers, not troubles: asking again changes nothing and may lock an account.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from actionkit.errors import ActionError, CommandFailed, PermissionDenied


class Answer(StrEnum):
    """What to do with a refusal."""

    TRANSIENT = "transient"
    MISSING = "missing"
    DENIED = "denied"
    WRONG = "wrong"


_MISSING: Final = re.compile(
    r"manifest unknown|manifest_unknown|name unknown|name_unknown|repository name not known|blob unknown"
    r"|repository .* not found|status code 404|404 \(not found\)|: not found",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(
    r"invalid username/password|authentication required|unauthorized|denied|forbidden|insufficient_scope"
    r"|status code 40[13]|40[13] \((unauthorized|forbidden)\)",
    re.IGNORECASE,
)
_UNAUTHORIZED: Final = re.compile(r"authentication required|unauthorized|status code 401", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r"denied|forbidden|invalid username/password", re.IGNORECASE)
_TRANSIENT: Final = re.compile(
    r"toomanyrequests|too many requests|\b429\b|\b499\b|\b50[0234]\b|bad gateway|service unavailable"
    r"|gateway time-?out|internal server error|unavailable|connection reset|broken pipe|connection refused"
    r"|unexpected eof|\beof\b|i/o timeout|timeout awaiting|tls handshake timeout|deadline exceeded"
    r"|temporary failure|no such host|server misbehaving|connection timed out|http2:|stream error"
    r"|use of closed network connection|cannot reuse body|digest did not match|size invalid"
    r"|took too long|blob upload (unknown|invalid)",
    re.IGNORECASE,
)


def understand(text: str) -> Answer:
    """Classify the text of an error; what is in doubt is an answer, not a passing trouble."""
    if _DENIED.search(text):
        return Answer.DENIED
    if _TRANSIENT.search(text):
        return Answer.TRANSIENT
    if _MISSING.search(text):
        return Answer.MISSING
    return Answer.WRONG


def is_unauthorized(text: str) -> bool:
    """Tell a token that is not valid (401) from a right that is missing (403)."""
    return bool(_UNAUTHORIZED.search(text)) and not _FORBIDDEN.search(text)


def translated(error: CommandFailed, action: str, host: str) -> ActionError:
    """Turn skopeo's failure into an error a user can act on; ``action`` completes "cannot …"."""
    why = f"{host} answered: {reason(error.stderr)}"
    match understand(error.stderr):
        case Answer.DENIED:
            return refused(action, host, why)
        case Answer.TRANSIENT:
            return ActionError(
                f"cannot {action}: {host} does not answer as it should",
                why=why,
                fix="run again later: what is published is kept, and nothing is published twice",
            )
        case Answer.MISSING | Answer.WRONG:
            return ActionError(f"cannot {action}", why=why)


def refused(action: str, host: str, why: str) -> PermissionDenied:
    """Say who refused, and what to write so that it does not."""
    if host == "ghcr.io":
        return PermissionDenied(
            f"cannot {action}: {host} refuses",
            why=why,
            fix="grant packages: write in the job; if the package exists already, open its settings,"
            " Manage Actions access, and give this repository the role Write",
            yaml="permissions:\n  contents: read\n  packages: write",
        )
    return PermissionDenied(
        f"cannot {action}: {host} refuses",
        why=why,
        fix="check username and password, and that this user may write there",
        yaml="with:\n"
        f"  registry: {host}\n"
        "  username: ${{ vars.REGISTRY_USERNAME }}\n"
        "  password: ${{ secrets.REGISTRY_PASSWORD }}",
    )


def reason(stderr: str) -> str:
    """Take the message out of skopeo's log line ``time=… level=fatal msg="…"``."""
    messages = re.findall(r'msg="((?:[^"\\]|\\.)*)"', stderr)
    text = messages[-1] if messages else stderr.strip()
    return text.replace('\\"', '"').replace("\\n", " ")

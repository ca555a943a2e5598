"""What a registry's refusal means: try again, not there, not allowed, or plainly wrong.

skopeo reports errors as text. The signs of a passing trouble, and where they come from:

- statuses 408, 425, 429 and every 5xx, which invite another try
  (https://www.rfc-editor.org/rfc/rfc9110#section-15, https://www.rfc-editor.org/rfc/rfc6585#section-4);
  499, 502, 504 and 520 to 530 are what users of ghcr.io and Docker Hub got from load balancers before them
  (https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/);
- codes of the registry protocol: ``TOOMANYREQUESTS``, ``UNAVAILABLE``, ``BLOB_UPLOAD_UNKNOWN``, ``…_INVALID``
  (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes);
- Go's errors of names, connections, TLS and time-outs (https://pkg.go.dev/net, https://pkg.go.dev/net/http),
  and the end of our own patience with a program (``process.run``).

How often and how long each is tried again stands in ``retry.py``.

A refusal (401, 403) and a name that does not exist (404) are answers, not troubles: asking again changes
nothing and may lock an account. Texts quote hosts, repositories, tags and digests, and an image may be called
``eof`` and a version 1.0.503: whatever looks like a reference is taken out before signs are looked for, and a
number is a status only where the text says so.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from actionkit.errors import ActionError, CommandFailed, PermissionDenied


class Answer(StrEnum):
    """What to do with a refusal."""

    TRANSIENT = "transient"
    LIMITED = "limited"
    """Too many requests: it passes too, but takes longer."""
    HUNG = "hung"
    """No answer until our own patience ended, which was long already."""
    MISSING = "missing"
    DENIED = "denied"
    WRONG = "wrong"


_REFERENCE: Final = re.compile(
    r"""(?<![^\s"'(),])(?!(?:i/o|username/password|Client\.Timeout)\b)  # messages' own words
    [^\s"'(),]*(?:/|\.\w|\bsha256:)[^\s"'(),]*[^\s"'(),:]  # URLs, repositories, hosts, versions, digests
    |"[^"\s]*"  # one word in quotation marks""",
    re.VERBOSE,
)
_STATUS: Final = re.compile(
    r"(?:\bstatus(?: ?code)?(?: from registry)?:? |\bHTTP )([1-5][0-9]{2})\b", re.IGNORECASE
)
_UNKNOWN: Final = re.compile(
    r"manifest[ _]unknown|name[ _]unknown|repository name not known|blob unknown", re.IGNORECASE
)
_MISSING: Final = re.compile(
    r"(?:repository|artifact|manifest|tag) \S* ?not found|404 \(not found\)|: not found", re.IGNORECASE
)
_DENIED: Final = re.compile(
    r"invalid username/password|authentication required|unauthorized|denied|forbidden|insufficient_scope",
    re.IGNORECASE,
)
_UNAUTHORIZED: Final = re.compile(r"authentication required|unauthorized", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r"denied|forbidden|invalid username/password", re.IGNORECASE)
_LIMITED: Final = re.compile(r"toomanyrequests|too many requests", re.IGNORECASE)
_TRANSIENT: Final = re.compile(
    r"bad gateway|gateway time-?out|internal server error|unavailable|blob upload (unknown|invalid)"
    r"|connection reset|broken pipe|connection refused|no route to host|network is unreachable"
    r"|\beof\b|use of closed network connection|http2:|stream error|goaway|cannot reuse body"
    r"|i/o timeout|timeout awaiting|tls handshake timeout|deadline exceeded|client\.timeout|timed out"
    r"|temporary failure|no such host|server misbehaving|digest did not match|size invalid",
    re.IGNORECASE,
)
_HUNG: Final = re.compile(r"^no end after [0-9.]+ seconds$")
_PASSING: Final = (408, 425, 429, 499)
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_REFUSALS: Final = (401, 403)


def understand(text: str) -> Answer:
    """Classify the text of an error; what is in doubt is an answer, not a passing trouble."""
    told = _without_references(text)
    statuses = {int(found) for found in _STATUS.findall(told)}
    denied = bool(_DENIED.search(told)) or not statuses.isdisjoint(_REFUSALS)
    signs = (
        (Answer.HUNG, _HUNG.search(told)),
        (Answer.MISSING, _UNKNOWN.search(told) and not denied),
        (Answer.LIMITED, _TOO_MANY in statuses or _LIMITED.search(told)),
        (Answer.TRANSIENT, any(is_passing(status) for status in statuses)),
        (Answer.DENIED, denied),
        (Answer.TRANSIENT, _TRANSIENT.search(told)),
        (Answer.MISSING, _MISSING.search(told)),
    )
    return next((answer for answer, found in signs if found), Answer.WRONG)


def is_passing(status: int) -> bool:
    """Tell whether an HTTP status may be another one in a while."""
    return status in _PASSING or status >= _SERVER_ERROR


def is_unauthorized(text: str) -> bool:
    """Tell a token that is not valid (401) from a right that is missing (403)."""
    told = _without_references(text)
    return bool(_UNAUTHORIZED.search(told)) and not _FORBIDDEN.search(told)


def translated(error: CommandFailed, action: str, host: str) -> ActionError:
    """Turn skopeo's failure into an error a user can act on; ``action`` completes "cannot …"."""
    why = f"{host} answered: {reason(error.stderr)}"
    match understand(error.stderr):
        case Answer.DENIED:
            return refused(action, host, why)
        case Answer.TRANSIENT | Answer.LIMITED | Answer.HUNG:
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


def _without_references(text: str) -> str:
    return _REFERENCE.sub("…", reason(text))

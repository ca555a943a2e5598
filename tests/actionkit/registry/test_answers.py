"""What a registry's refusal means."""

from __future__ import annotations

import pytest

from actionkit.registry.answers import Answer, reason, understand


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("reading manifest 1.0.0 in ghcr.io/a/b: manifest unknown", Answer.MISSING),
        ("fetching tags list: repository name not known to registry", Answer.MISSING),
        ("fetching tags list: name unknown: Invalid name", Answer.MISSING),
        ('logging into "ghcr.io": invalid username/password', Answer.DENIED),
        ("fetching tags list: authentication required", Answer.DENIED),
        ("writing blob: denied: permission_denied: write_package", Answer.DENIED),
        ("unable to retrieve auth token: invalid username/password: unauthorized", Answer.DENIED),
        ("trying to reuse blob: received unexpected HTTP status: 502 Bad Gateway", Answer.TRANSIENT),
        ("received unexpected HTTP status: 504 Gateway Timeout", Answer.TRANSIENT),
        ("received unexpected HTTP status: 499 ", Answer.TRANSIENT),
        ("toomanyrequests: You have reached your pull rate limit", Answer.TRANSIENT),
        (
            "writing blob: Patch http://r/v2/x: read tcp 1:2->3:4: read: connection reset by peer",
            Answer.TRANSIENT,
        ),
        (
            "pinging container registry r: Get http://r/v2/: dial tcp: connect: connection refused",
            Answer.TRANSIENT,
        ),
        ("happened during read: unexpected EOF", Answer.TRANSIENT),
        ("Error parsing image name: invalid reference format", Answer.WRONG),
        ("manifest invalid: manifest invalid", Answer.WRONG),
    ],
)
def test_an_answer_is_understood(text: str, answer: Answer) -> None:
    assert understand(text) is answer


def test_the_message_is_taken_out_of_skopeo_s_log_line() -> None:
    line = 'time="2026-01-02T03:04:05Z" level=fatal msg="Error: \\"x\\" is\\nunknown"\n'
    assert reason(line) == 'Error: "x" is unknown'

"""What a registry's refusal means."""

from __future__ import annotations

import pytest

from actionkit.errors import CommandFailed
from actionkit.process import run
from actionkit.registry.answers import Answer, is_unauthorized, reason, understand


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
        ("toomanyrequests: You have reached your pull rate limit", Answer.LIMITED),
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


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ("manifest unknown", Answer.MISSING),
        ("repository name not known to registry", Answer.MISSING),
        ("unknown: artifact {name}:{tag} not found", Answer.MISSING),
        ('manifest unknown: manifest tagged by "{tag}" is not found', Answer.MISSING),
        ("received unexpected HTTP status: 502 Bad Gateway", Answer.TRANSIENT),
        ("received unexpected HTTP status: 520 ", Answer.TRANSIENT),
        ('StatusCode: 408, "<html>late</html>"', Answer.TRANSIENT),
        ('StatusCode: 499, ""', Answer.TRANSIENT),
        ('StatusCode: 429, "<html>Access denied, you are too fast</html>"', Answer.LIMITED),
        ("toomanyrequests: slow", Answer.LIMITED),
        ('StatusCode: 403, "<html>No</html>"', Answer.DENIED),
        ("authentication required", Answer.DENIED),
        ('StatusCode: 404, "<html>no registry</html>"', Answer.WRONG),
        ("manifest invalid: not today", Answer.WRONG),
    ],
)
@pytest.mark.parametrize("image", ["eof", "access-denied", "unauthorized", "timeout", "503"])
@pytest.mark.parametrize("tag", ["1.0.500", "1.429.0", "499.0.0", "1.0.0-denied"])
def test_names_and_versions_that_look_like_errors_are_none(
    told: str, answer: Answer, image: str, tag: str
) -> None:
    name, host = f"acme/{image}", "registry.example.org:503"
    said = told.format(name=name, tag=tag).replace('"', '\\"')
    for text in (
        f'Error parsing image name \\"docker://{host}/{name}:{tag}\\":'
        f" reading manifest {tag} in {host}/{name}: {said}",
        "Uploading manifest list failed, attempted the following formats:"
        f" application/vnd.oci.image.index.v1+json(uploading manifest {tag} to {host}/{name}: {said})",
    ):
        assert understand(f'time="2026-01-02T03:04:05Z" level=fatal msg="{text}"\n') is answer


@pytest.mark.parametrize(
    "text",
    [
        "dial tcp 10.0.0.1:443: i/o timeout",
        "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
        "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
        "net/http: TLS handshake timeout",
        "dial tcp 10.0.0.1:443: connect: operation timed out",
        "dial tcp 10.0.0.1:443: connect: connection timed out",
        "dial tcp 10.0.0.1:443: connect: no route to host",
        "dial tcp 10.0.0.1:443: connect: network is unreachable",
        "dial tcp: lookup ghcr.io on 10.0.0.2:53: no such host",
        "requesting bearer token: invalid status code from registry 503 (Service Unavailable)",
        "error parsing HTTP 524 response body: invalid character '<': \"<html>\"",
        "http2: server sent GOAWAY and closed the connection",
    ],
)
def test_troubles_of_the_network_pass(text: str) -> None:
    assert (
        understand(f'Get "https://ghcr.io/v2/acme/access-denied/manifests/1.0.0": {text}') is Answer.TRANSIENT
    )


def test_a_program_that_was_ended_for_taking_too_long_hung() -> None:
    with pytest.raises(CommandFailed) as failure:
        run(("sleep", "9"), timeout=0.1)
    assert understand(failure.value.stderr) is Answer.HUNG


def test_a_token_that_expired_is_told_from_a_missing_right_whatever_the_image_is_called() -> None:
    expired = "writing blob: initiating layer upload to /v2/acme/access-denied/blobs/uploads/ in ghcr.io:"
    assert is_unauthorized(f"{expired} authentication required")
    assert not is_unauthorized("writing blob in ghcr.io/acme/unauthorized: denied: permission_denied")


def test_the_message_is_taken_out_of_skopeo_s_log_line() -> None:
    line = 'time="2026-01-02T03:04:05Z" level=fatal msg="Error: \\"x\\" is\\nunknown"\n'
    assert reason(line) == 'Error: "x" is unknown'

"""What counts as the content of an image."""

from __future__ import annotations

import pytest

from images.build.content import contents_of
from images.state import FINGERPRINT

CONFIGURATION = {
    "architecture": "amd64",
    "os": "linux",
    "created": "2026-01-02T03:04:05Z",
    "config": {"Env": ["A=1"], "Labels": {FINGERPRINT: "one", "vendor": "Acme"}},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:aa"]},
    "history": [{"created_by": "RUN |1 BUILD_DATE=monday make"}],
}


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"created": "2027-01-01T00:00:00Z"}, True),
        ({"history": [{"created_by": "RUN |1 BUILD_DATE=tuesday make"}]}, True),
        ({"config": {"Env": ["A=1"], "Labels": {FINGERPRINT: "two", "vendor": "Acme"}}}, True),
        ({"config": {"Env": ["A=2"], "Labels": {FINGERPRINT: "one", "vendor": "Acme"}}}, False),
        ({"config": {"Env": ["A=1"], "Labels": {FINGERPRINT: "one", "vendor": "Other"}}}, False),
        ({"rootfs": {"type": "layers", "diff_ids": ["sha256:bb"]}}, False),
        ({"architecture": "arm64"}, False),
    ],
)
def test_what_runs_is_the_content(changes: dict[str, object], *, same: bool) -> None:
    assert (contents_of([CONFIGURATION]) == contents_of([{**CONFIGURATION, **changes}])) == same

"""What bake says about declarations that it cannot read."""

from __future__ import annotations

import pytest

from images.declared.ask import told

MISSING = "ERROR: failed to stat nothing.txt: stat nothing.txt: no such file or directory"
STACK = """\
github.com/moby/buildkit/session/secrets/secretsprovider.NewStore
\tgithub.com/moby/buildkit/session/secrets/secretsprovider/store.go:34
main.main
\tgithub.com/docker/buildx/cmd/buildx/main.go:88
"""


@pytest.mark.parametrize(
    "stack",
    [
        f"43 0.29.1+ds1 /usr/libexec/docker/cli-plugins/docker-buildx buildx bake --print\n{STACK}",
        f"7 v0.30.1 /usr/bin/docker-buildx bake --print\n{STACK}",
        "",
    ],
)
def test_the_stack_of_the_program_is_not_told(stack: str) -> None:
    assert told(f"#1 reading\n\n{MISSING}\n{stack}") == (MISSING,)

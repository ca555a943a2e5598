"""Stages that were compiled more often than needed, seen in BuildKit's plain progress."""

from __future__ import annotations

from collections.abc import Mapping

from images.bake import Target
from images.repeated import Repeated, Steps

LOG = """\
#7 [api build 1/2] FROM docker.io/library/rust:1
#7 CACHED
#8 [api build 2/2] RUN cargo build --release
#9 [web build 2/2] RUN cargo build --release
#8 12.3 Compiling shop v1.0.0
#9 DONE 30.5s
#8 DONE 31.2s
#10 [api linux/arm64 strip 1/1] RUN strip api
#10 DONE 4.0s
#11 [web linux/amd64 strip 1/1] RUN strip api
#11 DONE 4.0s
#12 [job build 2/2] RUN cargo build --release
#12 CACHED
"""


def target(name: str, arguments: Mapping[str, str]) -> Target:
    return Target(
        name=name,
        image=name,
        platforms=(),
        arguments=arguments,
        labels={},
        annotations={},
        fingerprint_source="",
    )


def test_a_step_that_ran_for_two_targets_is_found_with_the_argument_that_differs() -> None:
    steps = Steps()
    for line in LOG.splitlines():
        steps.take(line)
    targets = (
        target("api", {"NAME": "api", "PROFILE": "release"}),
        target("web", {"NAME": "web", "PROFILE": "release"}),
        target("job", {}),
    )
    assert steps.repeated(targets) == (
        Repeated(
            stage="build",
            instruction="RUN cargo build --release",
            targets=("api", "web"),
            seconds=30.5,
            arguments=("NAME",),
        ),
    )


def test_a_step_that_ran_once_for_all_is_none() -> None:
    steps = Steps()
    for line in ("#8 [api build 2/2] RUN cargo build", "#8 DONE 31.2s", "#9 [web app 1/1] RUN strip"):
        steps.take(line)
    assert steps.repeated((target("api", {}), target("web", {}))) == ()

"""Stages that were compiled more often than needed, seen in BuildKit's plain progress."""

from __future__ import annotations

import pytest

from images.build.repeated import Repeated, Steps

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


def test_a_step_that_ran_for_two_targets_is_found_with_the_argument_that_differs() -> None:
    steps = Steps()
    for line in LOG.splitlines():
        steps.take(line)
    arguments = {
        "api": {"NAME": "api", "PROFILE": "release"},
        "web": {"NAME": "web", "PROFILE": "release"},
        "job": {},
    }
    assert steps.repeated(arguments) == (
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
    assert steps.repeated({"api": {}, "web": {}}) == ()


@pytest.mark.parametrize("platform", ["", "linux/arm64 "])
def test_steps_of_stages_without_a_name_and_of_what_is_built_upon_count_too(platform: str) -> None:
    steps = Steps()
    for number, target in enumerate(("app", "base")):
        steps.take(f"#{number} [{target} {platform} 2/12] RUN make")
        steps.take(f"#{number} DONE 4.0s")
    assert steps.repeated({"app": {"A": "1"}, "base": {}}) == (
        Repeated(
            stage="unnamed",
            instruction="RUN make",
            targets=("app", "base"),
            seconds=4.0,
            arguments=("A",),
        ),
    )

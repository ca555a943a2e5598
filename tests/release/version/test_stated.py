"""The version that the manifests state already: a release is never below it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from release.version import Decision, NothingToRelease

Decide = Callable[..., Decision | NothingToRelease]


@pytest.mark.parametrize(
    ("stated", "prerelease", "version"),
    [
        ("1.2.3", "", "1.3.0"),  # as released: the commits decide
        ("1.3.0-dev", "", "1.3.0"),
        ("1.5.0-dev", "", "1.5.0"),
        ("2.0.0", "", "2.0.0"),
        ("1.5.0-0", "0", "1.5.0-0"),
        ("1.5.0-0", "rc", "1.5.0-rc.1"),
        ("1.0.0", "", "1.3.0"),
    ],
)
def test_a_feature_is_released_at_least_as_the_version_the_manifests_state(
    stated: str, prerelease: str, version: str, decide: Decide
) -> None:
    decided = decide("1.2.3", "minor", stated=stated, prerelease=prerelease)
    assert isinstance(decided, Decision)
    assert str(decided.version) == version


def test_the_reason_says_that_the_manifests_were_ahead(decide: Decide) -> None:
    decided = decide("1.2.3", "minor", stated="1.5.0-dev")
    assert decided.reason.endswith("the manifests state 1.5.0-dev already, and a version is never lowered")


def test_a_higher_version_in_the_manifests_alone_releases_nothing(decide: Decide) -> None:
    assert isinstance(decide("1.2.3", "none", stated="1.5.0-dev"), NothingToRelease)

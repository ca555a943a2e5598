"""Pre-releases: their numbers, their order, and how they become stable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actionkit.errors import InputError
from release.version import Decision, NothingToRelease, parse_prerelease

Decide = Callable[..., Decision | NothingToRelease]


def _version(decided: Decision | NothingToRelease) -> str:
    assert isinstance(decided, Decision), decided
    return str(decided.version)


@pytest.mark.parametrize(
    ("prior", "level", "token", "version"),
    [
        ("1.2.0", "minor", "rc", "1.3.0-rc.1"),
        ("1.3.0-rc.1", "minor", "rc", "1.3.0-rc.2"),
        ("1.3.0-rc.9", "patch", "rc", "1.3.0-rc.10"),
        ("1.3.0-rc.2", "major", "rc", "2.0.0-rc.1"),
        ("2.0.0-rc.1", "major", "rc", "2.0.0-rc.2"),
        ("1.2.1-rc.1", "minor", "rc", "1.3.0-rc.1"),
        ("1.3.0-rc.2", "patch", "", "1.3.0"),
        ("1.3.0-rc.2", "major", "", "2.0.0"),
        ("1.2.1-rc.2", "minor", "", "1.3.0"),
        ("1.3.0-beta.4", "patch", "rc", "1.3.0-rc.1"),
        ("1.3.0-alpha", "patch", "alpha", "1.3.0-alpha.1"),
        ("1.3.0-rc1", "patch", "", "1.3.0"),
        ("0.14.0-0", "patch", "0", "0.14.0-1"),
        ("0.14.0-0", "minor", "", "0.14.0"),
        ("0.14.0-0", "major", "0", "0.14.0-1"),
        ("1.2.0", "minor", "0", "1.3.0-0"),
        ("1.2.0", "minor", "beta.lens", "1.3.0-beta.lens.1"),
    ],
)
def test_a_prerelease_follows(prior: str, level: str, token: str, version: str, decide: Decide) -> None:
    assert _version(decide(prior, level, prerelease=token)) == version


def test_a_prerelease_number_that_exists_on_another_branch_is_passed_over(decide: Decide) -> None:
    assert _version(decide("1.2.0", "minor", prerelease="rc", existing=("1.3.0-rc.1", "1.3.0-rc.4"))) == (
        "1.3.0-rc.5"
    )


def test_prereleases_become_stable_without_a_further_commit(decide: Decide) -> None:
    decided = decide("1.3.0-rc.2")
    assert isinstance(decided, Decision)
    assert (str(decided.version), decided.reason) == (
        "1.3.0",
        "1.3.0-rc.2 becomes 1.3.0: nothing after it raises the version",
    )


def test_merged_prereleases_of_the_range_become_stable(decide: Decide) -> None:
    assert _version(decide("1.2.0", "none", merged=("1.3.0-rc.2", "1.3.0-rc.10"))) == "1.3.0"


def test_a_stable_release_is_never_lower_than_its_prereleases_announced(decide: Decide) -> None:
    assert _version(decide("1.2.0", "patch", merged=("2.0.0-rc.1",))) == "2.0.0"


def test_no_prerelease_without_a_commit(decide: Decide) -> None:
    assert decide("1.3.0-rc.2", prerelease="rc") == NothingToRelease(reason="no commit since v1.3.0-rc.2")


def test_a_lower_token_after_a_higher_one_is_refused(decide: Decide) -> None:
    with pytest.raises(InputError, match=r"1\.3\.0-beta\.1 is not higher than 1\.3\.0-rc\.2"):
        decide("1.3.0-rc.2", "patch", prerelease="beta")


def test_an_exact_version_gets_the_token(decide: Decide) -> None:
    assert _version(decide("1.2.0", "none", bump="2.0.0", prerelease="rc")) == "2.0.0-rc.1"
    assert _version(decide("1.2.0", "none", bump="2.0.0-beta.7", prerelease="rc")) == "2.0.0-beta.7"


def test_a_forced_level_of_a_prerelease_keeps_what_is_announced(decide: Decide) -> None:
    assert _version(decide("1.3.0-rc.2", "none", bump="minor", prerelease="rc")) == "1.3.0-rc.3"
    assert _version(decide("1.3.0-rc.2", "none", bump="major", prerelease="rc")) == "2.0.0-rc.1"


@pytest.mark.parametrize("text", ["rc 1", "rc..1", "01", "rc_1", "rc.01", "ä"])
def test_a_token_that_no_version_can_hold_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"cannot stand in a version"):
        parse_prerelease(text)

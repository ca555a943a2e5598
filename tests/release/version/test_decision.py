"""The next version after a prior one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actionkit.errors import InputError
from actionkit.semver import Level, parse_version
from release.commits import Judgement
from release.version import Auto, Decision, NoPrior, NothingToRelease, PriorRelease, next_version, parse_bump

Decide = Callable[..., Decision | NothingToRelease]
Judge = Callable[..., Judgement]


def _version(decided: Decision | NothingToRelease) -> str:
    assert isinstance(decided, Decision), decided
    return str(decided.version)


@pytest.mark.parametrize(
    ("levels", "version"),
    [(("patch",), "1.2.4"), (("minor", "patch"), "1.3.0"), (("none", "major", "minor"), "2.0.0")],
)
def test_the_highest_level_decides(levels: tuple[str, ...], version: str, decide: Decide) -> None:
    assert _version(decide("1.2.3", *levels)) == version


def test_the_decision_names_the_commit_that_decided(decide: Decide) -> None:
    assert decide("1.2.3", "none", "minor", "patch") == Decision(
        version=parse_version("1.3.0"),
        level=Level.MINOR,
        reason="1234567 x: y: x → minor",
        decisive=("1234567".ljust(40, "0"),),
    )


def test_commits_that_raise_nothing_release_nothing(decide: Decide) -> None:
    assert decide("1.2.3", "none", "none") == NothingToRelease(
        reason="2 commits since v1.2.3, and none raises the version: x → none (2×)"  # noqa: RUF001 - times
    )


def test_no_commits_release_nothing(decide: Decide) -> None:
    assert decide("1.2.3") == NothingToRelease(reason="no commit since v1.2.3")


@pytest.mark.parametrize(
    ("zero", "level", "version"),
    [
        ("minor", "major", "0.3.0"),
        ("minor", "minor", "0.3.0"),
        ("minor", "patch", "0.2.2"),
        ("cargo", "major", "0.3.0"),
        ("cargo", "minor", "0.2.2"),
        ("cargo", "patch", "0.2.2"),
        ("major", "major", "1.0.0"),
        ("major", "minor", "0.3.0"),
    ],
)
def test_below_1_the_rule_for_zero_holds(zero: str, level: str, version: str, decide: Decide) -> None:
    assert _version(decide("0.2.1", level, zero=zero)) == version


def test_the_reason_says_when_zero_softened_the_level(decide: Decide) -> None:
    decided = decide("0.2.1", "major")
    assert isinstance(decided, Decision)
    assert (decided.level, decided.reason) == (
        Level.MINOR,
        "1234567 x: y: x → major (minor while the version is 0.x)",
    )


@pytest.mark.parametrize(
    ("bump", "version"), [("patch", "0.2.2"), ("minor", "0.3.0"), ("major", "1.0.0"), ("1.0.0", "1.0.0")]
)
def test_what_the_user_asks_for_goes_before_the_commits(bump: str, version: str, decide: Decide) -> None:
    assert _version(decide("0.2.1", "none", bump=bump)) == version


def test_a_forced_level_is_not_repeated_on_the_released_commit(decide: Decide) -> None:
    assert decide("1.2.3", bump="patch") == NothingToRelease(reason="no commit since v1.2.3")


def test_an_exact_version_is_not_repeated_on_the_released_commit(decide: Decide) -> None:
    assert decide("1.2.3", bump="1.2.3") == NothingToRelease(reason="1.2.3 is released already, as v1.2.3")


@pytest.mark.parametrize("bump", ["1.2.3", "1.2.2", "1.2.3-rc.1", "1.2.3+build.5"])
def test_an_exact_version_must_be_higher_than_the_prior(bump: str, decide: Decide) -> None:
    with pytest.raises(InputError, match=r"is not higher than 1\.2\.3"):
        decide("1.2.3", "minor", bump=bump)


def test_a_release_as_that_is_too_low_is_refused_with_a_version_that_goes_before_it(judged: Judge) -> None:
    prior = PriorRelease(version=parse_version("1.2.3"), tag="v1.2.3")
    found = (judged("none", release_as="1.0.0"),)
    with pytest.raises(InputError, match="bump goes before what commits say") as refused:
        next_version(prior=prior, judgements=found, existing=(parse_version("1.2.4"),))
    assert refused.value.yaml == "with:\n  bump: 1.2.5"


def test_build_metadata_is_taken_and_goes_with_the_next_release(decide: Decide) -> None:
    assert _version(decide("1.2.3", "none", bump="1.2.4+build.5")) == "1.2.4+build.5"
    assert _version(decide("1.2.4+build.5", "patch")) == "1.2.5"


def test_release_as_decides_when_nothing_was_asked_for(judged: Judge) -> None:
    prior = PriorRelease(version=parse_version("1.2.3"), tag="v1.2.3")
    found = (judged("minor"), judged("none", release_as="3.0.0"), judged("none", release_as="2.0.0"))
    assert next_version(prior=prior, judgements=found) == Decision(
        version=parse_version("3.0.0"),
        level=Level.MAJOR,
        reason="1234567 x: y: Release-As: 3.0.0",
        decisive=(found[1].commit.sha,),
    )
    assert _version(next_version(prior=prior, judgements=found, bump=Level.MINOR)) == "1.3.0"


@pytest.mark.parametrize(
    ("stated", "prerelease", "version"),
    [
        ("0.1.0", "", "0.1.0"),
        ("0.14.0-0", "", "0.14.0-0"),
        ("0.1.0", "rc", "0.1.0-rc.1"),
        ("1.0.0", "0", "1.0.0-0"),
    ],
)
def test_the_first_release_is_the_stated_version(stated: str, prerelease: str, version: str) -> None:
    prior = NoPrior(manifest=parse_version(stated))
    assert next_version(prior=prior, judgements=(), prerelease=prerelease) == Decision(
        version=parse_version(version),
        level=Level.NONE,
        reason="first release: the version that the manifest states",
    )


def test_the_first_release_can_be_raised_or_named() -> None:
    prior = NoPrior(manifest=parse_version("0.1.0"))
    assert _version(next_version(prior=prior, judgements=(), bump=Level.MINOR)) == "0.2.0"
    assert _version(next_version(prior=prior, judgements=(), bump=parse_bump("1.0.0"))) == "1.0.0"


def test_a_version_that_exists_anywhere_is_refused(decide: Decide) -> None:
    with pytest.raises(InputError, match=r"^1\.3\.0 exists already"):
        decide("1.2.3", "minor", existing=("1.3.0",))


def test_a_first_release_that_exists_elsewhere_is_refused() -> None:
    prior = NoPrior(manifest=parse_version("0.1.0"))
    with pytest.raises(InputError, match=r"^0\.1\.0 exists already"):
        next_version(prior=prior, judgements=(), existing=(parse_version("0.1.0"),))


@pytest.mark.parametrize("text", ["auto", "", " AUTO "])
def test_bump_auto_leaves_it_to_the_commits(text: str) -> None:
    assert parse_bump(text) == Auto()


@pytest.mark.parametrize("text", ["huge", "1.2", "01.2.3", "1.2.3-01", "none"])
def test_a_bump_that_is_neither_level_nor_version_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"bump .* is unknown"):
        parse_bump(text)

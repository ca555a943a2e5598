"""Which tags a version gets."""

from __future__ import annotations

import pytest

from actionkit.errors import InputError
from actionkit.semver import Version, parse_version
from images.snapshot import unstable_versions
from images.tags import Hold, Move, floating_tags, version_tag, versions_of


def versions(*texts: str) -> tuple[Version, ...]:
    return tuple(parse_version(text) for text in texts)


@pytest.mark.parametrize(
    ("version", "others", "expected"),
    [
        ("1.3.0", (), ("1.3", "1", "latest")),
        ("1.3.0", ("1.2.9", "0.9.0"), ("1.3", "1", "latest")),
        ("1.2.9", ("1.3.0",), ("1.2",)),
        ("1.3.0", ("2.0.0",), ("1.3", "1")),
        ("1.3.0", ("1.3.1",), ()),
        ("1.3.0", ("2.0.0-rc.1", "1.3.1-rc.1"), ("1.3", "1", "latest")),
        ("0.4.0", ("0.3.7",), ("0.4", "latest")),
        ("0.4.0", ("1.0.0",), ("0.4",)),
        ("1.3.0", ("1.3.0",), ("1.3", "1", "latest")),
        ("1.3.0+build.2", ("1.3.0+build.1",), ("1.3", "1", "latest")),
        ("1.4.0-rc.1", (), ()),
    ],
)
def test_a_floating_tag_moves_to_the_highest_stable_version_of_its_range_only(
    version: str, others: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    decided = floating_tags(parse_version(version), versions(*others))
    assert tuple(decision.tag for decision in decided if isinstance(decision, Move)) == expected


def test_a_tag_that_stays_says_which_version_has_the_better_claim() -> None:
    assert floating_tags(parse_version("1.2.9"), versions("1.3.0", "2.1.0")) == (
        Move(tag="1.2"),
        Hold(tag="1", reason="1.3.0 is higher"),
        Hold(tag="latest", reason="2.1.0 is higher"),
    )


def test_github_s_prerelease_flag_outweighs_a_version_that_looks_stable() -> None:
    reason = "the GitHub Release is marked as a pre-release"
    assert floating_tags(parse_version("1.0.0"), (), unstable=reason) == (
        Hold(tag="1.0", reason=reason),
        Hold(tag="1", reason=reason),
        Hold(tag="latest", reason=reason),
    )


@pytest.mark.parametrize(
    ("version", "tag"),
    [("1.3.0", "1.3.0"), ("1.3.0-rc.1", "1.3.0-rc.1"), ("1.3.0-rc.1+linux.5", "1.3.0-rc.1_linux.5")],
)
def test_the_version_is_the_tag_and_a_plus_becomes_an_underscore(version: str, tag: str) -> None:
    assert version_tag(parse_version(version)) == tag
    assert versions_of((tag,)) == versions(version)


def test_a_version_longer_than_a_tag_may_be_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be an image tag"):
        version_tag(parse_version(f"1.0.0-{'x' * 128}"))


def test_only_version_tags_count_as_versions() -> None:
    tags = ("1.3.0", "1.3", "1", "latest", "v1.9.0", "sha256-abc", "buildcache", "1.4.0-rc.1")
    assert versions_of(tags) == versions("1.3.0", "1.4.0-rc.1")


def test_a_version_that_only_looks_stable_holds_nothing_back() -> None:
    flagged = set(versions("2.0.0", "1.9.0"))
    asked: list[Version] = []

    def is_unstable(version: Version) -> bool:
        asked.append(version)
        return version in flagged

    known = versions("1.3.0", "1.4.0", "1.8.0", "1.9.0", "2.0.0", "0.1.0")
    found = unstable_versions(parse_version("1.3.1"), known, is_unstable)
    assert found == frozenset(flagged)
    assert asked == list(versions("1.9.0", "1.8.0", "2.0.0", "1.8.0"))

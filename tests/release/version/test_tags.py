"""Releases among tags."""

from __future__ import annotations

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from actionkit.semver import TagFormat, Version, parse_version
from release.version import bases, candidates

# https://semver.org/#spec-item-11 and its list of pre-releases, lowest first
_ORDERED = (
    "0.14.0-0",
    "0.14.0",
    "1.0.0-0.3.7",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.9",
    "1.0.0-rc.10",
    "1.0.0-rc1",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "10.0.0-x.7.z.92",
)


def test_tags_are_sorted_by_semver_highest_first() -> None:
    shuffled = random.Random(7).sample(_ORDERED, len(_ORDERED))  # noqa: S311 - a fixed order
    found = candidates((f"v{text}" for text in shuffled), TagFormat())
    assert [str(version) for version, _ in found] == list(reversed(_ORDERED))


def test_foreign_tags_are_ignored() -> None:
    tags = ("v1.0.0", "1.1.0", "nightly", "v2", "v1.2", "v01.2.3", "lens-v3.0.0", "vv4.0.0", "v1.0.0.1")
    assert candidates(tags, TagFormat()) == ((parse_version("1.0.0"), "v1.0.0"),)


def test_the_tag_format_tells_releases_of_one_part() -> None:
    tags = ("lens-1.0.0", "tube-2.0.0", "v3.0.0")
    assert candidates(tags, TagFormat("lens-{version}")) == ((parse_version("1.0.0"), "lens-1.0.0"),)


def test_a_stable_release_continues_the_last_stable_one() -> None:
    found = candidates(("v1.2.0", "v1.3.0-rc.2", "v1.3.0-beta.1", "v1.3.0-0"), TagFormat())
    assert [tag for _, tag in bases(found, prerelease="")] == ["v1.2.0"]
    assert [tag for _, tag in bases(found, prerelease="rc")] == ["v1.3.0-rc.2", "v1.2.0"]
    assert [tag for _, tag in bases(found, prerelease="0")] == ["v1.3.0-0", "v1.2.0"]


_part = st.one_of(st.integers(0, 99).map(str), st.from_regex(r"[a-z][a-z0-9-]{0,3}", fullmatch=True))
_versions = st.builds(
    Version,
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 3),
    st.one_of(st.none(), st.lists(_part, min_size=1, max_size=3).map(".".join)),
)


@given(st.lists(_versions, max_size=8))
def test_the_order_is_that_of_the_semver_package(versions: list[Version]) -> None:
    found = candidates({f"v{version}" for version in versions}, TagFormat())
    assert all(one > other for (one, _), (other, _) in itertools.pairwise(found))

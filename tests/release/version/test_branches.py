"""Maintenance branches: never a version outside the branch's range, never one that exists."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actionkit.errors import InputError
from release.version import Decision, Everything, NothingToRelease, Series, version_range

Decide = Callable[..., Decision | NothingToRelease]


@pytest.mark.parametrize(
    ("branch", "numbers"),
    [
        ("release/1.2.x", (1, 2)),
        ("1.x", (1,)),
        ("1.x.x", (1,)),
        ("v0.4.x", (0, 4)),
        ("refs/heads/maint-10.20.x", (10, 20)),
        ("lens/release/v2.X", (2,)),
    ],
)
def test_a_branch_named_after_a_series_holds_it(branch: str, numbers: tuple[int, ...]) -> None:
    assert version_range(branch) == Series(numbers=numbers)


@pytest.mark.parametrize("branch", ["main", "release/1.2.0", "release/1.2", "fix-1.x-bug", "box", ""])
def test_any_other_branch_holds_everything(branch: str) -> None:
    assert version_range(branch) == Everything()


@pytest.mark.parametrize(
    ("branch", "level", "version"),
    [
        ("release/1.2.x", "patch", "1.2.4"),
        ("release/1.x", "minor", "1.3.0"),
        ("release/1.x", "patch", "1.2.4"),
    ],
)
def test_a_maintenance_branch_releases_within_its_series(
    branch: str, level: str, version: str, decide: Decide
) -> None:
    decided = decide("1.2.3", level, branch=branch)
    assert isinstance(decided, Decision)
    assert str(decided.version) == version


@pytest.mark.parametrize(
    ("branch", "bump", "level"),
    [
        ("release/1.2.x", "auto", "minor"),
        ("release/1.2.x", "auto", "major"),
        ("release/1.x", "auto", "major"),
        ("release/1.2.x", "1.3.0", "patch"),
        ("release/1.2.x", "minor", "patch"),
        ("release/1.1.x", "auto", "patch"),
    ],
)
def test_a_version_outside_the_series_is_refused(branch: str, bump: str, level: str, decide: Decide) -> None:
    with pytest.raises(InputError, match=rf"does not belong on {branch}"):
        decide("1.2.3", level, branch=branch, bump=bump)


def test_a_version_that_exists_on_another_branch_is_refused(decide: Decide) -> None:
    with pytest.raises(InputError, match=r"^1\.3\.0 exists already"):
        decide("1.2.3", "minor", branch="release/1.x", existing=("1.3.0", "2.0.0"))

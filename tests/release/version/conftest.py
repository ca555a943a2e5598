"""Judgements and priors without commits or tags."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from actionkit.semver import Level, parse_version
from release.commits import Commit, Judgement, Treatment
from release.version import Bump, Decision, NothingToRelease, PriorRelease, ZeroRule, next_version, parse_bump

Judge = Callable[..., Judgement]


def _judged(level: str, *, release_as: str = "") -> Judgement:
    return Judgement(
        commit=Commit(
            sha="1234567".ljust(40, "0"), author_name="Ada", author_email="a@example.org", message="x: y"
        ),
        level=Level(level),
        rule=f"x → {level}",
        treatment=Treatment.COUNTED,
        release_as=(parse_version(release_as),) if release_as else (),
    )


@pytest.fixture
def judged() -> Judge:
    """Make a judgement of a level."""
    return _judged


def _decide(
    prior: str,
    *levels: str,
    bump: str = "auto",
    prerelease: str = "",
    existing: tuple[str, ...] = (),
    merged: tuple[str, ...] = (),
    branch: str = "main",
    zero: str = "minor",
    stated: str = "0.0.0",
    asked: Callable[[str], Bump] = parse_bump,
) -> Decision | NothingToRelease:
    return next_version(
        prior=PriorRelease(version=parse_version(prior), tag=f"v{prior}"),
        judgements=tuple(_judged(level) for level in levels),
        bump=asked(bump),
        prerelease=prerelease,
        existing=tuple(parse_version(text) for text in (prior, *existing)),
        merged_prereleases=tuple(parse_version(text) for text in merged),
        branch=branch,
        zero=ZeroRule(zero),
        stated=parse_version(stated),
    )


@pytest.fixture
def decide() -> Callable[..., Decision | NothingToRelease]:
    """Decide after a prior version and commits of some levels; the prior tag exists, as it does in life."""
    return partial(_decide)

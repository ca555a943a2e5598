"""The arithmetic of versions beside python-semantic-release's, whose function for it is pure."""

from __future__ import annotations

from itertools import product

import pytest
from semantic_release.enums import LevelBump
from semantic_release.version.algorithm import _increment_version
from semantic_release.version.version import Version as TheirVersion

from actionkit.semver import Level, parse_version
from release.commits import Commit, Judgement, Treatment
from release.version import Decision, PriorRelease, ZeroRule, next_version

# Each prior version with the last stable one before it, which theirs asks for and ours reads off the prior.
_PRIORS = (
    ("1.2.3", "1.2.3"),
    ("0.2.1", "0.2.1"),
    ("1.3.0-rc.2", "1.2.3"),
    ("1.2.4-rc.9", "1.2.3"),
    ("2.0.0-rc.1", "1.2.3"),
    ("1.3.0-beta.2", "1.2.3"),
    ("0.3.0-rc.1", "0.2.1"),
    ("0.2.2-rc.4", "0.2.1"),
    ("1.0.0-rc.1", "0.2.1"),
)
_ZERO = {ZeroRule.MINOR: False, ZeroRule.MAJOR: True}


@pytest.mark.parametrize(
    ("prior", "level", "token", "zero"),
    list(product(_PRIORS, ("patch", "minor", "major"), ("", "rc"), _ZERO)),
    ids=lambda value: "/".join(value) if isinstance(value, tuple) else str(value) or "stable",
)
def test_we_count_as_python_semantic_release_does(
    prior: tuple[str, str], level: str, token: str, zero: ZeroRule
) -> None:
    latest, latest_stable = prior
    theirs = _increment_version(
        latest_version=TheirVersion.parse(latest),
        latest_full_version=TheirVersion.parse(latest_stable),
        level_bump=LevelBump.from_string(level),
        prerelease=bool(token),
        prerelease_token=token or "rc",
        major_on_zero=_ZERO[zero],
        allow_zero_version=True,
    )
    assert _ours(latest, level, token, zero) == str(theirs)


def _ours(prior: str, level: str, token: str, zero: ZeroRule) -> str:
    commit = Commit(sha="1" * 40, author_name="Ada", author_email="ada@example.org", message="x: y")
    judged = Judgement(commit=commit, level=Level(level), rule="x", treatment=Treatment.COUNTED)
    decided = next_version(
        prior=PriorRelease(version=parse_version(prior), tag=f"v{prior}"),
        judgements=(judged,),
        prerelease=token,
        zero=zero,
    )
    assert isinstance(decided, Decision)
    return str(decided.version)

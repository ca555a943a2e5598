"""Whatever comes together, a decision is above the prior version, new, and within the branch's series."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actionkit.errors import InputError
from actionkit.semver import Level, Version
from release.commits import Commit, Judgement, Treatment
from release.version import Auto, Decision, Exact, PriorRelease, ZeroRule, next_version, version_range

_prereleases = st.one_of(
    st.none(),
    st.builds("{}.{}".format, st.sampled_from(["alpha", "beta", "rc"]), st.integers(1, 12)),
    st.integers(0, 12).map(str),
    st.just("alpha"),
)
_versions = st.builds(Version, st.integers(0, 2), st.integers(0, 3), st.integers(0, 3), _prereleases)
_bumps = st.one_of(
    st.just(Auto()),
    st.sampled_from([Level.PATCH, Level.MINOR, Level.MAJOR]),
    st.builds(Exact, version=_versions),
)


@given(
    prior=_versions,
    levels=st.lists(st.sampled_from(["none", "patch", "minor", "major"]), max_size=4),
    bump=_bumps,
    prerelease=st.sampled_from(["", "rc", "beta", "0"]),
    others=st.lists(_versions, max_size=8),
    branch=st.sampled_from(["main", "release/1.x", "release/1.2.x"]),
    zero=st.sampled_from(ZeroRule),
)
def test_a_decision_is_sound(
    prior: Version,
    levels: list[str],
    bump: Auto | Level | Exact,
    prerelease: str,
    others: list[Version],
    branch: str,
    zero: ZeroRule,
) -> None:
    try:
        decided = next_version(
            prior=PriorRelease(version=prior, tag=f"v{prior}"),
            judgements=tuple(_judged(level) for level in levels),
            bump=bump,
            prerelease=prerelease,
            existing=(prior, *others),
            branch=branch,
            zero=zero,
        )
    except InputError:
        return
    if isinstance(decided, Decision):
        assert decided.version > prior
        assert decided.version not in (prior, *others)
        assert version_range(branch).holds(decided.version)
        assert bool(decided.version.prerelease) == bool(prerelease) or isinstance(bump, Exact)


def _judged(level: str) -> Judgement:
    commit = Commit(sha="1" * 40, author_name="Ada", author_email="ada@example.org", message="x: y")
    return Judgement(commit=commit, level=Level(level), rule="x", treatment=Treatment.COUNTED)

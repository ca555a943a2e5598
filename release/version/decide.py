"""The decision itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from actionkit.semver import Level, Version
from release.commits.model import Judgement
from release.version.checks import check
from release.version.model import (
    Auto,
    Bump,
    Decision,
    Exact,
    NoPrior,
    NothingToRelease,
    Prior,
    PriorRelease,
    ZeroRule,
)
from release.version.steps import numbered, raised, risen

_TOLD: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cause:
    """Who decided: a line for people, and the commit if it was one."""

    reason: str
    decisive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Everything that the decision depends on."""

    prior: Prior
    judgements: Sequence[Judgement]
    bump: Bump
    prerelease: str
    existing: Collection[Version]
    merged: Collection[Version]
    zero: ZeroRule
    stated: Version


def next_version(
    *,
    prior: Prior,
    judgements: Sequence[Judgement],
    bump: Bump = Auto(),  # noqa: B008 - frozen
    prerelease: str = "",
    existing: Collection[Version] = (),
    merged_prereleases: Collection[Version] = (),
    branch: str = "",
    zero: ZeroRule = ZeroRule.MINOR,
    stated: Version = Version(0),  # noqa: B008 - frozen
) -> Decision | NothingToRelease:
    """Decide what to release, if anything.

    ``judgements`` are those since ``prior``, newest first. ``existing`` are the versions of all tags,
    merged or not: none of them is released again. ``merged_prereleases`` are those on this branch after
    ``prior``: a stable release is never lower than what they announced. ``branch`` keeps a maintenance
    branch in its range.

    Raise InputError when the version that follows must not be released.
    """
    case = _Case(
        prior=prior,
        judgements=judgements,
        bump=bump,
        prerelease=prerelease,
        existing=existing,
        merged=merged_prereleases,
        zero=zero,
        stated=stated,
    )
    decided = _decided(case)
    if isinstance(decided, Decision):
        check(decided, prior=prior, existing=existing, branch=branch)
    return decided


def _decided(case: _Case) -> Decision | NothingToRelease:
    match case.bump:
        case Exact(version=version):
            return _exactly(case, version, _Cause(reason=f"bump: {version} was asked for"))
        case Level() as level:
            return _by_level(case, level, _Cause(reason=f"bump: {level} was asked for"))
        case Auto():
            return _by_commits(case)
        case _:
            assert_never(case.bump)


def _by_commits(case: _Case) -> Decision | NothingToRelease:
    for judgement in case.judgements:
        for version in judgement.release_as[:1]:
            return _exactly(case, version, _cause(judgement, f"Release-As: {version}"))
    match case.prior:
        case NoPrior() as none:
            return _first(case, none)
        case PriorRelease() as prior:
            return _after(case, prior)
        case _:
            assert_never(case.prior)


def _first(case: _Case, none: NoPrior) -> Decision:
    version = none.manifest
    return Decision(
        version=version if version.prerelease else _named(case, version),
        level=Level.NONE,
        reason=f"first release: the version that {none.source} states",
    )


def _after(case: _Case, prior: PriorRelease) -> Decision | NothingToRelease:
    highest = max(case.judgements, key=lambda judgement: judgement.level.rank, default=None)
    if highest is None or highest.level is Level.NONE:
        return _promoted(case, prior)
    level = case.zero.level(prior.version, highest.level)
    softened = "" if level is highest.level else f" ({level} while the version is 0.x)"
    return _by_level(case, level, _cause(highest, f"{highest.rule}{softened}"))


def _by_level(case: _Case, level: Level, cause: _Cause) -> Decision | NothingToRelease:
    if isinstance(case.prior, PriorRelease) and not case.judgements:
        return _promoted(case, case.prior)  # the released commit itself: a second run must not repeat it
    base = case.prior.manifest if isinstance(case.prior, NoPrior) else case.prior.version
    core = max((raised(base, level), *(version.finalize_version() for version in _announced(case))))
    lifted = max(core, case.stated.finalize_version())
    ahead = f"; the manifests state {case.stated} already, and a version is never lowered"
    return Decision(
        version=_named(case, lifted),
        level=max(level, risen(base, lifted), key=lambda one: one.rank),
        reason=cause.reason if lifted == core else f"{cause.reason}{ahead}",
        decisive=cause.decisive,
    )


def _exactly(case: _Case, version: Version, cause: _Cause) -> Decision | NothingToRelease:
    match case.prior:
        case PriorRelease(version=prior, tag=tag) if not case.judgements and prior == version:
            return NothingToRelease(reason=f"{version} is released already, as {tag}")
        case PriorRelease(version=prior):
            level = risen(prior, version)
        case NoPrior():
            level = Level.NONE
        case _:
            assert_never(case.prior)
    named = version if version.prerelease else _named(case, version)
    return Decision(version=named, level=level, reason=cause.reason, decisive=cause.decisive)


def _promoted(case: _Case, prior: PriorRelease) -> Decision | NothingToRelease:
    """Turn pre-releases into the stable release they announced, if that is asked for."""
    announced = _announced(case)
    if not announced:
        return NothingToRelease(reason=_idle(case, prior))
    highest = max(announced)
    version = highest.finalize_version()
    return Decision(
        version=version,
        level=risen(prior.version, version),
        reason=f"{highest} becomes {version}: nothing after it raises the version",
    )


def _announced(case: _Case) -> tuple[Version, ...]:
    """The pre-releases that a stable release follows."""
    if case.prerelease or isinstance(case.prior, NoPrior):
        return ()
    return tuple(version for version in (case.prior.version, *case.merged) if version.prerelease)


def _named(case: _Case, core: Version) -> Version:
    """The stable version, or the next pre-release of it."""
    taken = (*case.existing, *case.merged)
    known = (*taken, case.prior.version) if isinstance(case.prior, PriorRelease) else taken
    return numbered(core, case.prerelease, known) if case.prerelease else core


def _cause(judgement: Judgement, rule: str) -> _Cause:
    commit = judgement.commit
    return _Cause(reason=f"{commit.short} {commit.subject}: {rule}", decisive=(commit.sha,))


def _idle(case: _Case, prior: PriorRelease) -> str:
    """Why there is nothing to release: the rules that applied, the most frequent first."""
    if not case.judgements:
        return f"no commit since {prior.tag}"
    rules = Counter(judgement.rule for judgement in case.judgements)
    told = ", ".join(f"{rule} ({count}×)" for rule, count in rules.most_common(_TOLD))  # noqa: RUF001
    more = f", and {len(rules) - _TOLD} other reasons" if len(rules) > _TOLD else ""
    commits = "1 commit" if len(case.judgements) == 1 else f"{len(case.judgements)} commits"
    return f"{commits} since {prior.tag}, and none raises the version: {told}{more}"

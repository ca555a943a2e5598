"""Versions that must not be released, however they came about."""

from __future__ import annotations

from collections.abc import Collection

from actionkit.errors import InputError
from actionkit.semver import Version
from release.version.branches import Series, version_range
from release.version.model import Decision, Prior, PriorRelease


def check(decided: Decision, *, prior: Prior, existing: Collection[Version], branch: str) -> None:
    """Raise InputError when the version exists, is not above the prior one, or leaves the branch's range."""
    version = decided.version
    _in_range(version, branch, decided.reason)
    if isinstance(prior, PriorRelease) and not version > prior.version:
        raise InputError(
            f"{version} is not higher than {prior.version}, which this branch released as {prior.tag}",
            why=decided.reason,
            fix=f"ask for a version above {prior.version}; bump goes before what commits say",
            yaml=f"with:\n  bump: {_next_free(prior.version, existing)}",
        )
    if any(version == other for other in existing):
        raise InputError(
            f"{version} exists already",
            why=f"it has a tag, which is not merged into this branch; planned because: {decided.reason}",
            fix="merge that release into this branch, or ask for another version with bump: X.Y.Z",
            yaml=f"with:\n  bump: {_next_free(version, existing)}",
        )


def _next_free(version: Version, existing: Collection[Version]) -> Version:
    free = version.finalize_version().bump_patch()
    while free in existing:
        free = free.bump_patch()
    return free


def _in_range(version: Version, branch: str, reason: str) -> None:
    allowed = version_range(branch)
    if isinstance(allowed, Series) and not allowed.holds(version):
        raise InputError(
            f"{version} does not belong on {branch}, which holds {allowed}",
            why=reason,
            fix="release this from the main branch, or keep to the series with bump: patch",
            yaml="with:\n  bump: patch",
        )

"""Whether GitHub shows a release as the latest: never a pre-release, never below a higher stable version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from actionkit.forge.releases import MakeLatest
from actionkit.semver import Version
from release.inputs import MakeLatestInput


def make_latest(asked: MakeLatestInput, version: Version, existing: Iterable[Version]) -> MakeLatest:
    """Translate the input ``make-latest`` into GitHub's word for ``version`` among the ``existing`` ones."""
    match asked:
        case MakeLatestInput.TRUE:
            return "true"
        case MakeLatestInput.FALSE:
            return "false"
        case MakeLatestInput.LEGACY:
            return "legacy"
        case MakeLatestInput.AUTO:
            return "true" if _is_highest_stable(version, existing) else "false"
        case _:
            assert_never(asked)


def _is_highest_stable(version: Version, existing: Iterable[Version]) -> bool:
    return not version.prerelease and all(known <= version for known in existing if not known.prerelease)

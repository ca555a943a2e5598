"""Decide the next version: pure, from the prior release, the judged commits and what the user asked for."""

from release.version.branches import Everything, Series, version_range
from release.version.decide import next_version
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
    parse_bump,
    parse_prerelease,
)
from release.version.tags import bases, candidates

__all__ = [
    "Auto",
    "Bump",
    "Decision",
    "Everything",
    "Exact",
    "NoPrior",
    "NothingToRelease",
    "Prior",
    "PriorRelease",
    "Series",
    "ZeroRule",
    "bases",
    "candidates",
    "next_version",
    "parse_bump",
    "parse_prerelease",
    "version_range",
]

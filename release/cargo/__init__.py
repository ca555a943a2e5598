"""The version of a Cargo workspace, found and moved in every manifest and lock, as a pure plan."""

from release.cargo.decide import Outcome, PackageDecision
from release.cargo.plan import CargoPlan, is_input, plan_bump, workspace_version
from release.cargo.selection import All, Lockstep, Names, Selection, parse_selection

__all__ = [
    "All",
    "CargoPlan",
    "Lockstep",
    "Names",
    "Outcome",
    "PackageDecision",
    "Selection",
    "is_input",
    "parse_selection",
    "plan_bump",
    "workspace_version",
]

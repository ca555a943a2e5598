"""Decide for every package whether it moves to the planned version, and say why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, assert_never

from actionkit.errors import InputError
from actionkit.semver import Version
from release.cargo.manifest import (
    NO_VERSION,
    InheritedVersion,
    Manifest,
    NoVersion,
    OwnVersion,
    own_version,
)
from release.cargo.selection import All, Lockstep, Names, Selection, fits
from release.cargo.workspace import Repository, Workspace

_SHOWN_NAMES: Final = 10


class Outcome(StrEnum):
    """What happens to a package."""

    BUMPED = "bumped"
    CURRENT = "current"  # is at the planned version already
    KEPT = "kept"  # has a version of its own, or is not named
    AHEAD = "ahead"  # is above the planned version: never lowered
    EXCLUDED = "excluded"  # by the input `exclude`
    OUTSIDE = "outside"  # belongs to another workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageDecision:
    """One package: ``manifest`` is its path, ``prior_version`` what it is before, ``reason`` one clause."""

    name: str
    manifest: str
    prior_version: Version
    outcome: Outcome
    reason: str


def decide(repository: Repository, version: Version, selection: Selection) -> tuple[PackageDecision, ...]:
    """Decide for the members of the repository's workspaces and the packages tied to them by path.

    Raise InputError when it cannot be done: no package, a name that fits none, a version below the one that
    is there, or a package that shares its version with one that may not move.
    """
    _check_names(repository, selection)
    carried = carried_version(repository, selection)
    considered = _considered(repository, selection)
    found = tuple(_decision(repository, one, version, selection, carried) for one in considered)
    _check_order(found, version)
    _check_inheritance(repository, found)
    return found


def carried_version(repository: Repository, selection: Selection) -> Version:
    """The version that the selected packages carry, as the manifests state it.

    For names, the highest among those named. Else the workspace's: ``workspace.package.version``, else the
    root package's, else the one that most members share (0.0.0, cargo's word for "no version", only when
    there is no other; the higher of two that are shared equally). Of several workspaces side by side the
    outermost and largest counts. Raise InputError when there is none.
    """
    if isinstance(selection.packages, Names):
        named = [stated_version(repository, manifest) for manifest in _named(repository, selection)]
        if named:
            return max(named)
    if not repository.workspaces:
        raise InputError(
            "no Cargo.toml is tracked by git",
            why="the version of a Rust repository stands in its manifests",
            fix="check the repository out with its files, or commit Cargo.toml",
        )
    return _workspace_version(repository, repository.workspaces[0])


def stated_version(repository: Repository, manifest: Manifest) -> Version:
    """The version of a package, inherited or its own; 0.0.0 where it states none, as cargo has it."""
    match manifest.version:
        case OwnVersion(text=text):
            return own_version(manifest, text)
        case InheritedVersion():
            root = repository.roots[manifest.path]
            if root.workspace_version:
                return own_version(root, root.workspace_version)
            raise InputError(
                f"{manifest.path} inherits a version that {root.path} does not state",
                fix=f'write version = "0.1.0" under [workspace.package] in {root.path}',
                file=manifest.path,
            )
        case NoVersion():
            return NO_VERSION
        case unreachable:
            assert_never(unreachable)


def _workspace_version(repository: Repository, workspace: Workspace) -> Version:
    root = workspace.root
    if root.workspace_version:
        return own_version(root, root.workspace_version)
    stating = [member for member in workspace.members if isinstance(member.version, OwnVersion)]
    if root in stating:
        return stated_version(repository, root)
    shared = Counter(stated_version(repository, member) for member in stating)
    if not shared:
        raise InputError(
            "no package of the workspace states a version",
            why=f"neither {root.path} nor its members have one",
            fix='write version = "0.1.0" under [workspace.package], version.workspace = true in the members',
            file=root.path,
        )
    return max(shared, key=lambda version: (version != NO_VERSION, shared[version], version))


def _considered(repository: Repository, selection: Selection) -> list[Manifest]:
    """The members, the named, and the packages that depend on a member by path or are depended on."""
    members = set(repository.members)
    tied: set[str] = set()
    for path, targets in repository.path_dependencies.items():
        tied |= targets if path in members else {path} if members & targets else set()
    named = {manifest.path for manifest in _named(repository, selection)}
    known = sorted((members | tied | named) & set(repository.manifests))
    return [repository.manifests[path] for path in known if repository.manifests[path].is_package]


def _named(repository: Repository, selection: Selection) -> list[Manifest]:
    if not isinstance(selection.packages, Names):
        return []
    patterns = selection.packages.patterns
    packages = [manifest for manifest in repository.manifests.values() if manifest.is_package]
    return [package for package in packages if fits(package.name, patterns)]


def _decision(
    repository: Repository, manifest: Manifest, version: Version, selection: Selection, carried: Version
) -> PackageDecision:
    prior = stated_version(repository, manifest)
    if fits(manifest.name, selection.exclude):
        outcome, reason = Outcome.EXCLUDED, "named in `exclude`"
    elif isinstance(selection.packages, Names):
        named = fits(manifest.name, selection.packages.patterns)
        kept = (Outcome.KEPT, "not named in `packages`")
        outcome, reason = _selected(manifest, prior, version, selection, carried) if named else kept
    elif manifest.path not in repository.members:
        root = repository.workspaces[0].root.path
        outcome, reason = Outcome.OUTSIDE, f"not a member of the workspace of {root}"
    else:
        outcome, reason = _selected(manifest, prior, version, selection, carried)
    return PackageDecision(
        name=manifest.name, manifest=manifest.path, prior_version=prior, outcome=outcome, reason=reason
    )


def _selected(
    manifest: Manifest, prior: Version, version: Version, selection: Selection, carried: Version
) -> tuple[Outcome, str]:
    if isinstance(manifest.version, NoVersion):
        return Outcome.KEPT, "states no version"
    if prior > version:
        return Outcome.AHEAD, f"{prior} is above {version}, and a version is never lowered"
    if str(prior) == str(version):
        return Outcome.CURRENT, f"is at {version} already"
    match selection.packages:
        case Lockstep():
            return _in_step(manifest, prior, carried)
        case All():
            return Outcome.BUMPED, "a member of the workspace"
        case Names():
            return Outcome.BUMPED, "named in `packages`"
        case unreachable:
            assert_never(unreachable)


def _in_step(manifest: Manifest, prior: Version, carried: Version) -> tuple[Outcome, str]:
    if str(prior) != str(carried):
        return Outcome.KEPT, f"has a version of its own, not the workspace's {carried}"
    if isinstance(manifest.version, InheritedVersion):
        return Outcome.BUMPED, f"inherits the workspace's version {carried}"
    return Outcome.BUMPED, f"states the workspace's version {carried}"


def _check_order(decisions: tuple[PackageDecision, ...], version: Version) -> None:
    """Refuse a version that every selected package has left behind."""
    ahead = [one.prior_version for one in decisions if one.outcome is Outcome.AHEAD]
    if ahead and not any(one.outcome in (Outcome.BUMPED, Outcome.CURRENT) for one in decisions):
        raise InputError(
            f"the version {version} is lower than {max(ahead)}, which the manifests state",
            why="a version is never lowered: cargo and crates.io order releases by it",
            fix=f"ask for a version above {max(ahead)}",
        )


def _check_names(repository: Repository, selection: Selection) -> None:
    if not isinstance(selection.packages, Names):
        return
    names = sorted({manifest.name for manifest in repository.manifests.values() if manifest.is_package})
    for pattern in selection.packages.patterns:
        if not any(fits(name, (pattern,)) for name in names):
            close = get_close_matches(pattern, names, n=1)
            shown = ", ".join(names[:_SHOWN_NAMES]) + (" …" if len(names) > _SHOWN_NAMES else "")
            raise InputError(
                f"packages names {pattern!r}, which no package of the repository is called",
                why=f"the packages are {shown}"
                if names
                else "no Cargo.toml with a package is tracked by git",
                fix=f"did you mean {close[0]!r}?" if close else "write names that the manifests state",
            )


def _check_inheritance(repository: Repository, decisions: Iterable[PackageDecision]) -> None:
    """A version that several packages inherit moves for all of them or for none."""
    by_root: dict[str, list[PackageDecision]] = {}
    for decision in decisions:
        manifest = repository.manifests[decision.manifest]
        if isinstance(manifest.version, InheritedVersion):
            by_root.setdefault(repository.roots[decision.manifest].path, []).append(decision)
    for root, inheriting in by_root.items():
        staying = [decision for decision in inheriting if decision.outcome is not Outcome.BUMPED]
        moving = [decision for decision in inheriting if decision.outcome is Outcome.BUMPED]
        if staying and moving:
            raise _shared_version(root, moving, staying)


def _shared_version(root: str, moving: list[PackageDecision], staying: list[PackageDecision]) -> InputError:
    first = staying[0]
    return InputError(
        f"{first.name} cannot stay at {first.prior_version} while {moving[0].name} moves",
        why=f"{', '.join(one.name for one in (*moving, *staying))} inherit one version from {root}",
        fix=f'give {first.name} a version of its own: write version = "{first.prior_version}" instead of '
        f"version.workspace = true in {first.manifest}; or let all of them move",
        file=first.manifest,
    )


def moves(decisions: Iterable[PackageDecision]) -> Mapping[str, PackageDecision]:
    """The decisions that change a package's version, by manifest."""
    return {one.manifest: one for one in decisions if one.outcome is Outcome.BUMPED}

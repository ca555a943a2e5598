"""Decide for every package whether it moves to the planned version, and say why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, assert_never

from actionkit.errors import InputError
from actionkit.semver import Version
from release.cargo.carried import carried_version, named, stated_version
from release.cargo.manifest import InheritedVersion, Manifest, NoVersion
from release.cargo.selection import All, Lockstep, Names, Selection, fits
from release.cargo.workspace import Repository

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


def _considered(repository: Repository, selection: Selection) -> list[Manifest]:
    """The members, what they are built from, the named, and the packages that depend on one of these."""
    built = set(_moved_by(repository, selection)) | set(repository.built)
    tied = {path for path, targets in repository.path_dependencies.items() if built & targets}
    by_name = {manifest.path for manifest in named(repository, selection)}
    known = sorted(built | tied | by_name)
    found = (repository.manifests[path] for path in known if repository.manifests[path].is_package)
    return [one for one in found if one.path in built | by_name or _is_readable(repository, one)]


def _is_readable(repository: Repository, manifest: Manifest) -> bool:
    """Tell whether the version can be told; templates and fixtures outside the workspace need none."""
    try:
        stated_version(repository, manifest)
    except InputError:
        return False
    return True


def _decision(
    repository: Repository, manifest: Manifest, version: Version, selection: Selection, carried: Version
) -> PackageDecision:
    prior = stated_version(repository, manifest)
    if fits(manifest.name, selection.exclude):
        outcome, reason = Outcome.EXCLUDED, "named in `exclude`"
    elif isinstance(selection.packages, Names):
        asked = fits(manifest.name, selection.packages.patterns)
        kept = (Outcome.KEPT, "not named in `packages`")
        outcome, reason = _selected(manifest, prior, version, selection, carried) if asked else kept
    elif manifest.path not in _moved_by(repository, selection):
        root = repository.workspaces[0].root.path
        outcome, reason = Outcome.OUTSIDE, f"not a member of the workspace of {root}"
    else:
        outcome, reason = _selected(manifest, prior, version, selection, carried)
    return PackageDecision(
        name=manifest.name, manifest=manifest.path, prior_version=prior, outcome=outcome, reason=reason
    )


def _moved_by(repository: Repository, selection: Selection) -> Mapping[str, object]:
    """The packages that the selection is about.

    In lockstep they are also those that members depend on from outside the workspace: people exclude a
    package for its dependencies' sake and still release it with the others; what inherits its version
    together with such a package follows. ``all`` means members, as for ``cargo set-version --workspace``.
    """
    return repository.in_step if isinstance(selection.packages, Lockstep) else repository.members


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
            fix=_way_out(max(ahead), version),
        )


def _way_out(stated: Version, version: Version) -> str:
    """Say what to change; the first pre-release of a version that was never released has a way of its own."""
    above = f"ask for a version above {stated}"
    if version.prerelease and version.finalize_version() == stated:
        return f"if {stated} was never released, write {version} into the manifests; else {above}"
    return above


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


def _check_inheritance(repository: Repository, decisions: tuple[PackageDecision, ...]) -> None:
    """A version that several packages inherit moves for all of them or for none."""
    moving = moves(decisions)
    inheriting = [path for path in moving if repository.manifests[path].inherits]
    for root in {repository.roots[path].path: repository.roots[path] for path in inheriting}.values():
        staying = [
            member for member in repository.members_of(root) if member.inherits and member.path not in moving
        ]
        if staying:
            mover = next(moving[path] for path in inheriting if repository.roots[path] is root)
            raise _shared_version(root, mover, staying[0])


def _shared_version(root: Manifest, mover: PackageDecision, stayer: Manifest) -> InputError:
    return InputError(
        f"{stayer.name} cannot stay at {mover.prior_version} while {mover.name} moves",
        why=f"both inherit their version from {root.path}",
        fix=f'give {stayer.name} a version of its own: write version = "{mover.prior_version}" instead of '
        f"version.workspace = true in {stayer.path}; or let both move",
        file=stayer.path,
    )


def moves(decisions: Iterable[PackageDecision]) -> Mapping[str, PackageDecision]:
    """The decisions that change a package's version, by manifest."""
    return {one.manifest: one for one in decisions if one.outcome is Outcome.BUMPED}

"""Plan a bump: from the texts of all manifests and locks to the edits that move the version."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from actionkit.semver import Version
from release.cargo.carried import carried_version
from release.cargo.decide import Outcome, PackageDecision, decide, moves
from release.cargo.dependents import requirement_changes
from release.cargo.lock import LOCK, bumped_lock, lock_warnings, locked_names
from release.cargo.manifest import MANIFEST, InheritedVersion, Manifest, OwnVersion, own_version
from release.cargo.rewrite import manifest_spans, rewritten
from release.cargo.selection import All, Names, Selection, fits
from release.cargo.toml import Change
from release.cargo.workspace import Repository, read_repository
from release.edits import FileEdit

_WORKSPACE_VERSION: Final = ("workspace", "package", "version")


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoPlan:
    """Every edit, sorted by path; every package with its outcome; what a person should look at."""

    edits: tuple[FileEdit, ...]
    packages: tuple[PackageDecision, ...]
    warnings: tuple[str, ...]


def plan_bump(files: Mapping[str, str], *, version: Version, selection: Selection) -> CargoPlan:
    """Move the selected packages to ``version`` in every manifest and lock that says theirs.

    ``files`` has every tracked ``Cargo.toml`` and ``Cargo.lock``: path relative to the repository's root,
    with forward slashes → the exact text (UTF-8, newlines and byte-order mark untranslated). Raise InputError
    for what a user has to mend, ActionError for a file that cannot be edited without touching more than
    versions.
    """
    repository = read_repository(files)
    decisions = decide(repository, version, selection)
    moving = moves(decisions)
    changes, warnings = requirement_changes(repository, moving, version)
    for path, change in _version_changes(repository, decisions, version, selection):
        changes.setdefault(path, []).append(change)
    after = {path: _bumped_manifest(repository.manifests[path], found) for path, found in changes.items()}
    locks, stale = _bumped_locks(files, repository, moving, version)
    edits = (
        FileEdit(path=path, before=files[path], after=text)
        for path, text in sorted((after | locks).items())
        if text != files[path]
    )
    told = (*_ahead(decisions), *_unused(repository, selection), *warnings, *stale, *_unread(repository))
    return CargoPlan(edits=tuple(edits), packages=decisions, warnings=told)


def workspace_version(files: Mapping[str, str], *, selection: Selection) -> Version:
    """The version that the selected packages carry, as the manifests state it.

    Raise InputError when there is no ``Cargo.toml``, or none with a version.
    """
    return carried_version(read_repository(files), selection)


def is_input(path: str) -> bool:
    """Tell whether ``plan_bump`` wants the text of this tracked path."""
    return posixpath.basename(path) in (MANIFEST, LOCK)


def _version_changes(
    repository: Repository,
    decisions: tuple[PackageDecision, ...],
    version: Version,
    selection: Selection,
) -> Iterator[tuple[str, Change]]:
    """Yield the places where the moving packages state their version: their own or their workspace's."""
    roots = {}
    for path in moves(decisions):
        manifest = repository.manifests[path]
        if isinstance(manifest.version, OwnVersion):
            keys = (manifest.package, "version")
            yield path, Change(keys=keys, before=manifest.version.text, after=str(version))
        else:
            roots[repository.roots[path].path] = repository.roots[path]
    roots |= _roots_nobody_inherits_from(repository, version, selection)
    for path, root in roots.items():
        yield path, Change(keys=_WORKSPACE_VERSION, before=root.workspace_version, after=str(version))


def _roots_nobody_inherits_from(
    repository: Repository, version: Version, selection: Selection
) -> Mapping[str, Manifest]:
    """The workspaces whose own version moves although no member inherits it; names name packages only."""
    if isinstance(selection.packages, Names):
        return {}
    carried = carried_version(repository, selection)
    roots = {}
    for workspace in repository.workspaces:
        root = workspace.root
        inherited = any(isinstance(member.version, InheritedVersion) for member in workspace.members)
        if root.workspace_version and not inherited:
            prior = own_version(root, root.workspace_version)
            moves_along = isinstance(selection.packages, All) or str(prior) == str(carried)
            if moves_along and prior <= version and str(prior) != str(version):
                roots[root.path] = root
    return roots


def _bumped_manifest(manifest: Manifest, changes: list[Change]) -> str:
    spans = manifest_spans(manifest.text, changes)
    return rewritten(manifest.text, changes, path=manifest.path, spans=spans)


def _bumped_locks(
    files: Mapping[str, str],
    repository: Repository,
    moving: Mapping[str, PackageDecision],
    version: Version,
) -> tuple[dict[str, str], list[str]]:
    """Return the new texts of the locks that mention a moving package, and warnings."""
    texts: dict[str, str] = {}
    warnings: list[str] = []
    names = {decision.name for decision in moving.values()}
    for path, text in files.items():
        if posixpath.basename(path) != LOCK or not names & locked_names(text):
            continue
        beside = repository.manifests.get(posixpath.join(posixpath.dirname(path), MANIFEST))
        if beside is None:
            warnings.append(f"{path} has no Cargo.toml beside it, so cargo never reads it: left alone")
            continue
        meant = _states(moving, repository.reachable(beside))
        members = {one.path for one in repository.members_of(beside)}
        texts[path] = bumped_lock(text, meant, version, path=path)
        warnings += lock_warnings(text, meant, _states(moving, members), version, path=path)
    return texts, warnings


def _states(moving: Mapping[str, PackageDecision], paths: Container[str]) -> set[tuple[str, str]]:
    """Name and prior version of the moving packages among ``paths``, as locks identify them."""
    return {(one.name, str(one.prior_version)) for one in moving.values() if one.manifest in paths}


def _ahead(decisions: tuple[PackageDecision, ...]) -> Iterator[str]:
    for one in decisions:
        if one.outcome is Outcome.AHEAD:
            yield (
                f"{one.name} stays: {one.reason}. If it goes its own way, write `exclude: {one.name}`; "
                f"else correct its version in {one.manifest}"
            )


def _unused(repository: Repository, selection: Selection) -> Iterator[str]:
    names = [manifest.name for manifest in repository.manifests.values() if manifest.is_package]
    for pattern in selection.exclude:
        if not any(fits(name, (pattern,)) for name in names):
            yield f"exclude names {pattern!r}, which no package of the repository is called"


def _unread(repository: Repository) -> Iterator[str]:
    for path, error in sorted(repository.broken.items()):
        place = f"{path}:{error.line}:{error.column}"
        yield f"{place} is not valid TOML; no workspace of the release reads it, so it was left alone"

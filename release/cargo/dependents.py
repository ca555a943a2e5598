"""Raise the requirements of every dependency that resolves by path to a package that moves.

A path dependency without ``version`` stays one. Where the version is said once, in
``[workspace.dependencies]``, it is raised there. With ``[patch]`` a dependency on a registry's or a git
repository's package resolves by path too: cargo takes the patch only while it fits the requirement
(https://doc.rust-lang.org/cargo/reference/overriding-dependencies.html), so those are raised as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from actionkit.semver import Version
from release.cargo.decide import PackageDecision
from release.cargo.manifest import ByPath, Dependency, FromGit, FromRegistry, Manifest
from release.cargo.requirement import NotARequirement, admits, raised
from release.cargo.toml import Change
from release.cargo.workspace import Repository

_CRATES_IO: Final = ("crates-io", "https://github.com/rust-lang/crates.io-index")


def requirement_changes(
    repository: Repository, moving: Mapping[str, PackageDecision], version: Version
) -> tuple[dict[str, list[Change]], list[str]]:
    """Return the changes by manifest, and warnings about requirements that could not be raised."""
    changes: dict[str, list[Change]] = {}
    warnings: list[str] = []
    for manifest, dependency in _by_path(repository, moving):
        try:
            after = raised(dependency.requirement, version)
        except NotARequirement as error:
            warnings.append(f"{manifest.path}: the requirement on {dependency.name} was left alone: {error}")
            continue
        if after != dependency.requirement:
            change = Change(keys=dependency.requirement_keys, before=dependency.requirement, after=after)
            changes.setdefault(manifest.path, []).append(change)
    return changes, warnings


def _by_path(
    repository: Repository, moving: Mapping[str, PackageDecision]
) -> Iterator[tuple[Manifest, Dependency]]:
    patched = _patched(repository, moving)
    for manifest in repository.manifests.values():
        mine = patched.get(repository.roots[manifest.path].path, ())
        for dependency in (*manifest.dependencies, *manifest.workspace_dependencies, *manifest.patches):
            if not dependency.requirement:
                continue
            if isinstance(dependency.source, ByPath):
                if dependency.source.manifest in moving:
                    yield manifest, dependency
            elif any(_resolves_to(dependency, patch, prior) for patch, prior in mine):
                yield manifest, dependency


def _patched(
    repository: Repository, moving: Mapping[str, PackageDecision]
) -> Mapping[str, list[tuple[Dependency, Version]]]:
    """The patches that put a moving package in place of a foreign one, by the root that has them."""
    found: dict[str, list[tuple[Dependency, Version]]] = {}
    for root in {root.path: root for root in repository.roots.values()}.values():
        for patch in root.patches:
            if isinstance(patch.source, ByPath) and patch.source.manifest in moving:
                prior = moving[patch.source.manifest].prior_version
                found.setdefault(root.path, []).append((patch, prior))
    return found


def _resolves_to(dependency: Dependency, patch: Dependency, prior: Version) -> bool:
    if dependency.name != patch.name or dependency.keys[0] == "patch":
        return False
    place = patch.keys[1]
    match dependency.source:
        case FromRegistry(registry=""):
            meant = place in _CRATES_IO
        case FromRegistry(registry=registry):
            meant = registry == place
        case FromGit(url=url):
            meant = url == place
        case _:
            meant = False
    try:
        return meant and admits(dependency.requirement, prior)
    except NotARequirement:
        return False

"""The version that a repository's packages carry before the release, as their manifests state it."""

from __future__ import annotations

from collections import Counter
from typing import assert_never

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
from release.cargo.selection import Names, Selection, fits
from release.cargo.workspace import Repository, Workspace


def carried_version(repository: Repository, selection: Selection) -> Version:
    """The version that the selected packages carry, as the manifests state it.

    For names, the highest among those named. Else the workspace's: ``workspace.package.version``, else the
    root package's, else the one that most members share (0.0.0, cargo's word for "no version", only when
    there is no other; the higher of two that are shared equally). Of several workspaces side by side the
    outermost and largest counts. Raise InputError when there is none.
    """
    if isinstance(selection.packages, Names):
        versions = [stated_version(repository, manifest) for manifest in named(repository, selection)]
        if versions:
            return max(versions)
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


def named(repository: Repository, selection: Selection) -> list[Manifest]:
    """The packages that the input `packages` names; none for `lockstep` and `all`."""
    if not isinstance(selection.packages, Names):
        return []
    patterns = selection.packages.patterns
    packages = [manifest for manifest in repository.manifests.values() if manifest.is_package]
    return [package for package in packages if fits(package.name, patterns)]


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

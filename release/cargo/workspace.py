"""Workspaces as cargo sees them, found in the texts of the tracked manifests.

The rules are https://doc.rust-lang.org/cargo/reference/workspaces.html; where the page is silent, cargo's own
``src/cargo/core/workspace.rs`` decides: ``exclude`` names directories, not globs, and loses against a member
written out; a path dependency outside the root's directory is a member only when it points back with
``package.workspace``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from actionkit.errors import InputError
from release.cargo.globs import glob
from release.cargo.manifest import (
    MANIFEST,
    ByPath,
    ByWorkspace,
    Dependency,
    Manifest,
    manifest_at,
    read_manifest,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A root manifest and its members' manifests, sorted by path.

    A package that belongs to no workspace is one of its own, as for cargo.
    """

    root: Manifest
    members: tuple[Manifest, ...]


@dataclass(frozen=True, kw_only=True)  # no slots: what is derived is computed once and kept
class Repository:
    """Every manifest of a repository by path, and why those that do not parse do not."""

    manifests: Mapping[str, Manifest]
    broken: Mapping[str, InputError]

    @cached_property
    def roots(self) -> Mapping[str, Manifest]:
        """The root of every manifest's workspace, by the manifest's path."""
        return {path: self._root_of(manifest) for path, manifest in self.manifests.items()}

    @cached_property
    def workspaces(self) -> tuple[Workspace, ...]:
        """The workspaces that no other workspace's directory holds, the outermost and largest first.

        These are what a release of the repository is about; a workspace below another one (fuzz targets,
        examples, excluded tools) follows only through its dependencies. Raise InputError for a manifest
        that cargo would have to read and that does not parse.
        """
        directories = {root.directory for root in self.roots.values()}
        outermost = {
            root.path: root
            for root in self.roots.values()
            if not any(above in directories for above in _above(root.directory))
        }
        found = [Workspace(root=root, members=self.members_of(root)) for root in outermost.values()]
        for path, error in self.broken.items():
            alone = not any(above in directories for above in _above(posixpath.dirname(path)))
            if alone or any(self._reads(workspace, path) for workspace in found):
                raise error
        return tuple(sorted(found, key=_outermost_and_largest_first))

    @cached_property
    def members(self) -> Mapping[str, Workspace]:
        """The workspace of every member of ``workspaces``, by the member's path."""
        return {member.path: workspace for workspace in self.workspaces for member in workspace.members}

    @cached_property
    def built(self) -> Mapping[str, Manifest]:
        """The members and what they depend on by path, member or not: what the workspaces' locks hold."""
        return self._closed(self.members, lambda manifest: self.path_dependencies[manifest.path])

    @cached_property
    def in_step(self) -> Mapping[str, Manifest]:
        """What is built, and the packages that inherit their version together with one of these."""
        roots = {self.roots[path].path: self.roots[path] for path, one in self.built.items() if one.inherits}
        sharing = (member for root in roots.values() for member in self.members_of(root) if member.inherits)
        return {**self.built, **{member.path: member for member in sharing}}

    def members_of(self, root: Manifest) -> tuple[Manifest, ...]:
        """The members of the workspace of ``root``, sorted by path; itself when it has no workspace table."""
        if not root.is_root:
            return (root,)
        named = [path for path in self._listed(root) if not _is_excluded(root, path)]
        own = [root.path] if root.is_package else []

        def joining(manifest: Manifest) -> Iterator[str]:
            return (path for path in self.path_dependencies[manifest.path] if self._joins(root, path))

        found = self._closed([*own, *named], joining)
        return tuple(found[path] for path in sorted(found))

    def target(self, dependency: Dependency, holder: Manifest) -> Dependency:
        """Resolve ``workspace = true`` to the root's entry; every other dependency is itself."""
        if not isinstance(dependency.source, ByWorkspace):
            return dependency
        root = self.roots[holder.path]
        return self._inheritable.get(root.path, {}).get(dependency.keys[-1], dependency)

    def reachable(self, start: Manifest) -> Mapping[str, Manifest]:
        """Every package that cargo reads to lock the workspace of ``start``: what its lock can mention."""
        root = self.roots[start.path]
        patches = _paths(root.patches)
        begin = [member.path for member in self.members_of(root)] if root is start else [start.path]
        return self._closed([*begin, *patches], lambda manifest: self.path_dependencies[manifest.path])

    @cached_property
    def _inheritable(self) -> Mapping[str, Mapping[str, Dependency]]:
        return {
            path: {entry.keys[-1]: entry for entry in manifest.workspace_dependencies}
            for path, manifest in self.manifests.items()
            if manifest.is_root
        }

    def _path_dependencies(self, manifest: Manifest) -> Iterator[str]:
        yield from _paths(self.target(dependency, manifest) for dependency in manifest.dependencies)

    @cached_property
    def path_dependencies(self) -> Mapping[str, frozenset[str]]:
        """The manifests that every manifest's package depends on by path, ``workspace = true`` resolved."""
        return {
            path: frozenset(self._path_dependencies(manifest)) for path, manifest in self.manifests.items()
        }

    def _reads(self, workspace: Workspace, path: str) -> bool:
        """Tell whether cargo would open the manifest at ``path`` for this workspace."""
        listed = path in self._listed(workspace.root) and not _is_excluded(workspace.root, path)
        return listed or any(path in self.path_dependencies[member.path] for member in workspace.members)

    def _closed(
        self, begin: Iterable[str], follow: Callable[[Manifest], Iterable[str]]
    ) -> Mapping[str, Manifest]:
        found: dict[str, Manifest] = {}
        waiting = list(begin)
        while waiting:
            path = waiting.pop()
            if path in found or path not in self.manifests:
                continue
            found[path] = self.manifests[path]
            waiting.extend(follow(found[path]))
        return found

    def _root_of(self, manifest: Manifest) -> Manifest:
        if manifest.is_root:
            return manifest
        if manifest.root_pointer:
            return self.manifests.get(manifest.root_pointer, manifest)
        for directory in _above(manifest.directory):
            above = self.manifests.get(posixpath.join(directory, MANIFEST))
            if above is None:
                continue
            if above.is_root:
                return manifest if _is_excluded(above, manifest.path) else above
            if above.root_pointer:
                return self.manifests.get(above.root_pointer, manifest)
        return manifest

    def _joins(self, root: Manifest, path: str) -> bool:
        """Tell whether a path dependency becomes a member by being one."""
        if path not in self.manifests:
            return False
        other = self.roots[path]
        inside = _is_below(path, root.directory) and not self.manifests[path].is_root
        return (inside or other is root) and not _is_excluded(root, path)

    def _listed(self, root: Manifest) -> Iterator[str]:
        """Yield the manifests that ``workspace.members`` lists, globs expanded over the tracked files."""
        for pattern in root.member_patterns:
            if not any(mark in pattern for mark in "*?["):
                yield manifest_at(root.directory, pattern)
                continue
            matches = glob(manifest_at(root.directory, pattern))
            yield from (path for path in self._paths if matches(path))

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return (*self.manifests, *self.broken)


def read_repository(files: Mapping[str, str]) -> Repository:
    """Parse every ``Cargo.toml`` of ``files``; those that do not parse are kept as their errors.

    A broken manifest stops the release only when cargo would read it: templates and test fixtures need not
    be manifests at all.
    """
    manifests, broken = {}, {}
    for path, text in files.items():
        if posixpath.basename(path) == MANIFEST:
            try:
                manifests[path] = read_manifest(path, text)
            except InputError as error:
                broken[path] = error
    return Repository(manifests=manifests, broken=broken)


def _outermost_and_largest_first(workspace: Workspace) -> tuple[int, int, str]:
    depth = workspace.root.directory.count("/") + bool(workspace.root.directory)
    return depth, -len(workspace.members), workspace.root.path


def _paths(dependencies: Iterable[Dependency]) -> list[str]:
    return [item.source.manifest for item in dependencies if isinstance(item.source, ByPath)]


def _above(directory: str) -> Iterator[str]:
    """Yield the directories above, the nearest first, the repository's root (empty) last."""
    while directory:
        directory = posixpath.dirname(directory)
        yield directory


def _is_below(path: str, directory: str) -> bool:
    return not directory or path.startswith(f"{directory}/")


def _is_excluded(root: Manifest, path: str) -> bool:
    """Cargo compares prefixes of whole path components, for members too, so a glob is no explicit member."""
    return _starts_with_one(root, root.excluded, path) and not _starts_with_one(
        root, root.member_patterns, path
    )


def _starts_with_one(root: Manifest, names: Iterable[str], path: str) -> bool:
    directories = (posixpath.dirname(manifest_at(root.directory, name)) for name in names)
    return any(_is_below(path, directory) for directory in directories)

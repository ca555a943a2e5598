"""One ``Cargo.toml`` as a value: its package, its version, its dependencies and its workspace table.

The format is https://doc.rust-lang.org/cargo/reference/manifest.html.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from actionkit.errors import InputError
from actionkit.semver import Version, parse_version
from release.cargo.toml import Table, parse, string, strings, table

MANIFEST: Final = "Cargo.toml"
NO_VERSION: Final = Version(0)  # what cargo takes for a package without a version

_KINDS: Final = (
    "dependencies",
    "dev-dependencies",
    "build-dependencies",
    "dev_dependencies",  # spelled so before edition 2024
    "build_dependencies",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVersion:
    """``version = "…"``, as written."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InheritedVersion:
    """``version.workspace = true`` in any spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoVersion:
    """The package states none; cargo takes 0.0.0."""


StatedVersion: TypeAlias = OwnVersion | InheritedVersion | NoVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPath:
    """The dependency is the package of this manifest, relative to the repository's root."""

    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByWorkspace:
    """``workspace = true``: the root's ``[workspace.dependencies]`` say what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromGit:
    """The dependency comes from a git repository."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FromRegistry:
    """The dependency comes from a registry: crates.io when ``registry`` is empty."""

    registry: str


Source: TypeAlias = ByPath | ByWorkspace | FromGit | FromRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One entry of a dependency table.

    ``keys`` lead to the entry, ``name`` is the package's, whatever the entry is called. ``requirement`` is
    the version text, empty where none is written, and stands at ``requirement_keys``.
    """

    keys: tuple[str, ...]
    name: str
    source: Source
    requirement: str
    requirement_keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)  # no slots: what is derived is computed once and kept
class Manifest:
    """A manifest that parses; ``path`` is relative to the repository's root, with forward slashes."""

    path: str
    text: str
    document: Table

    @cached_property
    def directory(self) -> str:
        """Its directory, empty for the repository's root."""
        return posixpath.dirname(self.path)

    @cached_property
    def package(self) -> str:
        """The key of the package's table: ``project`` is an old name that cargo still reads."""
        return "project" if "project" in self.document and "package" not in self.document else "package"

    @cached_property
    def name(self) -> str:
        """The package's name; empty for a virtual manifest."""
        return string(self.document, self.package, "name")

    @cached_property
    def version(self) -> StatedVersion:
        """How the package states its version."""
        value = table(self.document, self.package).get("version")
        if value is None:
            return NoVersion()
        return InheritedVersion() if isinstance(value, dict) else OwnVersion(text=str(value))

    @property
    def inherits(self) -> bool:
        """Whether its version is the workspace's."""
        return isinstance(self.version, InheritedVersion)

    @cached_property
    def is_package(self) -> bool:
        """Whether it describes a package (a virtual manifest does not)."""
        return bool(self.name)

    @cached_property
    def is_root(self) -> bool:
        """Whether it has a ``[workspace]`` table."""
        return "workspace" in self.document

    @cached_property
    def workspace_version(self) -> str:
        """The text of ``workspace.package.version``, empty where it is not stated."""
        return string(self.document, "workspace", "package", "version")

    @cached_property
    def root_pointer(self) -> str:
        """The manifest that ``package.workspace`` points to, empty where it does not."""
        pointer = string(self.document, self.package, "workspace")
        return manifest_at(self.directory, pointer) if pointer else ""

    @cached_property
    def member_patterns(self) -> tuple[str, ...]:
        """``workspace.members`` as written."""
        return strings(self.document, "workspace", "members")

    @cached_property
    def excluded(self) -> tuple[str, ...]:
        """``workspace.exclude`` as written."""
        return strings(self.document, "workspace", "exclude")

    @cached_property
    def dependencies(self) -> tuple[Dependency, ...]:
        """The package's own dependencies of every kind and target."""
        return tuple(self._of_tables(self._package_tables()))

    @cached_property
    def workspace_dependencies(self) -> tuple[Dependency, ...]:
        """The entries of ``[workspace.dependencies]``."""
        return tuple(self._of_tables([("workspace", "dependencies")]))

    @cached_property
    def patches(self) -> tuple[Dependency, ...]:
        """The entries of every ``[patch.<source>]``; ``keys[1]`` is the source."""
        sources = table(self.document, "patch")
        return tuple(self._of_tables([("patch", source) for source in sources]))

    def _package_tables(self) -> Iterator[tuple[str, ...]]:
        yield from ((kind,) for kind in _KINDS if kind in self.document)
        for target, tables in table(self.document, "target").items():
            yield from (("target", target, kind) for kind in _KINDS if kind in tables)

    def _of_tables(self, tables: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> Iterator[Dependency]:
        for keys in tables:
            for alias, entry in table(self.document, *keys).items():
                yield self._dependency((*keys, alias), entry)

    def _dependency(self, keys: tuple[str, ...], entry: object) -> Dependency:
        if isinstance(entry, str):
            source, requirement, name, at = FromRegistry(registry=""), entry, keys[-1], keys
            return Dependency(
                keys=keys, name=name, source=source, requirement=requirement, requirement_keys=at
            )
        fields = entry if isinstance(entry, dict) else {}
        return Dependency(
            keys=keys,
            name=string(fields, "package") or keys[-1],
            source=self._source(fields),
            requirement=string(fields, "version"),
            requirement_keys=(*keys, "version"),
        )

    def _source(self, fields: Table) -> Source:
        if fields.get("workspace") is True:
            return ByWorkspace()
        if "path" in fields:
            return ByPath(manifest=manifest_at(self.directory, string(fields, "path")))
        if "git" in fields:
            return FromGit(url=string(fields, "git"))
        return FromRegistry(registry=string(fields, "registry") or string(fields, "registry-index"))


def read_manifest(path: str, text: str) -> Manifest:
    """Parse a manifest; raise InputError with line and column when it is not TOML."""
    return Manifest(path=path, text=text, document=parse(text, path=path))


def manifest_at(directory: str, relative: str) -> str:
    """Name the manifest of the package in ``relative``, as seen from ``directory``.

    A path that leaves the repository keeps its leading ``..`` and so names nothing in it.
    """
    joined = posixpath.join(directory, relative.replace("\\", "/"))
    normal = posixpath.normpath(joined)
    return MANIFEST if normal == "." else f"{normal}/{MANIFEST}"


def own_version(manifest: Manifest, text: str) -> Version:
    """Read a version that ``manifest`` states; raise InputError with file and line when it is none."""
    try:
        return parse_version(text)
    except InputError as error:
        raise InputError(
            f"{manifest.path} states the version {text!r}, which is not a semantic version",
            why=error.why,
            fix=error.fix,
            file=manifest.path,
            line=_line_of(manifest.text, text),
        ) from error


def _line_of(text: str, value: str) -> int:
    lines = (
        number for number, line in enumerate(text.splitlines(), 1) if value in line and "version" in line
    )
    return next(lines, 0)

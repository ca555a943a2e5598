"""Push without a visible tag, prove that it arrived, then name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from actionkit.errors import ActionError
from actionkit.registry import Index, Missing, Registry, parse_manifest
from actionkit.registry.layout import Layout
from actionkit.registry.oci import digest_of
from actionkit.semver import Version
from images.tags import Hold, Move, floating_names, version_tag, versions_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An image that is in its registry, with or without tags yet."""

    repository: str
    digest: str
    size: int
    platforms: tuple[str, ...]


def push_untagged(registry: Registry, repository: str, layout: Layout) -> None:
    """Push by digest and read every manifest and configuration back, byte for byte."""
    registry.push(layout.folder, repository, layout.digest)
    expected = [layout.digest]
    if isinstance(layout.root, Index):
        expected += [entry.digest for entry in layout.root.manifests]
    for digest in expected:
        found = registry.written(f"{repository}@{digest}")
        if found != digest:
            raise ActionError(f"{repository}@{digest} came back as {found}", fix="run again")
    for _, image in layout.images():
        configuration = registry.config(f"{repository}@{image.digest}")
        if digest_of(configuration) != image.config.digest:
            raise ActionError(f"the configuration of {repository}@{image.digest} came back changed")


def name_digest(registry: Registry, repository: str, digest: str, tag: str) -> None:
    """Give ``tag`` to ``digest`` and look; nothing is written when it has it already."""
    raw = registry.manifest(f"{repository}:{tag}")
    if not isinstance(raw, Missing) and digest_of(raw) == digest:
        return
    registry.tag(repository, digest, tag)
    found = registry.written(f"{repository}:{tag}")
    if found != digest:
        raise ActionError(
            f"{repository}:{tag} is {found} right after it was set to {digest}",
            why="something else publishes to the same repository at the same time",
            fix="let one run publish at a time, and run this one again",
            yaml="concurrency:\n  group: images\n  cancel-in-progress: false",
        )


def name_floating(
    registry: Registry,
    arrived: Arrived,
    tag: str,
    decide: Callable[[tuple[Version, ...]], Move | Hold],
) -> Move | Hold:
    """Move a floating tag if that is still right, and look again afterwards.

    Two releases may be published at the same time: ``decide`` is asked with the repository's versions right
    before the write, and after it the tag is handed to a higher version that appeared meanwhile.
    """
    decision = decide(versions_of(registry.tags(arrived.repository)))
    if isinstance(decision, Hold):
        return decision
    name_digest(registry, arrived.repository, arrived.digest, tag)
    versions = versions_of(registry.tags(arrived.repository))
    decision = decide(versions)
    if isinstance(decision, Hold):
        stable = [version for version in versions if not version.prerelease]
        _hand_over(registry, arrived.repository, tag, max(v for v in stable if tag in floating_names(v)))
    return decision


def _hand_over(registry: Registry, repository: str, tag: str, version: Version) -> None:
    raw = registry.manifest(f"{repository}:{version_tag(version)}")
    if not isinstance(raw, Missing):
        name_digest(registry, repository, parse_manifest(raw).digest, tag)

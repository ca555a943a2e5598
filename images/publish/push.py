"""Push without a visible tag, prove that it arrived, then name it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from actionkit.errors import ActionError
from actionkit.registry import Index, Missing, Registry
from actionkit.registry.layout import Layout
from actionkit.registry.oci import digest_of
from actionkit.semver import Version
from images.publish.results import Arrived, as_published
from images.snapshot import read_published
from images.tags import Floating, Hold, Move, version_tag, versions_of

Rivals = Callable[[tuple[Version, ...]], Iterator[Version]]

_ONE_AT_A_TIME: Final = "concurrency:\n  group: images\n  queue: max"


def push_untagged(registry: Registry, repository: str, layout: Layout) -> None:
    """Push by digest and read every manifest and configuration back, byte for byte."""
    if layout.has_layers:
        registry.push(layout.folder, repository, layout.digest)
    elif isinstance(registry.manifest(f"{repository}@{layout.digest}"), Missing):
        registry.push_index(layout.folder, repository, layout.digest)
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


def settle(registry: Registry, arrived: Arrived, tag: str, replaceable: str) -> Arrived:
    """Look at the version tag again, right before it is written: another run may publish the same release.

    What it published meanwhile is kept if it runs the same. ``replaceable`` is the digest that may be
    replaced, empty for none. Raise ActionError for any other content.
    """
    found = read_published(registry, arrived.repository, tag)
    if isinstance(found, Missing) or found.digest in (arrived.digest, replaceable):
        return arrived
    if found.runs_as(arrived.contents):
        return as_published(arrived.repository, found)
    raise _meanwhile(arrived, tag, found.digest)


def name_version(registry: Registry, arrived: Arrived, tag: str, replaceable: str) -> None:
    """Give the version tag to an image, unless it names another than ``replaceable``."""
    before = _digest(registry, arrived.repository, tag)
    if before not in ("", arrived.digest, replaceable):
        raise _meanwhile(arrived, tag, before)
    _write(registry, arrived.repository, arrived.digest, tag, before)


def name_floating(registry: Registry, arrived: Arrived, tag: str, rivals: Rivals) -> Floating:
    """Move a floating tag if that is still right, and look again afterwards.

    Two releases may be published at the same time: ``rivals`` lists, highest first, those of a repository's
    versions that have a better claim. It is asked right before the write, and after it the tag is handed to a
    rival that appeared meanwhile. A run that died before it could look again left the tag to this image: then
    it is handed over, too.
    """
    before = _digest(registry, arrived.repository, tag)
    for best in rivals(versions_of(registry.tags(arrived.repository))):
        given = _hand_over(registry, arrived, tag, rivals) if before == arrived.digest else ""
        return Hold(tag=tag, reason=f"{best} is higher", given_to=given)
    _write(registry, arrived.repository, arrived.digest, tag, before)
    for best in rivals(versions_of(registry.tags(arrived.repository))):
        given = _hand_over(registry, arrived, tag, rivals)
        return Hold(tag=tag, reason=f"{best} was published meanwhile", given_to=given)
    return Move(tag=tag)


def _hand_over(registry: Registry, arrived: Arrived, tag: str, rivals: Rivals) -> str:
    """Give the tag to the best version that has an image; return that version, empty for none."""
    for version in rivals(versions_of(registry.tags(arrived.repository))):
        if digest := _digest(registry, arrived.repository, version_tag(version)):
            before = _digest(registry, arrived.repository, tag)
            _write(registry, arrived.repository, digest, tag, before)
            return str(version)
    return ""


def _digest(registry: Registry, repository: str, tag: str) -> str:
    raw = registry.manifest(f"{repository}:{tag}")
    return "" if isinstance(raw, Missing) else digest_of(raw)


def _write(registry: Registry, repository: str, digest: str, tag: str, before: str) -> None:
    """Give ``tag`` to ``digest`` and look; nothing is written when it has it already."""
    if before == digest:
        return
    registry.tag(repository, digest, tag)
    found = registry.written(f"{repository}:{tag}", instead_of=before)
    if found != digest:
        raise ActionError(
            f"{repository}:{tag} is {found} right after it was set to {digest}",
            why="something else publishes to the same repository at the same time",
            fix="let one run publish at a time, and run this one again",
            yaml=_ONE_AT_A_TIME,
        )


def _meanwhile(arrived: Arrived, tag: str, found: str) -> ActionError:
    return ActionError(
        f"{arrived.repository}:{tag} was published meanwhile, with other content",
        why=f"it is {found}; this run made {arrived.digest}",
        fix="let one run publish at a time; run this one again to see how things stand",
        yaml=_ONE_AT_A_TIME,
    )

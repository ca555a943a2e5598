"""Everything the decision depends on, read once: declarations, published tags, git's tags, the release."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from actionkit.errors import ActionError, raise_all
from actionkit.forge.client import Forge
from actionkit.forge.releases import NoRelease, Release, find_release
from actionkit.registry import Image, Index, Missing, Registry, parse_manifest
from actionkit.registry.oci import platform_name
from actionkit.semver import NotARelease, TagFormat, Version
from images.build.content import contents_of, labels_of
from images.declared.ask import read_declarations
from images.declared.document import Declared
from images.inputs import Inputs
from images.means import Means
from images.parallel import for_each
from images.publish.registries import repository_name
from images.refusals import name_problems
from images.state import FINGERPRINT, REVISION, Published, RepositoryState, Snapshot, Source, why_unstable
from images.tags import competitors, floating_names, version_tag, versions_of


def read_snapshot(inputs: Inputs, source: Source, git_tags: Mapping[str, str], means: Means) -> Snapshot:
    """Read everything; raise ActionError for what cannot be read."""
    declared = read_declarations(inputs, source, means)
    raise_all(name_problems(declared))
    repositories = _repositories(inputs, declared, means)
    git_versions = read_git_versions(git_tags, inputs.tag_format)
    published = (versions_of(state.tags) for states in repositories.values() for state in states)
    known = (*git_versions, *(version for versions in published for version in versions))
    return Snapshot(
        declared=declared,
        repositories=repositories,
        git_versions=git_versions,
        withdrawn=_withdrawn(inputs, known, means.forge),
        release=read_release(means.forge, inputs.tag),
    )


def read_repository(registry: Registry, repository: str, version: Version) -> RepositoryState:
    """Read a repository's tags, what its version tag points to, and the stable version before it."""
    tags = registry.tags(repository)
    tag = version_tag(version)
    lower = [other for other in versions_of(tags) if other < version and not other.prerelease]
    prior = version_tag(max(lower)) if lower else ""
    return RepositoryState(
        repository=repository,
        tags=tags,
        published=read_published(registry, repository, tag),  # whatever the list says: it may be old
        prior=_read_prior(registry, repository, prior) if prior else Missing(reference=repository),
    )


def read_published(registry: Registry, repository: str, tag: str) -> Published | Missing:
    """Read the image behind a tag: its digests, and the labels that say where it came from."""
    raw = registry.manifest(f"{repository}:{tag}")
    if isinstance(raw, Missing):
        return raw
    root = parse_manifest(raw)
    images, gone = _images(registry, repository, root)
    configurations = tuple(
        json.loads(registry.config(f"{repository}@{image.digest}"))
        for image in images
        if image.config.media_type.endswith(("image.config.v1+json", "container.image.v1+json"))
    )
    labels = labels_of(configurations[0]) if configurations else {}
    return Published(
        tag=tag,
        digest=root.digest,
        contents=contents_of(configurations) or tuple(sorted(image.digest for image in images)),
        gone=gone,
        revision=labels.get(REVISION, ""),
        fingerprint=labels.get(FINGERPRINT, ""),
        size=max((image.size for image in images), default=0),
        platforms=tuple(platform_name(configuration) for configuration in configurations),
    )


def _read_prior(registry: Registry, repository: str, tag: str) -> Published | Missing:
    """Read the image whose size is compared; a broken one of long ago holds no release back."""
    try:
        return read_published(registry, repository, tag)
    except ActionError:
        return Missing(reference=f"{repository}:{tag}")


def read_git_versions(tags: Iterable[str], tag_format: TagFormat) -> tuple[Version, ...]:
    """Read the versions that git's tags name."""
    read = (tag_format.version(tag) for tag in tags)
    return tuple(version for version in read if not isinstance(version, NotARelease))


def read_release(forge: Forge, tag: str) -> Release | NoRelease:
    """Find the GitHub Release of the tag; a tag need not have one, and nobody may ask without a token."""
    return find_release(forge, tag) if forge.token else NoRelease(tag=tag)


def unstable_versions(
    version: Version, known: Iterable[Version], is_unstable: Callable[[Version], bool]
) -> frozenset[Version]:
    """Find versions that only look as if they had a better claim to a floating tag of ``version``.

    ``is_unstable`` is asked from the highest version of each range downwards until one is really stable:
    a handful of questions, however long the history is.
    """
    others, found = tuple(known), set[Version]()
    for tag in floating_names(version):
        for competitor in competitors(tag, version, others):
            if competitor not in found and not is_unstable(competitor):
                break
            found.add(competitor)
    return frozenset(found)


def _withdrawn(inputs: Inputs, known: Iterable[Version], forge: Forge) -> frozenset[Version]:
    def is_unstable(version: Version) -> bool:
        return bool(why_unstable(read_release(forge, inputs.tag_format.tag(version))))

    return unstable_versions(inputs.version, known, is_unstable)


def _repositories(
    inputs: Inputs, declared: Declared, means: Means
) -> Mapping[str, tuple[RepositoryState, ...]]:
    project = means.context.repository
    wanted = [
        (target.name, repository_name(destination, target.image, project))
        for target in declared.targets
        for destination in inputs.destinations
    ]
    states = for_each(wanted, lambda it: read_repository(means.registries.of(it[1]), it[1], inputs.version))
    return {
        target.name: tuple(
            state for (name, _), state in zip(wanted, states, strict=True) if name == target.name
        )
        for target in declared.targets
    }


def _images(
    registry: Registry, repository: str, root: Image | Index
) -> tuple[tuple[Image, ...], tuple[str, ...]]:
    """Read the runnable images, and name those that are gone."""
    if isinstance(root, Image):
        return (root,), ()
    raws = {entry.digest: registry.manifest(f"{repository}@{entry.digest}") for entry in root.runnable}
    parsed = (parse_manifest(raw) for raw in raws.values() if not isinstance(raw, Missing))
    gone = tuple(digest for digest, raw in raws.items() if isinstance(raw, Missing))
    return tuple(image for image in parsed if isinstance(image, Image)), gone

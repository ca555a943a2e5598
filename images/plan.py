"""Decide, for every image and registry, what is built, kept, tagged or refused. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from actionkit.errors import ActionError
from actionkit.forge.releases import Release
from actionkit.registry.oci import Missing
from actionkit.semver import Version
from images.bake import Target, check_distinct
from images.inputs import Attestations, Inputs
from images.state import FINGERPRINT, REVISION, Published, RepositoryState, Snapshot, Source
from images.tags import Floating, floating_tags, version_tag, versions_of

_OCI: Final = "org.opencontainers.image."
_SECRET_NAME: Final = re.compile(
    r"(^|[_-])(token|secret|password|passwd|pwd|credentials?|api_?key|private_?key|access_?key)($|[_-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about the project, for labels; empty where nobody said it."""

    repository_url: str
    description: str
    licenses: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryPlan:
    """One image in one registry: its version tag, its floating tags, and what is there already."""

    repository: str
    version_tag: str
    floating: tuple[Floating, ...]
    published: Published | Missing
    prior: str
    """The version tag before this one, to compare sizes with; empty for the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One image that has to be built; ``labels`` are checked in the result."""

    target: Target
    labels: Mapping[str, str]
    platforms: tuple[str, ...]

    def describes(self, published: Published) -> bool:
        """Tell whether ``published`` was made from the same inputs: then there is no second one."""
        return (published.revision, published.fingerprint) == (
            self.labels[REVISION],
            self.labels[FINGERPRINT],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """One image that is published everywhere already, from the same inputs: nothing is built for it."""

    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePlan:
    """What happens to one declared image."""

    work: Build | Keep
    repositories: tuple[RepositoryPlan, ...]

    @property
    def name(self) -> str:
        """The name of the bake target."""
        return self.work.target.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole publication; ``problems`` forbid it.

    ``git_versions`` compete for floating tags; ``unstable`` says why this version takes none of them.
    """

    tag: str
    version: Version
    source: Source
    images: tuple[ImagePlan, ...]
    git_versions: tuple[Version, ...]
    unstable: str
    overwrite: bool
    problems: tuple[ActionError, ...]

    @property
    def builds(self) -> tuple[Build, ...]:
        """The images to build, in the order of declaration."""
        return tuple(image.work for image in self.images if isinstance(image.work, Build))


def make_plan(inputs: Inputs, source: Source, snapshot: Snapshot, facts: Facts) -> Plan:
    """Decide everything; nothing here reads or writes."""
    images = tuple(_image(inputs, source, snapshot, facts, target) for target in snapshot.declared.targets)
    return Plan(
        tag=inputs.tag,
        version=inputs.version,
        source=source,
        images=images,
        git_versions=snapshot.git_versions,
        unstable=_unstable(snapshot),
        overwrite=inputs.overwrite,
        problems=(
            *check_distinct(snapshot.declared),
            *_secret_arguments(snapshot.declared.targets),
            *(() if inputs.overwrite else _foreign(images, source)),
        ),
    )


def fingerprint(inputs: Inputs, source: Source, target: Target) -> str:
    """Name what decides an image's content: the commit, the folder's changes, what bake resolved."""
    parts = (source.commit, source.changes, target.fingerprint_source, *inputs.platforms)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _image(inputs: Inputs, source: Source, snapshot: Snapshot, facts: Facts, target: Target) -> ImagePlan:
    states = snapshot.repositories[target.name]
    build = Build(
        target=target,
        labels=_labels(inputs, source, facts, target),
        platforms=inputs.platforms or target.platforms,
    )
    kept = not inputs.overwrite and all(_is_done(state, build) for state in states)
    return ImagePlan(
        work=Keep(target=target) if kept else build,
        repositories=tuple(_repository(inputs, snapshot, state) for state in states),
    )


def _is_done(state: RepositoryState, build: Build) -> bool:
    return isinstance(state.published, Published) and build.describes(state.published)


def _repository(inputs: Inputs, snapshot: Snapshot, state: RepositoryState) -> RepositoryPlan:
    published = versions_of(state.tags)
    stable = [other for other in published if other < inputs.version and not other.prerelease]
    return RepositoryPlan(
        repository=state.repository,
        version_tag=version_tag(inputs.version),
        floating=floating_tags(
            inputs.version, (*published, *snapshot.git_versions), unstable=_unstable(snapshot)
        ),
        published=state.published,
        prior=version_tag(max(stable)) if stable else "",
    )


def _unstable(snapshot: Snapshot) -> str:
    match snapshot.release:
        case Release(draft=True):
            return "the GitHub Release is a draft"
        case Release(prerelease=True):
            return "the GitHub Release is marked as a pre-release"
        case _:
            return ""


def _labels(inputs: Inputs, source: Source, facts: Facts, target: Target) -> Mapping[str, str]:
    """Describe the image; what the project says itself wins, except where only the release knows.

    Keys: https://github.com/opencontainers/image-spec/blob/main/annotations.md
    """
    offered = {
        f"{_OCI}title": target.image,
        f"{_OCI}description": facts.description or f"{target.image} of {facts.repository_url}",
        f"{_OCI}url": facts.repository_url,
        f"{_OCI}licenses": facts.licenses,
    }
    fixed = {
        f"{_OCI}source": facts.repository_url,
        f"{_OCI}version": str(inputs.version),
        f"{_OCI}created": source.created,
        REVISION: source.commit,
        FINGERPRINT: fingerprint(inputs, source, target),
    }
    own = {key: value for key, value in target.labels.items() if value}
    return {key: value for key, value in {**offered, **own, **fixed}.items() if value}


def _foreign(images: tuple[ImagePlan, ...], source: Source) -> tuple[ActionError, ...]:
    """Refuse version tags that were published from another commit, before anything is built."""
    return tuple(
        ActionError(
            f"{place.repository}:{place.version_tag} exists with other content",
            why=f"it is {place.published.digest}, built from commit {place.published.revision or 'unknown'};"
            f" this release is commit {source.commit}",
            fix="release a new version; a published version is never replaced unless you insist",
            yaml="with:\n  overwrite: true",
        )
        for image in images
        for place in image.repositories
        if isinstance(place.published, Published) and place.published.revision != source.commit
    )


def _secret_arguments(targets: tuple[Target, ...]) -> tuple[ActionError, ...]:
    return tuple(
        ActionError(
            f"the build argument {name} of the target {target.name} looks like a secret",
            why="build arguments stay readable in the image's history and provenance",
            fix=f"use RUN --mount=type=secret,id={name.lower()} in the Dockerfile, and input secrets",
            yaml=f"with:\n  secrets: |\n    {name.lower()}=${{{{ secrets.{name.upper()} }}}}",
        )
        for target in targets
        for name, value in target.arguments.items()
        if value and _SECRET_NAME.search(name)
    )


def attestation_options(wanted: tuple[Attestations, ...]) -> tuple[str, ...]:
    """Write what BuildKit shall record: https://docs.docker.com/build/metadata/attestations/."""
    if Attestations.PROVENANCE_MAX in wanted:
        provenance = "type=provenance,mode=max"
    elif Attestations.PROVENANCE in wanted:
        provenance = "type=provenance,mode=min"
    else:
        provenance = "type=provenance,disabled=true"
    return (provenance, *(("type=sbom",) if Attestations.SBOM in wanted else ()))

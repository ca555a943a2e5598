"""Decide, for every image and registry, what is built, kept, copied, tagged or refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from actionkit.errors import ActionError, InputError
from actionkit.registry.oci import Missing
from actionkit.semver import Version
from images.declared.arguments import check_arguments
from images.declared.document import Target
from images.inputs import Inputs
from images.labels import Facts, image_labels
from images.refusals import published_problems
from images.state import FINGERPRINT, REVISION, Published, RepositoryState, Snapshot, Source, why_unstable
from images.tags import Floating, competitors, floating_tags, version_tag, versions_of

_USUAL: Final = ("linux/amd64",)
"""What an image is built for that declares no platform, where no single machine decides it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """The version tag is there, made from the same inputs: it is the image of this release."""

    published: Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Another registry has the image of this release: the same bytes are copied from ``origin``."""

    origin: str
    published: Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """The version tag is there, made from other inputs: the built content decides.

    Other content is refused, or replaces what is there if it ``may_replace`` it.
    """

    published: Published
    may_replace: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What is built goes there."""


Action = Keep | Copy | Compare | Push


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One image in one registry and what happens there; ``is_new`` says that it has no tag yet.

    ``replaceable`` is the digest that the version tag has now, empty for none: all that may be overwritten.
    """

    repository: str
    version_tag: str
    floating: tuple[Floating, ...]
    action: Action
    replaceable: str
    prior: Published | Missing
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePlan:
    """What happens to one declared image; ``labels`` are given to the build and checked in the result."""

    target: Target
    labels: Mapping[str, str]
    platforms: tuple[str, ...]
    places: tuple[Place, ...]

    @property
    def is_built(self) -> bool:
        """Whether the image has to be built at all."""
        return any(isinstance(place.action, Push | Compare) for place in self.places)

    def agreed(self, built: tuple[str, ...]) -> ImagePlan:
        """Let all registries have one digest: if one has what was ``built`` already, the others copy it."""
        for place in self.places:
            if isinstance(place.action, Keep | Compare) and _stays(place.action, built):
                copy = Copy(origin=place.repository, published=place.action.published)
                return replace(self, places=tuple(_following(other, copy, built) for other in self.places))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole publication; ``problems`` forbid it.

    ``git_versions`` compete for floating tags, ``withdrawn`` do not; ``unstable`` says why this version
    takes none of them.
    """

    tag: str
    version: Version
    source: Source
    images: tuple[ImagePlan, ...]
    git_versions: tuple[Version, ...]
    withdrawn: frozenset[Version]
    unstable: str
    problems: tuple[ActionError, ...]

    @property
    def platforms(self) -> tuple[str, ...]:
        """Every platform that some image is built for."""
        return tuple(dict.fromkeys(platform for image in self.images for platform in image.platforms))

    def for_platform(self, platform: str) -> Plan:
        """Leave what one machine of several builds; raise InputError for a platform that no image is for."""
        if platform not in self.platforms:
            raise InputError(
                f"no image is built for the platform {platform}",
                why=f"they are for {', '.join(self.platforms)}",
                fix="let the plan's output platforms make the matrix of jobs",
                yaml="strategy:\n  matrix:\n    platform: ${{ fromJSON(needs.plan.outputs.platforms) }}",
            )
        own = tuple(image for image in self.images if platform in image.platforms)
        return replace(self, images=tuple(replace(image, platforms=(platform,)) for image in own))

    @property
    def builds(self) -> tuple[ImagePlan, ...]:
        """The images to build, in the order of declaration."""
        return tuple(image for image in self.images if image.is_built)

    def floating(self, published: tuple[Version, ...]) -> tuple[Floating, ...]:
        """Decide the floating tags of a repository in which the versions ``published`` are."""
        others = {*published, *self.git_versions} - self.withdrawn
        return floating_tags(self.version, others, unstable=self.unstable)

    def rivals(self, tag: str, others: tuple[Version, ...]) -> tuple[Version, ...]:
        """List those of ``others`` that have a better claim to a floating tag, highest first."""
        return competitors(tag, self.version, set(others) - self.withdrawn)


def make_plan(inputs: Inputs, source: Source, snapshot: Snapshot, facts: Facts) -> Plan:
    """Decide everything; nothing here reads or writes."""
    frame = Plan(
        tag=inputs.tag,
        version=inputs.version,
        source=source,
        images=(),
        git_versions=snapshot.git_versions,
        withdrawn=snapshot.withdrawn,
        unstable=_unstable(inputs, snapshot),
        problems=(
            *check_arguments(snapshot.declared, inputs.public_arguments),
            *(() if inputs.overwrite else published_problems(snapshot, source)),
        ),
    )
    labelled = ((target, image_labels(inputs, source, facts, target)) for target in snapshot.declared.targets)
    images = tuple(
        ImagePlan(
            target=target,
            labels=labels,
            platforms=inputs.platforms or target.platforms or (_USUAL if inputs.is_split else ()),
            places=_places(inputs, frame, snapshot.repositories[target.name], labels),
        )
        for target, labels in labelled
    )
    return replace(frame, images=images)


def _places(
    inputs: Inputs, frame: Plan, states: tuple[RepositoryState, ...], labels: Mapping[str, str]
) -> tuple[Place, ...]:
    return tuple(
        Place(
            repository=state.repository,
            version_tag=version_tag(inputs.version),
            floating=frame.floating(versions_of(state.tags)),
            action=_action(inputs, state, states, labels),
            replaceable=state.published.digest if isinstance(state.published, Published) else "",
            prior=state.prior,
            is_new=not state.tags,
        )
        for state in states
    )


def _stays(action: Action, built: tuple[str, ...]) -> bool:
    return isinstance(action, Keep) or (isinstance(action, Compare) and action.published.runs_as(built))


def _following(place: Place, copy: Copy, built: tuple[str, ...]) -> Place:
    wants_other = isinstance(place.action, Push | Compare) and not _stays(place.action, built)
    return replace(place, action=copy) if wants_other else place


def _action(
    inputs: Inputs, state: RepositoryState, states: tuple[RepositoryState, ...], labels: Mapping[str, str]
) -> Action:
    there = state.published
    if isinstance(there, Published) and describes(labels, there) and not there.gone:
        return Keep(published=there)
    if isinstance(there, Published) and not inputs.overwrite:
        return Compare(published=there, may_replace=False)
    for other in states:
        known = other.published
        if isinstance(known, Published) and describes(labels, known) and not known.gone:
            return Copy(origin=other.repository, published=known)
    return Compare(published=there, may_replace=True) if isinstance(there, Published) else Push()


def describes(labels: Mapping[str, str], published: Published) -> bool:
    """Tell whether ``published`` was made from the inputs that ``labels`` name."""
    return (published.revision, published.fingerprint) == (labels[REVISION], labels[FINGERPRINT])


def _unstable(inputs: Inputs, snapshot: Snapshot) -> str:
    if inputs.version.prerelease:
        return f"{inputs.version} is a pre-release"
    return why_unstable(snapshot.release)

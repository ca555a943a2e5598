"""Carry a plan out: first every gate, then build, push without tags, and name, most general tags last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from actionkit.errors import ActionError, raise_all
from actionkit.registry import Missing
from actionkit.registry.layout import Layout
from actionkit.semver import Version
from images.bake import Declared
from images.build import Workshop, build_images
from images.builder import open_builder
from images.buildlog import BuildLog
from images.check import check_image
from images.inputs import Inputs
from images.leaks import find_leaks
from images.means import Means
from images.plan import Compare, Copy, ImagePlan, Keep, Place, Plan, Push
from images.publish import Arrived, name_digest, name_floating, push_untagged
from images.repeated import Repeated
from images.state import Published
from images.tags import Floating, Hold, Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One image in one registry after the run; ``held`` are tags that stayed where they were."""

    target: str
    arrived: Arrived
    tags: tuple[str, ...]
    held: tuple[Hold, ...]
    prior: Published | Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything that is published now, and what the build did more often than needed."""

    results: tuple[Result, ...]
    repeated: tuple[Repeated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applier:
    """Carries ``plan`` out; ``git_versions`` reads git's versions anew, since others release meanwhile."""

    plan: Plan
    declared: Declared
    inputs: Inputs
    means: Means
    git_versions: Callable[[], tuple[Version, ...]]

    def apply(self) -> Outcome:
        """Publish all images or none."""
        self._gates()
        layouts, repeated = self._built()
        arrived = tuple(
            (image, place, self._arrive(place, layouts.get(image.target.name)))
            for image in self.plan.images
            for place in image.places
        )
        return Outcome(results=self._named(arrived), repeated=repeated)

    def _gates(self) -> None:
        problems = list(self.plan.problems)
        for place in (place for image in self.plan.images for place in image.places):
            try:
                self.means.registries.of(place.repository).require_write(place.repository)
            except ActionError as error:
                problems.append(error)
        raise_all(problems)

    def _built(self) -> tuple[Mapping[str, Layout], tuple[Repeated, ...]]:
        workflow, registries = self.means.workflow, self.means.registries
        if not self.plan.builds:
            workflow.info("every image is published already: nothing to build")
            return {}, ()
        log = BuildLog(tell=workflow.info)
        with open_builder(self.inputs.builder, registries.environment) as builder:
            workshop = Workshop(
                inputs=self.inputs,
                declared=self.declared,
                registries=registries,
                builder=builder,
                folder=registries.folder / "built",
            )
            with workflow.group("docker buildx bake"), workflow.verbatim():
                built = build_images(self.plan, workshop, log)
        if built.cache_trouble:
            workflow.warning(built.cache_trouble, title="built without cache")
        raise_all(tuple(self._wrong(built.layouts)))
        return built.layouts, log.steps.repeated(self.declared.targets)

    def _wrong(self, layouts: Mapping[str, Layout]) -> Iterable[ActionError]:
        for image in self.plan.builds:
            layout = layouts[image.target.name]
            yield from check_image(image, layout)
            yield from find_leaks(image.target.name, layout, self.inputs.confidential)

    def _arrive(self, place: Place, layout: Layout | None) -> Arrived:
        registry = self.means.registries.of(place.repository)
        match place.action:
            case Keep(published=published) | Compare(published=published):
                self.means.workflow.info(f"{place.repository}:{place.version_tag} is there: kept")
                return _known(place, published)
            case Copy(origin=origin, published=published):
                self.means.workflow.info(f"copy {origin}@{published.digest} to {place.repository}")
                registry.copy_from(
                    self.means.registries.of(origin), origin, place.repository, published.digest
                )
                return _known(place, published)
            case Push():
                assert layout, "what is pushed was built"  # noqa: S101 - the plan's own rule
                self.means.workflow.info(f"push {place.repository}@{layout.digest}")
                push_untagged(registry, place.repository, layout)
                return _pushed(place, layout)
            case _:
                assert_never(place.action)

    def _named(self, arrived: tuple[tuple[ImagePlan, Place, Arrived], ...]) -> tuple[Result, ...]:
        """Name everything: the version tags of all images before any floating tag, ``latest`` last of all."""
        for _, place, image in arrived:
            self.means.workflow.info(f"tag {place.repository}:{place.version_tag}")
            registry = self.means.registries.of(place.repository)
            name_digest(registry, place.repository, image.digest, place.version_tag)
        decided: dict[str, list[Floating]] = {place.repository: [] for _, place, _ in arrived}
        for level in range(max(len(place.floating) for _, place, _ in arrived)):
            git_versions = self.git_versions()
            for _, place, image in arrived:
                decision = self._floated(place, image, place.floating[level].tag, git_versions)
                decided[place.repository].append(decision)
        return tuple(
            _result(image.target.name, place, there, decided[place.repository])
            for image, place, there in arrived
        )

    def _floated(self, place: Place, image: Arrived, tag: str, git_versions: tuple[Version, ...]) -> Floating:
        def decide(published: tuple[Version, ...]) -> Floating:
            decisions = self.plan.floating((*published, *git_versions))
            return next(decision for decision in decisions if decision.tag == tag)

        decision = name_floating(self.means.registries.of(place.repository), image, tag, decide)
        self.means.workflow.info(_told(place, decision))
        return decision


def _known(place: Place, published: Published) -> Arrived:
    return Arrived(
        repository=place.repository,
        digest=published.digest,
        size=published.size,
        platforms=published.platforms,
    )


def _pushed(place: Place, layout: Layout) -> Arrived:
    images = layout.images()
    return Arrived(
        repository=place.repository,
        digest=layout.digest,
        size=max(manifest.size for _, manifest in images),
        platforms=tuple(platform for platform, _ in images),
    )


def _told(place: Place, decision: Floating) -> str:
    match decision:
        case Move(tag=tag):
            return f"tag {place.repository}:{tag}"
        case Hold(tag=tag, reason=reason):
            return f"leave {place.repository}:{tag} alone: {reason}"


def _result(target: str, place: Place, arrived: Arrived, decided: Iterable[Floating]) -> Result:
    decisions = tuple(decided)
    moved = tuple(decision.tag for decision in decisions if isinstance(decision, Move))
    return Result(
        target=target,
        arrived=arrived,
        tags=(place.version_tag, *moved),
        held=tuple(decision for decision in decisions if isinstance(decision, Hold)),
        prior=place.prior,
    )

"""Carry a plan out: first every gate, then build, push without tags, and name, most general tags last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from actionkit.errors import ActionError, raise_all
from actionkit.registry import Missing
from actionkit.registry.layout import Layout
from actionkit.semver import Version
from images.bake import Declared
from images.check import check_image
from images.content import contents_of_layout
from images.inputs import Inputs
from images.make import Made, make_images
from images.means import Means
from images.parallel import for_each, try_each
from images.parts import join_parts, read_parts, write_parts
from images.plan import Action, Compare, Copy, ImagePlan, Keep, Place, Plan, Push
from images.publish import Arrived, name_digest, name_floating, push_untagged, settle
from images.repeated import Repeated
from images.state import Published
from images.tags import Floating, Hold, Move


class State(StrEnum):
    """What a run did to an image: made it, found it as it should be, or took it from another registry."""

    NEW = "new"
    KEPT = "kept"
    COPIED = "copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One image in one registry after the run; ``held`` are tags that stayed where they were."""

    target: str
    state: State
    arrived: Arrived
    tags: tuple[str, ...]
    held: tuple[Hold, ...]
    prior: Published | Missing
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything that is published now, and what the build did more often than needed."""

    results: tuple[Result, ...]
    repeated: tuple[Repeated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """One image of the plan that is in one registry."""

    plan: ImagePlan
    place: Place
    image: Arrived
    state: State


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
        made = self._made()
        return Outcome(results=self._named(self._arrived(made.layouts)), repeated=made.repeated)

    def apply_platform(self, folder: Path) -> Outcome:
        """Build one platform, push it without tags and write that down in ``folder``."""
        self._gates()
        made = make_images(self.plan, self.declared, self.inputs, self.means)
        wanted = [
            (image, place)
            for image in self.plan.builds
            for place in image.places
            if isinstance(place.action, Push | Compare)
        ]
        results = for_each(wanted, lambda it: self._push_part(*it, made.layouts[it[0].target.name]))
        write_parts(folder, self.plan, self.inputs.platform, made.layouts)
        return Outcome(results=results, repeated=made.repeated)

    def _push_part(self, image: ImagePlan, place: Place, layout: Layout) -> Result:
        self.means.workflow.info(f"push {place.repository}@{layout.digest}")
        push_untagged(self.means.registries.of(place.repository), place.repository, layout)
        there = There(plan=image, place=place, image=_pushed(place, layout), state=State.NEW)
        return replace(_result(there, ()), tags=())

    def _made(self) -> Made:
        if not self.inputs.parts:
            return make_images(self.plan, self.declared, self.inputs, self.means)
        registries = self.means.registries
        repositories = {place.repository for image in self.plan.images for place in image.places}
        layouts = join_parts(
            self.plan,
            read_parts(self.means.context.workspace / self.inputs.parts, self.plan),
            {repository: registries.of(repository) for repository in repositories},
            registries.folder / "joined",
        )
        wrong = (check_image(self.plan, image, layouts[image.target.name]) for image in self.plan.builds)
        raise_all(tuple(problem for problems in wrong for problem in problems))
        return Made(layouts=layouts, repeated=())

    def _arrived(self, layouts: Mapping[str, Layout]) -> tuple[There, ...]:
        return for_each(
            [(image, place) for image in self.plan.images for place in image.places],
            lambda it: There(
                plan=it[0],
                place=it[1],
                image=self._arrive(it[1], layouts.get(it[0].target.name)),
                state=_state(it[1].action),
            ),
        )

    def _gates(self) -> None:
        repositories = [place.repository for image in self.plan.images for place in image.places]
        answers = try_each(repositories, lambda name: self.means.registries.of(name).require_write(name))
        refusals = (answer for answer in answers if isinstance(answer, ActionError))
        raise_all((*self.plan.problems, *refusals))

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

    def _named(self, arrived: tuple[There, ...]) -> tuple[Result, ...]:
        """Name everything: the version tags of all images before any floating tag, ``latest`` last of all."""
        arrived = arrived if self.inputs.overwrite else for_each(arrived, self._settled)
        for_each(arrived, self._name_version)
        levels = tuple(self._level(arrived, level) for level in range(len(arrived[0].place.floating)))
        return tuple(
            _result(there, decided) for there, decided in zip(arrived, zip(*levels, strict=True), strict=True)
        )

    def _level(self, arrived: tuple[There, ...], level: int) -> tuple[Floating, ...]:
        git_versions = self.git_versions()
        return for_each(arrived, lambda there: self._float(there, level, git_versions))

    def _settled(self, there: There) -> There:
        registry = self.means.registries.of(there.place.repository)
        image = settle(registry, there.image, there.place.version_tag)
        return there if image == there.image else replace(there, image=image, state=State.KEPT)

    def _name_version(self, there: There) -> None:
        place = there.place
        self.means.workflow.info(f"tag {place.repository}:{place.version_tag}")
        registry = self.means.registries.of(place.repository)
        name_digest(registry, place.repository, there.image.digest, place.version_tag)

    def _float(self, there: There, level: int, git_versions: tuple[Version, ...]) -> Floating:
        planned, registry = there.place.floating[level], self.means.registries.of(there.place.repository)
        if self.plan.unstable:
            return planned

        def rivals(published: tuple[Version, ...]) -> tuple[Version, ...]:
            return self.plan.rivals(planned.tag, (*published, *git_versions))

        decision = name_floating(registry, there.image, planned.tag, rivals)
        self.means.workflow.info(_told(there.place, decision))
        return decision


def _state(action: Action) -> State:
    match action:
        case Keep() | Compare():
            return State.KEPT
        case Copy():
            return State.COPIED
        case Push():
            return State.NEW
        case _:
            assert_never(action)


def _known(place: Place, published: Published) -> Arrived:
    return Arrived(
        repository=place.repository,
        digest=published.digest,
        contents=published.contents,
        size=published.size,
        platforms=published.platforms,
    )


def _pushed(place: Place, layout: Layout) -> Arrived:
    images = layout.images()
    return Arrived(
        repository=place.repository,
        digest=layout.digest,
        contents=contents_of_layout(layout),
        size=max(manifest.size for _, manifest in images),
        platforms=tuple(platform for platform, _ in images),
    )


def _told(place: Place, decision: Floating) -> str:
    match decision:
        case Move(tag=tag):
            return f"tag {place.repository}:{tag}"
        case Hold(tag=tag, reason=reason):
            return f"leave {place.repository}:{tag} alone: {reason}"


def _result(there: There, decisions: Iterable[Floating]) -> Result:
    decided = tuple(decisions)
    moved = tuple(decision.tag for decision in decided if isinstance(decision, Move))
    return Result(
        target=there.plan.target.name,
        state=there.state,
        arrived=there.image,
        tags=(there.place.version_tag, *moved),
        held=tuple(decision for decision in decided if isinstance(decision, Hold)),
        prior=there.place.prior,
        is_new=there.place.is_new,
    )

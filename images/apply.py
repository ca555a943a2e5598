"""Carry a plan out: first every gate, then build, push without tags, and name, most general tags last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from actionkit.errors import ActionError, raise_all
from actionkit.registry.layout import Layout
from actionkit.semver import Version
from actionkit.workflow import Workflow
from images.bake import Declared
from images.build import BuildLog, build_images
from images.builder import Builder
from images.check import check_image
from images.inputs import Inputs
from images.plan import ImagePlan, Plan, RepositoryPlan
from images.publish import Arrived, name_floating, name_version, push_untagged
from images.registries import Registries
from images.state import Published
from images.tags import Floating, Hold, Move, floating_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One image in one registry after the run: its tags, and those that stayed where they were."""

    arrived: Arrived
    tags: tuple[str, ...]
    held: tuple[Hold, ...]
    prior: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What effects go through."""

    workflow: Workflow
    registries: Registries
    builder: Builder
    folder: Path


def apply_plan(plan: Plan, declared: Declared, inputs: Inputs, tools: Tools) -> tuple[Result, ...]:
    """Publish all images or none; return what is published, kept images included."""
    _gates(plan, tools)
    layouts = _built(plan, declared, inputs, tools)
    arrived = _arrived(plan, layouts, tools)
    return _named(plan, arrived, tools)


def _gates(plan: Plan, tools: Tools) -> None:
    problems = [*plan.problems, *_unbuildable(plan, tools.builder)]
    for repository in dict.fromkeys(
        place.repository for image in plan.images for place in image.repositories
    ):
        try:
            tools.registries.of(repository).require_write(repository)
        except ActionError as error:
            problems.append(error)
    raise_all(problems)


def _unbuildable(plan: Plan, builder: Builder) -> Iterable[ActionError]:
    for build in plan.builds:
        missing = [platform for platform in build.platforms if platform not in builder.platforms]
        if builder.platforms and missing:
            yield ActionError(
                f"the builder cannot build {build.target.name} for {', '.join(missing)}",
                why=f"it builds for {', '.join(builder.platforms)}",
                fix="register an emulator before this step, or name a builder with such nodes",
                yaml="- uses: docker/setup-qemu-action@v3",
            )


def _built(plan: Plan, declared: Declared, inputs: Inputs, tools: Tools) -> Mapping[str, Layout]:
    if not plan.builds:
        tools.workflow.info("every image is published already: nothing to build")
        return {}
    names = ", ".join(build.target.name for build in plan.builds)
    with tools.workflow.group(f"build {names}"), tools.workflow.verbatim():
        log = BuildLog(tell=tools.workflow.info)
        layouts = build_images(plan, declared, inputs, tools.builder, tools.folder / "out", log)
    raise_all(
        [
            problem
            for image in plan.images
            for problem in check_image(image, layouts, overwrite=plan.overwrite)
        ]
    )
    return layouts


def _arrived(
    plan: Plan, layouts: Mapping[str, Layout], tools: Tools
) -> tuple[tuple[RepositoryPlan, Arrived], ...]:
    return tuple(
        (place, _arrive(plan, image, place, layouts, tools))
        for image in plan.images
        for place in image.repositories
    )


def _arrive(
    plan: Plan, image: ImagePlan, place: RepositoryPlan, layouts: Mapping[str, Layout], tools: Tools
) -> Arrived:
    if isinstance(place.published, Published) and not plan.overwrite:
        tools.workflow.info(f"{place.repository}:{place.version_tag} is there: kept")
        return _kept(image, place, place.published)
    layout = layouts[image.name]
    tools.workflow.info(f"push {place.repository}@{layout.digest}")
    push_untagged(tools.registries.of(place.repository), place.repository, layout)
    return _pushed(image, place, layout)


def _kept(image: ImagePlan, place: RepositoryPlan, published: Published) -> Arrived:
    return Arrived(
        target=image.name,
        repository=place.repository,
        digest=published.digest,
        size=published.size,
        platforms=published.platforms,
        kept=True,
    )


def _pushed(image: ImagePlan, place: RepositoryPlan, layout: Layout) -> Arrived:
    images = layout.images()
    return Arrived(
        target=image.name,
        repository=place.repository,
        digest=layout.digest,
        size=max(manifest.size for _, manifest in images),
        platforms=tuple(platform for platform, _ in images),
        kept=False,
    )


def _named(
    plan: Plan, arrived: tuple[tuple[RepositoryPlan, Arrived], ...], tools: Tools
) -> tuple[Result, ...]:
    """Name everything, the version tags of all images before any floating tag, ``latest`` last of all."""
    for place, image in arrived:
        tools.workflow.info(f"tag {place.repository}:{place.version_tag}")
        name_version(tools.registries.of(place.repository), image, place.version_tag)
    decided: dict[str, list[Floating]] = {place.repository: [] for place, _ in arrived}
    for level in range(max(len(place.floating) for place, _ in arrived)):
        for place, image in arrived:
            tag = place.floating[level].tag
            decision = name_floating(
                tools.registries.of(place.repository), image, tag, partial(_decide, plan, tag)
            )
            _tell(tools, place, decision)
            decided[place.repository].append(decision)
    return tuple(_result(place, image, decided[place.repository]) for place, image in arrived)


def _decide(plan: Plan, tag: str, versions: tuple[Version, ...]) -> Floating:
    decisions = floating_tags(plan.version, (*versions, *plan.git_versions), unstable=plan.unstable)
    return next(decision for decision in decisions if decision.tag == tag)


def _tell(tools: Tools, place: RepositoryPlan, decision: Floating) -> None:
    match decision:
        case Move(tag=tag):
            tools.workflow.info(f"tag {place.repository}:{tag}")
        case Hold(tag=tag, reason=reason):
            tools.workflow.info(f"leave {place.repository}:{tag} alone: {reason}")


def _result(place: RepositoryPlan, arrived: Arrived, decided: Iterable[Floating]) -> Result:
    decisions = tuple(decided)
    moved = tuple(decision.tag for decision in decisions if isinstance(decision, Move))
    return Result(
        arrived=arrived,
        tags=(place.version_tag, *moved),
        held=tuple(decision for decision in decisions if isinstance(decision, Hold)),
        prior=place.prior,
    )

"""Carry a plan out: first every gate, then build, push without tags, and name, most general tags last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from actionkit.errors import ActionError, raise_all
from actionkit.registry.layout import Layout
from images.build.check import check_image
from images.build.content import contents_of_layout
from images.build.make import Made, make_images, warn_alike
from images.declared.document import Declared
from images.inputs import Inputs
from images.means import Means
from images.parallel import for_each, try_each
from images.plan import Compare, Copy, ImagePlan, Keep, Place, Plan, Push
from images.publish.naming import Namer, News
from images.publish.parts import join_parts, read_parts, write_parts
from images.publish.push import push_untagged
from images.publish.results import Arrived, Outcome, Result, State, There, as_published


@dataclass(frozen=True, slots=True, kw_only=True)
class Applier:
    """Carries ``plan`` out; ``news`` are asked anew before a tag is written."""

    plan: Plan
    declared: Declared
    inputs: Inputs
    means: Means
    news: News

    def apply(self) -> Outcome:
        """Publish all images or none."""
        self._gates()
        made = self._made()
        namer = Namer(
            plan=self.plan,
            overwrite=self.inputs.overwrite,
            registries=self.means.registries,
            workflow=self.means.workflow,
            news=self.news,
        )
        return Outcome(results=namer.name(self._arrived(made.layouts)), repeated=made.repeated)

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
        return there.result((), ())

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
        warn_alike(self.means.workflow, layouts)
        return Made(layouts=layouts, repeated=())

    def _arrived(self, layouts: Mapping[str, Layout]) -> tuple[There, ...]:
        made = ((image, layouts.get(image.target.name)) for image in self.plan.images)
        wanted = [
            (image, place, layout)
            for image, layout in made
            for place in image.agreed(contents_of_layout(layout) if layout else ()).places
        ]
        return for_each(wanted, lambda it: self._arrive(*it))

    def _gates(self) -> None:
        repositories = [place.repository for image in self.plan.images for place in image.places]
        answers = try_each(repositories, lambda name: self.means.registries.of(name).require_write(name))
        refusals = (answer for answer in answers if isinstance(answer, ActionError))
        raise_all((*self.plan.problems, *refusals))

    def _arrive(self, image: ImagePlan, place: Place, layout: Layout | None) -> There:
        """Bring an image to its registry; what is there already with the same content stays what it is."""
        registry, say = self.means.registries.of(place.repository), self.means.workflow.info
        match place.action:
            case Copy(origin=origin, published=published):
                say(f"copy {origin}@{published.digest} to {place.repository}")
                there = self.means.registries.of(origin)
                registry.copy_from(there, origin, place.repository, published.digest)
                arrived, state = as_published(place.repository, published), State.COPIED
            case Keep(published=published):
                say(f"{place.repository}:{place.version_tag} is there: kept")
                arrived, state = as_published(place.repository, published), State.KEPT
            case Compare(published=published) if layout and published.runs_as(contents_of_layout(layout)):
                say(f"{place.repository}:{place.version_tag} is there with the same content: kept")
                arrived, state = as_published(place.repository, published), State.KEPT
            case Compare() | Push():
                assert layout, "what is pushed was built"  # noqa: S101 - the plan's own rule
                say(f"push {place.repository}@{layout.digest}")
                push_untagged(registry, place.repository, layout)
                arrived, state = _pushed(place, layout), State.NEW
            case _:
                assert_never(place.action)
        return There(plan=image, place=place, image=arrived, state=state)


def _pushed(place: Place, layout: Layout) -> Arrived:
    images = layout.images()
    return Arrived(
        repository=place.repository,
        digest=layout.digest,
        contents=contents_of_layout(layout),
        size=max(manifest.size for _, manifest in images),
        platforms=tuple(platform for platform, _ in images),
    )

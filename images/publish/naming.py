"""Give tags to images that are all in their registries: version tags first, the most general ones last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import filterfalse

from actionkit.errors import ActionError
from actionkit.registry import Registry
from actionkit.semver import Version
from actionkit.workflow import Workflow
from images.parallel import for_each
from images.plan import Plan
from images.publish.push import name_floating, name_version, settle
from images.publish.registries import Registries
from images.publish.results import Result, State, There
from images.tags import Floating, Hold, Move


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is asked anew before a tag is written, since others release meanwhile.

    ``git_versions`` reads git's versions; ``why_unstable`` says why a version that looks stable is none,
    because its GitHub Release is a draft or marked as a pre-release; empty where it is stable.
    """

    git_versions: Callable[[], tuple[Version, ...]]
    why_unstable: Callable[[Version], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Namer:
    """Names the images of ``plan``; ``overwrite`` lets it replace what the plan saw under a version tag."""

    plan: Plan
    overwrite: bool
    registries: Registries
    workflow: Workflow
    news: News

    def name(self, arrived: tuple[There, ...]) -> tuple[Result, ...]:
        """Name everything: the version tags of all images before any floating tag, ``latest`` last of all."""
        settled = for_each(arrived, self._settled)
        named: list[str] = []
        try:
            for_each(settled, lambda there: self._name_version(there, named))
            levels = self._levels(settled, named)
        except ActionError:
            if named:
                told = ", ".join(sorted(named))
                self.workflow.warning(f"{told}; run again for the others", title="some tags were written")
            raise
        return tuple(
            there.result((there.place.version_tag,), tuple(level[number] for level in levels))
            for number, there in enumerate(settled)
        )

    def _settled(self, there: There) -> There:
        seen = there.place.replaceable if self.overwrite else ""
        image = settle(self._registry(there), there.image, there.place.version_tag, seen)
        return there if image == there.image else replace(there, image=image, state=State.KEPT)

    def _name_version(self, there: There, named: list[str]) -> None:
        place = there.place
        self.workflow.info(f"tag {place.repository}:{place.version_tag}")
        seen = place.replaceable if self.overwrite else ""
        name_version(self._registry(there), there.image, place.version_tag, seen)
        named.append(f"{place.repository}:{place.version_tag}")

    def _levels(self, settled: tuple[There, ...], named: list[str]) -> tuple[tuple[Floating, ...], ...]:
        unstable = self.plan.unstable or self.news.why_unstable(self.plan.version)
        count = len(settled[0].place.floating)
        if unstable:
            return tuple(
                tuple(Hold(tag=there.place.floating[level].tag, reason=unstable) for there in settled)
                for level in range(count)
            )
        return tuple(self._level(settled, level, named) for level in range(count))

    def _level(self, settled: tuple[There, ...], level: int, named: list[str]) -> tuple[Floating, ...]:
        git_versions = self.news.git_versions()
        return for_each(settled, lambda there: self._float(there, level, git_versions, named))

    def _float(
        self, there: There, level: int, git_versions: tuple[Version, ...], named: list[str]
    ) -> Floating:
        tag, place = there.place.floating[level].tag, there.place

        def rivals(published: tuple[Version, ...]) -> Iterator[Version]:
            claims = self.plan.rivals(tag, (*published, *git_versions))
            return filterfalse(self.news.why_unstable, claims)  # each is asked about only when it counts

        decision = name_floating(self._registry(there), there.image, tag, rivals)
        match decision:
            case Move():
                named.append(f"{place.repository}:{tag}")
                self.workflow.info(f"tag {place.repository}:{tag}")
            case Hold(reason=reason):
                self.workflow.info(f"leave {place.repository}:{tag} alone: {reason}")
        return decision

    def _registry(self, there: There) -> Registry:
        return self.registries.of(there.place.repository)

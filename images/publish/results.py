"""What a run did, as values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from actionkit.registry.oci import Missing
from images.build.repeated import Repeated
from images.plan import ImagePlan, Place
from images.state import Published
from images.tags import Floating, Hold, Move


class State(StrEnum):
    """What a run did to an image: made it, found it as it should be, or took it from another registry."""

    NEW = "new"
    KEPT = "kept"
    COPIED = "copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An image that is in its registry, with or without tags yet; ``contents`` as in :class:`Published`."""

    repository: str
    digest: str
    contents: tuple[str, ...]
    size: int
    platforms: tuple[str, ...]


def as_published(repository: str, published: Published) -> Arrived:
    """Tell of an image that is there already."""
    return Arrived(
        repository=repository,
        digest=published.digest,
        contents=published.contents,
        size=published.size,
        platforms=published.platforms,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """One image of the plan that is in one registry."""

    plan: ImagePlan
    place: Place
    image: Arrived
    state: State

    def result(self, tags: tuple[str, ...], decided: tuple[Floating, ...]) -> Result:
        """Say what became of it: the ``tags`` that it has for sure, and what was ``decided`` about others."""
        moved = tuple(decision.tag for decision in decided if isinstance(decision, Move))
        return Result(
            target=self.plan.target.name,
            state=self.state,
            arrived=self.image,
            tags=(*tags, *moved),
            held=tuple(decision for decision in decided if isinstance(decision, Hold)),
            prior=self.place.prior,
            is_new=self.place.is_new,
        )


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

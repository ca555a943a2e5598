"""Look at what was built before any of it leaves the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actionkit.errors import ActionError
from actionkit.registry.layout import Layout
from images.build.content import Configuration, contents_of_layout, labels_of
from images.plan import Compare, ImagePlan, Plan

_FEW: Final = 10


def check_image(plan: Plan, image: ImagePlan, layout: Layout) -> tuple[ActionError, ...]:
    """Find everything that is not as planned: platforms, labels, another content than published."""
    return (*check_part(image, layout), *_changed(plan, image, layout))


def check_part(image: ImagePlan, layout: Layout) -> tuple[ActionError, ...]:
    """Find what is not as planned in an image for one platform of several."""
    return (*_platforms(image, layout), *_labels(image, layout))


def alike_platforms(layout: Layout) -> tuple[str, ...]:
    """List platforms of different architectures for which the image has the very same files.

    That is right for data. For programs it is the mark of a final stage that is the builder's own platform:
    its configuration names the wanted platform all the same.
    """
    found: dict[tuple[object, ...], list[str]] = {}
    for platform, manifest in layout.images():
        files = layout.configuration(manifest).get("rootfs")
        layers = files.get("diff_ids") if isinstance(files, dict) else None
        found.setdefault(tuple(layers or ()), []).append(platform)
    alike = (
        names for layers, names in found.items() if layers and len({_architecture(it) for it in names}) > 1
    )
    return tuple(name for names in alike for name in names)


def _architecture(platform: str) -> str:
    return platform.split("/")[1]


def _changed(plan: Plan, image: ImagePlan, layout: Layout) -> tuple[ActionError, ...]:
    """Compare with a version tag that exists, made from the same commit and other inputs."""
    contents = contents_of_layout(layout)
    files = ", ".join(plan.source.changed[:_FEW])
    reason = f"files that differ from the commit: {files}" if files else "with other inputs"
    return tuple(
        ActionError(
            f"{place.repository}:{place.version_tag} exists with other content",
            why=f"it is {place.action.published.digest}; what was built now is {layout.digest},"
            f" from the same commit, {reason}",
            fix="release a new version; a published version is never replaced unless you insist",
            yaml="with:\n  overwrite: true",
        )
        for place in image.places
        if isinstance(place.action, Compare) and not _fits(place.action, contents)
    )


def _fits(action: Compare, contents: tuple[str, ...]) -> bool:
    return action.may_replace or action.published.runs_as(contents)


def _platforms(image: ImagePlan, layout: Layout) -> tuple[ActionError, ...]:
    built = tuple(platform for platform, _ in layout.images())
    missing = tuple(wanted for wanted in image.platforms if wanted not in built)
    if built and not missing:
        return ()
    return (
        ActionError(
            f"the image {image.target.name} was not built for {', '.join(missing) or 'any platform'}",
            why=f"it is for {', '.join(dict.fromkeys(built)) or 'none'}",
        ),
    )


def _labels(image: ImagePlan, layout: Layout) -> tuple[ActionError, ...]:
    return tuple(
        ActionError(
            f"the image {image.target.name} has other labels than planned",
            why=f"{', '.join(wrong)} on {platform}",
            fix="a builder that drops labels cannot be used for a release",
        )
        for platform, manifest in layout.images()
        if (wrong := _differing(image.labels, layout.configuration(manifest)))
    )


def _differing(planned: Mapping[str, str], configuration: Configuration) -> tuple[str, ...]:
    actual = labels_of(configuration)
    return tuple(key for key, value in planned.items() if actual.get(key) != value)

"""Look at what was built before any of it leaves the machine."""

from __future__ import annotations

from collections.abc import Mapping

from actionkit.errors import ActionError
from actionkit.registry.layout import Layout
from images.plan import Compare, ImagePlan


def check_image(image: ImagePlan, layout: Layout) -> tuple[ActionError, ...]:
    """Find everything that is not as planned: platforms, labels, another content than published."""
    return (*_platforms(image, layout), *_labels(image, layout), *_changed(image, layout))


def check_part(image: ImagePlan, layout: Layout) -> tuple[ActionError, ...]:
    """Find what is not as planned in an image for one platform of several."""
    return (*_platforms(image, layout), *_labels(image, layout))


def _changed(image: ImagePlan, layout: Layout) -> tuple[ActionError, ...]:
    """Compare with a version tag that exists: the images count, attestations differ from build to build."""
    return tuple(
        ActionError(
            f"{place.repository}:{place.version_tag} exists with other content",
            why=f"it is {place.action.published.digest}; what was built now is {layout.digest}",
            fix="release a new version; a published version is never replaced unless you insist",
            yaml="with:\n  overwrite: true",
        )
        for place in image.places
        if isinstance(place.action, Compare) and place.action.published.runnable != layout.runnable
    )


def _platforms(image: ImagePlan, layout: Layout) -> tuple[ActionError, ...]:
    built = tuple(platform for platform, _ in layout.images())
    missing = tuple(wanted for wanted in image.platforms if not _is_among(wanted, built))
    if built and not missing:
        return ()
    return (
        ActionError(
            f"the image {image.target.name} was not built for {', '.join(missing) or 'any platform'}",
            why=f"the builder made it for {', '.join(built) or 'none'}",
        ),
    )


def _is_among(wanted: str, platforms: tuple[str, ...]) -> bool:
    """Compare platforms as BuildKit does: ``linux/arm64`` is ``linux/arm64/v8``."""
    same = {wanted, f"{wanted}/v8", wanted.removesuffix("/v8")}
    return any(platform in same for platform in platforms)


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


def _differing(planned: Mapping[str, str], configuration: Mapping[str, object]) -> tuple[str, ...]:
    config = configuration.get("config")
    labels = config.get("Labels") if isinstance(config, dict) else None
    actual = labels if isinstance(labels, dict) else {}
    return tuple(key for key, value in planned.items() if actual.get(key) != value)

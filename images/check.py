"""Look at what was built before any of it leaves the machine."""

from __future__ import annotations

from collections.abc import Mapping

from actionkit.errors import ActionError
from actionkit.registry.layout import Layout
from images.plan import Build, ImagePlan
from images.state import Published


def check_image(
    image: ImagePlan, layouts: Mapping[str, Layout], *, overwrite: bool
) -> tuple[ActionError, ...]:
    """Find everything that is not as planned: platforms, labels, and another content than published."""
    build = image.work
    if not isinstance(build, Build):
        return ()
    layout = layouts[image.name]
    changed = () if overwrite else _changed(image, build, layout)
    return (*_platforms(build, layout), *_labels(build, layout), *changed)


def runnable(layout: Layout) -> tuple[str, ...]:
    """Name the images in a layout, without attestations: those differ from build to build."""
    return tuple(sorted(image.digest for _, image in layout.images()))


def _changed(image: ImagePlan, build: Build, layout: Layout) -> tuple[ActionError, ...]:
    return tuple(
        ActionError(
            f"{place.repository}:{place.version_tag} exists with other content",
            why=f"it is {place.published.digest}; what was built now is {layout.digest}",
            fix="release a new version; a published version is never replaced unless you insist",
            yaml="with:\n  overwrite: true",
        )
        for place in image.repositories
        if isinstance(place.published, Published)
        and not build.describes(place.published)
        and place.published.runnable != runnable(layout)
    )


def _platforms(build: Build, layout: Layout) -> tuple[ActionError, ...]:
    built = tuple(platform for platform, _ in layout.images())
    missing = tuple(wanted for wanted in build.platforms if not _is_among(wanted, built))
    if built and not missing:
        return ()
    return (
        ActionError(
            f"the image {build.target.name} was not built for {', '.join(missing) or 'any platform'}",
            why=f"the builder made it for {', '.join(built) or 'none'}",
        ),
    )


def _is_among(wanted: str, built: tuple[str, ...]) -> bool:
    """Compare as BuildKit does: ``linux/arm64`` is ``linux/arm64/v8``."""
    return any(platform in (wanted, f"{wanted}/v8") or f"{platform}/v8" == wanted for platform in built)


def _labels(build: Build, layout: Layout) -> tuple[ActionError, ...]:
    return tuple(
        ActionError(
            f"the image {build.target.name} has other labels than planned",
            why=f"{', '.join(wrong)} on {platform}",
            fix="a builder that drops labels cannot be used for a release",
        )
        for platform, image in layout.images()
        if (wrong := _differing(build.labels, _labels_of(layout.configuration(image))))
    )


def _differing(planned: Mapping[str, str], actual: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(key for key, value in planned.items() if actual.get(key) != value)


def _labels_of(configuration: Mapping[str, object]) -> Mapping[str, str]:
    config = configuration.get("config")
    labels = config.get("Labels") if isinstance(config, dict) else None
    return labels if isinstance(labels, dict) else {}

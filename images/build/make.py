"""Make the images on this machine and look at them before any of it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from actionkit.errors import ActionError, raise_all
from actionkit.process import hide
from actionkit.registry.layout import Layout
from actionkit.workflow import Workflow
from images.build.bake import Workshop, build_images
from images.build.builder import open_builder
from images.build.check import alike_platforms, check_image, check_part
from images.build.log import BuildLog
from images.build.repeated import Repeated
from images.declared.document import Declared
from images.inputs import Inputs
from images.means import Means
from images.plan import ImagePlan, Plan
from images.secrets.confidential import declared_secrets, hidden_parts, login_secrets
from images.secrets.leaks import find_leaks


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Each target's layout, and the steps that ran more often than needed."""

    layouts: Mapping[str, Layout]
    repeated: tuple[Repeated, ...]


def make_images(plan: Plan, declared: Declared, inputs: Inputs, means: Means) -> Made:
    """Build what the plan wants built and check it; raise every problem together."""
    if not plan.builds:
        means.workflow.info("every image is published already: nothing to build")
        return Made(layouts={}, repeated=())
    secrets = _secrets(plan, declared, inputs, means)
    log = BuildLog(tell=means.workflow.info, hidden=hidden_parts(secrets))
    with open_builder(inputs.builder, means.registries.environment) as builder:
        workshop = Workshop(
            inputs=inputs,
            declared=declared,
            registries=means.registries,
            builder=builder,
            workspace=means.context.workspace,
            folder=means.registries.folder / "built",
        )
        with means.workflow.group("docker buildx bake"), means.workflow.verbatim():
            built = build_images(plan, workshop, log)
    if built.cache_trouble:
        means.workflow.warning(hide(built.cache_trouble, log.hidden), title="built without cache")
    logins = login_secrets(means.registries.authfile)
    raise_all(tuple(_wrong(plan, inputs, built.layouts, (*secrets, *logins))))
    warn_alike(means.workflow, built.layouts)
    return Made(layouts=built.layouts, repeated=log.repeated(declared.arguments))


def warn_alike(workflow: Workflow, layouts: Mapping[str, Layout]) -> None:
    """Warn of images that hold the same files for different architectures."""
    for name, layout in layouts.items():
        if alike := alike_platforms(layout):
            workflow.warning(
                f"the image {name} has the same files for {', '.join(alike)}. That is right for data and"
                " wrong for programs: the usual cause is FROM --platform=$BUILDPLATFORM in the final stage,"
                " while it is meant for stages that compile across",
                title="one content for several architectures",
            )


def _secrets(plan: Plan, declared: Declared, inputs: Inputs, means: Means) -> tuple[str, ...]:
    """List every secret that the build sees; those that only the declarations name are masked here."""
    environ = {**means.environ, **means.registries.environment}
    own = declared_secrets(declared, plan.source.folder, environ, inputs.public_secrets)
    for part in hidden_parts(own):
        means.workflow.mask(part)
    return (*inputs.confidential, *own)


def _wrong(
    plan: Plan, inputs: Inputs, layouts: Mapping[str, Layout], secrets: tuple[str, ...]
) -> Iterable[ActionError]:
    for image in plan.builds:
        layout = layouts[image.target.name]
        yield from check_part(image, layout) if inputs.platform else check_image(plan, image, layout)
        yield from find_leaks(image.target.name, layout, secrets, _written_by_us(image))


def _written_by_us(image: ImagePlan) -> frozenset[str]:
    """List what labels and annotations say by this program's own doing, not by the declarations'."""
    declared = {*image.target.labels.values(), *image.target.annotations.values()}
    return frozenset(image.labels.values()) - declared

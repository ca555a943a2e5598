"""Build every image with one call of bake, into folders on this machine: nothing leaves it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import stream
from actionkit.registry.layout import Layout, read_layout
from images.attestations import are_recorded, attestation_options
from images.bake import Declared, TargetSettings, build_definition
from images.builder import Builder
from images.buildlog import BuildLog, cache_trouble, explain_failure
from images.caches import GHA_ENVIRONMENT, CachePlace, local_folders, target_caches
from images.inputs import Inputs
from images.plan import ImagePlan, Plan
from images.registries import Registries

_ENTITLEMENTS: Final = (0, 17)
"""The buildx from which bake asks before it writes outside the source folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What a build needs: ``folder`` is where its results go, ``workspace`` where local caches are.

    ``hidden`` is what its output must not show.
    """

    inputs: Inputs
    declared: Declared
    registries: Registries
    builder: Builder
    workspace: Path
    folder: Path
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Each target's layout; ``cache_trouble`` says why it was built without caches, if it was."""

    layouts: Mapping[str, Layout]
    cache_trouble: str


def build_images(plan: Plan, workshop: Workshop, log: BuildLog) -> Built:
    """Build what the plan wants built.

    A cache that cannot even be set up makes bake fail, whatever its options say: then it is built without.
    Raise ActionError that names the target, the line of its Dockerfile and the end of its output.
    """
    settings = {image.target.name: _settings(image, workshop) for image in plan.builds}
    trouble = ""
    try:
        _bake(plan, workshop, settings, log)
    except CommandFailed as error:
        trouble = cache_trouble(tuple(log.lines))
        if not trouble:
            raise _explained(plan, workshop, log) from error
        plain = {name: replace(given, cache_from=(), cache_to=()) for name, given in settings.items()}
        try:
            _bake(plan, workshop, plain, log)
        except CommandFailed as again:
            raise _explained(plan, workshop, log) from again
    layouts = {name: read_layout(workshop.folder / name) for name in settings}
    return Built(layouts=layouts, cache_trouble=trouble)


def _bake(plan: Plan, workshop: Workshop, settings: Mapping[str, TargetSettings], log: BuildLog) -> None:
    folder, inputs = workshop.folder, workshop.inputs
    caches = local_folders(inputs.cache, workshop.workspace)
    for made in (*caches, *(folder / name for name in settings)):
        made.mkdir(parents=True, exist_ok=True)  # bake grants access to folders that are there
    definition = folder / "bake.json"
    platforms = (inputs.platform,) if inputs.platform else inputs.platforms
    text = build_definition(workshop.declared, settings, platforms)
    definition.write_text(text, encoding="utf-8")
    stream(
        _command(workshop, definition),
        cwd=plan.source.folder,
        env={**workshop.builder.environment, **_environment(inputs, plan)},
        secrets=workshop.hidden,
        on_line=log.take,
    )


def _explained(plan: Plan, workshop: Workshop, log: BuildLog) -> ActionError:
    resolved = workshop.declared.document["target"]
    targets = {image.target.name: resolved[image.target.name] for image in plan.builds}
    return explain_failure(tuple(log.lines), targets, plan.source.folder)


def _command(workshop: Workshop, definition: Path) -> tuple[str, ...]:
    builder = workshop.builder
    folders = (workshop.folder, *local_folders(workshop.inputs.cache, workshop.workspace))
    own = tuple(f"fs={folder}" for folder in folders) if builder.version >= _ENTITLEMENTS else ()
    allow = tuple(f"--allow={what}" for what in (*own, *workshop.inputs.allow))
    where = ("--builder", builder.name, "--file", str(definition))
    return ("docker", "buildx", "bake", *where, "--progress=plain", *allow)


def _environment(inputs: Inputs, plan: Plan) -> Mapping[str, str]:
    """Give buildx the values of the secrets, and the time that replaces every clock in the build."""
    values = {_variable(number): secret.value for number, secret in enumerate(inputs.secrets)}
    return {**values, **GHA_ENVIRONMENT, "SOURCE_DATE_EPOCH": str(plan.source.seconds)}


def _variable(number: int) -> str:
    return f"IMAGES_SECRET_{number}"


def _settings(image: ImagePlan, workshop: Workshop) -> TargetSettings:
    inputs, name = workshop.inputs, image.target.name
    resolved = workshop.declared.document["target"][name]
    attestations = attestation_options(inputs.attestations, resolved.get("attest") or ())
    is_index = len(image.platforms) > 1 or are_recorded(attestations)
    levels = "manifest,index" if is_index else "manifest"
    repository = image.places[0].repository
    place = CachePlace(
        scope="-".join((name, *(platform.replace("/", "-") for platform in image.platforms))),
        repository=repository,
        plain=workshop.registries.of(repository).address.plain,
        workspace=workshop.workspace,
    )
    caches = target_caches(inputs.cache, resolved, place)
    subject = f"{repository}:{image.places[0].version_tag}"  # what attestations say that they are about
    return TargetSettings(
        output=f"type=oci,dest={workshop.folder / name},tar=false,rewrite-timestamp=true,name={subject}",
        labels=image.labels,
        is_index=is_index,
        annotations=tuple(f"{levels}:{key}={value}" for key, value in image.labels.items()),
        platforms=image.platforms,
        attestations=attestations,
        secrets=tuple(
            f"id={secret.identity},env={_variable(number)}" for number, secret in enumerate(inputs.secrets)
        ),
        cache_from=caches.sources,
        cache_to=caches.sinks,
    )

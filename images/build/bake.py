"""Build every image with one call of bake, into folders on this machine: nothing leaves it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import stream
from actionkit.registry.layout import Layout, read_layout
from images.build.attestations import are_recorded, attestation_options
from images.build.builder import Builder
from images.build.caches import GHA_ENVIRONMENT, CachePlace, local_folders, target_caches
from images.build.log import BuildLog, cache_trouble, plain_target
from images.declared.document import Declared, TargetSettings, bases, build_definition
from images.inputs import Inputs
from images.plan import ImagePlan, Plan
from images.publish.registries import Registries

_ENTITLEMENTS: Final = (0, 17)
"""The buildx from which bake asks before it writes outside the source folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What a build needs: ``folder`` is where its results go, ``workspace`` where local caches are."""

    inputs: Inputs
    declared: Declared
    registries: Registries
    builder: Builder
    workspace: Path
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Each target's layout; ``cache_trouble`` says why it was built without caches, if it was."""

    layouts: Mapping[str, Layout]
    cache_trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How it is tried to build: ``cached`` says whether any cache is read or written."""

    settings: Mapping[str, TargetSettings]
    cached: bool

    def without_caches(self) -> Attempt:
        """Give up the caches of all targets."""
        plain = {name: replace(it, cache_from=(), cache_to=()) for name, it in self.settings.items()}
        return Attempt(settings=plain, cached=False)

    def easier(self, lines: tuple[str, ...]) -> tuple[Attempt, ...]:
        """Give what may succeed where this failed with ``lines``; nothing where the images are to blame."""
        if (name := plain_target(lines, tuple(self.settings))) and self.settings[name].is_index:
            plain = replace(self.settings[name], is_index=False)
            return (replace(self, settings={**self.settings, name: plain}),)
        return (self.without_caches(),) if self.cached and cache_trouble(lines) else ()


def build_images(plan: Plan, workshop: Workshop, log: BuildLog) -> Built:
    """Build what the plan wants built.

    A cache that cannot even be set up makes bake fail, whatever its options say: then it is built without.
    Raise ActionError that names the target, the line of its Dockerfile and the end of its output.
    """
    settings = {image.target.name: _settings(image, workshop) for image in plan.builds}
    attempt, trouble = _with_folders(_first(settings, workshop.declared), workshop)
    while True:
        try:
            _bake(plan, workshop, attempt, log)
            break
        except CommandFailed as error:
            lines = tuple(log.lines)
            easier = attempt.easier(lines)
            if not easier:
                raise _explained(plan, workshop, log) from error
            if easier[0].cached != attempt.cached:
                trouble = cache_trouble(lines)
            attempt = easier[0]
    layouts = {name: read_layout(workshop.folder / name) for name in settings}
    return Built(layouts=layouts, cache_trouble=trouble)


def _first(settings: Mapping[str, TargetSettings], declared: Declared) -> Attempt:
    upon = {base for name in settings for base in bases(name, declared.document["target"])}
    read = any(declared.document["target"][name].get("cache-from") for name in upon)
    used = any(it.cache_from or it.cache_to for it in settings.values())
    return Attempt(settings=settings, cached=used or read)


def _with_folders(attempt: Attempt, workshop: Workshop) -> tuple[Attempt, str]:
    """Make the folders of local caches; without caches and with the reason where that cannot be."""
    try:
        for folder in local_folders(workshop.inputs.cache, workshop.workspace):
            folder.mkdir(parents=True, exist_ok=True)  # bake grants access to folders that are there
    except OSError as error:
        return attempt.without_caches(), f"the folder of the cache cannot be made: {error}"
    return attempt, ""


def _bake(plan: Plan, workshop: Workshop, attempt: Attempt, log: BuildLog) -> None:
    log.begin()
    folder, inputs = workshop.folder, workshop.inputs
    for name in attempt.settings:
        (folder / name).mkdir(parents=True, exist_ok=True)
    definition = folder / "bake.json"
    platforms = (inputs.platform,) if inputs.platform else inputs.platforms
    text = build_definition(workshop.declared, attempt.settings, platforms, cached=attempt.cached)
    definition.write_text(text, encoding="utf-8")
    stream(
        _command(workshop, attempt, definition),
        cwd=plan.source.folder,
        env={**workshop.builder.environment, **_environment(inputs, plan)},
        secrets=log.hidden,
        on_line=log.take,
    )


def _explained(plan: Plan, workshop: Workshop, log: BuildLog) -> ActionError:
    resolved = workshop.declared.document["target"]
    built = tuple(image.target.name for image in plan.builds)
    upon = (base for name in built for base in sorted(bases(name, resolved)))
    targets = {name: resolved[name] for name in (*built, *upon)}
    return log.explain(targets, plan.source.folder)


def _command(workshop: Workshop, attempt: Attempt, definition: Path) -> tuple[str, ...]:
    builder = workshop.builder
    caches = local_folders(workshop.inputs.cache, workshop.workspace) if attempt.cached else ()
    folders = (workshop.folder, *caches)
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
        annotations=tuple(f"{key}={value}" for key, value in image.labels.items()),
        platforms=image.platforms,
        attestations=attestations,
        secrets=tuple(
            f"id={secret.identity},env={_variable(number)}" for number, secret in enumerate(inputs.secrets)
        ),
        cache_from=caches.sources,
        cache_to=caches.sinks,
    )

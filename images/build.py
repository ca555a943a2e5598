"""Build every image with one call of bake, into folders on this machine: nothing leaves it yet."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import stream
from actionkit.registry.layout import Layout, read_layout
from images.bake import Declared, TargetSettings, build_definition
from images.builder import Builder
from images.caches import GHA_ENVIRONMENT, target_caches
from images.inputs import Attestations, Inputs
from images.plan import ImagePlan, Plan
from images.registries import Registries
from images.repeated import Steps

_ENTITLEMENTS: Final = (0, 17)
"""The buildx from which bake asks before it writes outside the source folder."""

_NO_PROVENANCE: Final = "type=provenance,disabled=true"
_FOREIGN: Final = "exec format error"
_TAIL: Final = 200
_PLACE: Final = re.compile(r"^(?P<file>\S*[Dd]ockerfile\S*):(?P<line>\d+)$")
_FAILED: Final = re.compile(r"^ERROR: (?:target (?P<target>\S+): )?(?P<text>.*)$")
_RULE: Final = re.compile(r"^-{6}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildLog:
    """BuildKit's plain progress: shown, its steps noted, its end kept to explain a failure."""

    tell: Callable[[str], None]
    steps: Steps = field(default_factory=Steps)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL))

    def take(self, line: str) -> None:
        """Show a line and note what it says."""
        self.lines.append(line)
        self.steps.take(line)
        self.tell(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What a build needs: ``folder`` is where its results go."""

    inputs: Inputs
    declared: Declared
    registries: Registries
    builder: Builder
    folder: Path


def build_images(plan: Plan, workshop: Workshop, log: BuildLog) -> Mapping[str, Layout]:
    """Build what the plan wants built; return each target's layout.

    Raise ActionError that names the target, the line of its Dockerfile and the end of its output.
    """
    folder, inputs = workshop.folder, workshop.inputs
    settings = {image.target.name: _settings(image, workshop) for image in plan.builds}
    for name in settings:
        (folder / name).mkdir(parents=True)
    definition = folder / "bake.json"
    text = build_definition(workshop.declared, settings, inputs.platforms)
    definition.write_text(text, encoding="utf-8")
    try:
        stream(
            _command(workshop.builder, definition, folder),
            cwd=plan.source.folder,
            env={**workshop.builder.environment, **_environment(inputs, plan)},
            secrets=inputs.confidential,
            on_line=log.take,
        )
    except CommandFailed as error:
        raise explain_failure(tuple(log.lines), tuple(settings), plan.source.folder) from error
    return {name: read_layout(folder / name) for name in settings}


def explain_failure(lines: tuple[str, ...], targets: tuple[str, ...], source: Path) -> ActionError:
    """Turn the end of BuildKit's plain progress into an error: target, Dockerfile and line, last output.

    BuildKit names the target only when it builds several of the ``targets``.
    """
    failures = [match for line in lines if (match := _FAILED.match(line))]
    places = [match for line in lines if (match := _PLACE.match(line))]
    target = (failures[-1]["target"] if failures else "") or (targets[0] if len(targets) == 1 else "")
    reason = failures[-1]["text"] if failures else "docker buildx bake ended without saying why"
    fix, yaml = _advice(lines)
    return ActionError(
        f"the image {target} does not build" if target else "the images do not build",
        why="\n".join((reason, *_excerpt(lines))),
        fix=fix,
        yaml=yaml,
        file=_relative(places[-1]["file"], source) if places else "",
        line=int(places[-1]["line"]) if places else 0,
    )


def _advice(lines: tuple[str, ...]) -> tuple[str, str]:
    if any(_FOREIGN in line for line in lines):
        return (
            "nothing was published; the step is for another platform: use --platform=$BUILDPLATFORM and"
            " compile across, name a builder with such a machine, or register an emulator before this step",
            "- uses: docker/setup-qemu-action@v3",
        )
    return "nothing was published; the same on your machine: docker buildx bake", ""


def attestation_options(wanted: tuple[Attestations, ...]) -> tuple[str, ...]:
    """Write what BuildKit shall record: https://docs.docker.com/build/metadata/attestations/."""
    if Attestations.PROVENANCE_MAX in wanted:
        provenance = "type=provenance,mode=max"
    elif Attestations.PROVENANCE in wanted:
        provenance = "type=provenance,mode=min"
    else:
        provenance = _NO_PROVENANCE
    return (provenance, *(("type=sbom",) if Attestations.SBOM in wanted else ()))


def _excerpt(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Take what BuildKit repeats at the end: the step's last output, and the Dockerfile's lines."""
    rules = [number for number, line in enumerate(lines) if _RULE.match(line)]
    ends = [number for number, line in enumerate(lines) if _FAILED.match(line)]
    if not rules or not ends:
        return lines[-20:]
    return tuple(line for line in lines[rules[0] : ends[-1]] if line.strip())


def _relative(file: str, source: Path) -> str:
    path = PurePosixPath(file)
    return str(path.relative_to(source)) if path.is_relative_to(source) else str(path)


def _command(builder: Builder, definition: Path, folder: Path) -> tuple[str, ...]:
    allow = (f"--allow=fs.write={folder}",) if builder.version >= _ENTITLEMENTS else ()
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
    attestations = attestation_options(inputs.attestations)
    is_index = len(image.platforms) > 1 or attestations != (_NO_PROVENANCE,)
    levels = "manifest,index" if is_index else "manifest"
    repository = image.places[0].repository
    caches = target_caches(
        inputs.cache,
        workshop.declared.document["target"][name],
        scope="-".join((name, *(platform.replace("/", "-") for platform in image.platforms))),
        repository=repository,
        plain=workshop.registries.of(repository).address.plain,
    )
    return TargetSettings(
        output=f"type=oci,dest={workshop.folder / name},tar=false,rewrite-timestamp=true",
        labels=image.labels,
        annotations=tuple(f"{levels}:{key}={value}" for key, value in image.labels.items()),
        platforms=image.platforms,
        attestations=attestations,
        secrets=tuple(
            f"id={secret.identity},env={_variable(number)}" for number, secret in enumerate(inputs.secrets)
        ),
        cache_from=caches.sources,
        cache_to=caches.sinks,
    )

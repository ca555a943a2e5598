"""Everything the decision depends on, read once: declarations, published tags, git's tags, the release."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from actionkit.errors import ActionError, CommandFailed
from actionkit.forge.client import Forge
from actionkit.forge.releases import NoRelease, Release, find_release
from actionkit.process import run
from actionkit.registry import Image, Index, Missing, Registry, parse_manifest
from actionkit.semver import NotARelease, TagFormat, Version
from images.bake import Declared, read_declared
from images.declare import Definition
from images.inputs import Inputs
from images.state import FINGERPRINT, REVISION, Published, RepositoryState, Source
from images.tags import version_tag

_PLACED = re.compile(r"^ERROR: (?P<file>[^\s:]+):(?P<line>\d+)[^:]*: (?P<text>.*)$", re.MULTILINE)


def read_declarations(
    definition: Definition, inputs: Inputs, source: Source, environment: Mapping[str, str]
) -> Declared:
    """Ask bake what is declared; raise ActionError with the file and line that it complains about."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=environment["DOCKER_CONFIG"]) as generated:
        generated.write(definition.generated)
        generated.flush()
        files = (*definition.files, *((generated.name,) if definition.generated else ()))
        options = tuple(part for file in files for part in ("--file", file))
        options += tuple(part for override in inputs.overrides for part in ("--set", override))
        argv = ("docker", "buildx", "bake", "--print", *options, *inputs.targets)
        try:
            printed = run(argv, cwd=source.folder, env=environment, secrets=inputs.confidential)
        except CommandFailed as error:
            raise _unreadable(definition, error) from error
    declared = read_declared(printed)
    if not declared.targets:
        raise ActionError(
            "no image is declared",
            why=f"{', '.join(definition.files) or 'the repository'} has no target that builds something",
            fix="give the bake file a group default, or name the targets in input targets",
        )
    return declared


def read_repository(registry: Registry, repository: str, version: Version) -> RepositoryState:
    """Read a repository's tags and what its version tag points to."""
    tags = registry.tags(repository)
    tag = version_tag(version)
    if tag not in tags:
        return RepositoryState(
            repository=repository, tags=tags, published=Missing(reference=f"{repository}:{tag}")
        )
    return RepositoryState(
        repository=repository, tags=tags, published=read_published(registry, repository, tag)
    )


def read_published(registry: Registry, repository: str, tag: str) -> Published | Missing:
    """Read the image behind a tag: its digests, and the labels that say where it came from."""
    raw = registry.manifest(f"{repository}:{tag}")
    if isinstance(raw, Missing):
        return raw
    root = parse_manifest(raw)
    images = _images(registry, repository, root)
    if not images:
        return Published(digest=root.digest, runnable=(), revision="", fingerprint="", size=0, platforms=())
    labels = _labels(registry.config(f"{repository}@{images[0].digest}"))
    return Published(
        digest=root.digest,
        runnable=tuple(sorted(image.digest for image in images)),
        revision=labels.get(REVISION, ""),
        fingerprint=labels.get(FINGERPRINT, ""),
        size=max(image.size for image in images),
        platforms=_platforms(root),
    )


def read_git_versions(tags: Mapping[str, str], tag_format: TagFormat) -> tuple[Version, ...]:
    """Read the versions that git's tags name."""
    read = (tag_format.version(tag) for tag in tags)
    return tuple(version for version in read if not isinstance(version, NotARelease))


def read_release(forge: Forge, tag: str) -> Release | NoRelease:
    """Find the GitHub Release of the tag; a tag need not have one."""
    return find_release(forge, tag) if forge.token else NoRelease(tag=tag)


def _images(registry: Registry, repository: str, root: Image | Index) -> tuple[Image, ...]:
    if isinstance(root, Image):
        return (root,)
    raws = (registry.manifest(f"{repository}@{entry.digest}") for entry in root.runnable)
    parsed = (parse_manifest(raw) for raw in raws if not isinstance(raw, Missing))
    return tuple(image for image in parsed if isinstance(image, Image))


def _labels(configuration: bytes) -> Mapping[str, str]:
    return (json.loads(configuration).get("config") or {}).get("Labels") or {}


def _platforms(root: Image | Index) -> tuple[str, ...]:
    return tuple(entry.platform for entry in root.runnable) if isinstance(root, Index) else ()


def _unreadable(definition: Definition, error: CommandFailed) -> ActionError:
    names = ", ".join(definition.files) or "the Dockerfiles"
    lines = [line for line in error.stderr.splitlines() if not re.match(r"#\d+ ", line)]
    place = _PLACED.search(error.stderr)
    known = place is not None and Path(place["file"]).name in {Path(file).name for file in definition.files}
    return ActionError(
        f"cannot read what {names} declares",
        why="\n".join(line for line in lines if line.strip()),
        fix="docker buildx bake --print shows the same on your machine",
        file=place["file"] if place and known else "",
        line=int(place["line"]) if place and known else 0,
    )

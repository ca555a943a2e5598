"""What ``docker buildx bake --print`` says is to be built, and what we add to it. Pure.

Bake is the reader of bake files, compose files and our own list of Dockerfiles alike; its answer, resolved
and printed as JSON, is a bake file again. That file, with our outputs and labels in it, is what is built: no
rule of inheritance, matrix or variable has to be known here.
Source: https://docs.docker.com/build/bake/reference/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from actionkit.registry.oci import normal_platform
from images.declared.options import fields

CACHE_ONLY: Final = "type=cacheonly"
_LEFT_BY_BASES: Final = ("tags", "cache-to", "attest")

_TARGET: Final = "target:"
_LOCAL: Final = "local"
"""As a platform: that of the builder."""
_FILES: Final = ("local", "tar", "cacheonly")
"""Exporters that make no image: https://docs.docker.com/build/exporters/"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One image to build: the name of its bake target, and what bake resolved for it.

    ``annotations`` are those of its own that belong on an index.
    """

    name: str
    image: str
    platforms: tuple[str, ...]
    arguments: Mapping[str, str]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    fingerprint_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Every image that is declared, in bake's order; ``document`` is its own JSON.

    ``others`` are targets of the same groups that make something else: files, or a check.
    """

    targets: tuple[Target, ...]
    others: tuple[str, ...]
    document: Mapping[str, Any]

    @property
    def arguments(self) -> Mapping[str, Mapping[str, str]]:
        """The build arguments of every target, those included that others only build upon."""
        targets = self.document.get("target") or {}
        return {name: resolved.get("args") or {} for name, resolved in targets.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """What a target's build gets from us.

    ``output`` is BuildKit's exporter with its options; ``is_index`` says whether it makes an index,
    which then has the ``annotations`` (``key=value``) too.
    """

    output: str
    is_index: bool
    labels: Mapping[str, str]
    annotations: tuple[str, ...]
    platforms: tuple[str, ...]
    attestations: tuple[str, ...]
    secrets: tuple[str, ...]
    cache_from: tuple[str, ...]
    cache_to: tuple[str, ...]


def read_declared(printed: bytes) -> Declared:
    """Read bake's answer; targets that others only build upon are not images of their own."""
    document = json.loads(printed)
    groups, targets = document.get("group") or {}, document.get("target") or {}
    names = [name for name in dict.fromkeys(_members("default", groups)) if name in targets]
    return Declared(
        targets=tuple(_target(name, targets) for name in names if _is_image(targets[name])),
        others=tuple(name for name in names if not _is_image(targets[name])),
        document=document,
    )


def bases(name: str, targets: Mapping[str, Any]) -> frozenset[str]:
    """Name the targets that a target builds upon, as ``contexts = { base = "target:base" }`` says."""
    found: set[str] = set()
    todo = [name]
    while todo:
        contexts = (targets[todo.pop()].get("contexts") or {}).values()
        named = {text.removeprefix(_TARGET) for text in contexts if text.startswith(_TARGET)}
        new = (named & targets.keys()) - found - {name}
        found |= new
        todo += new
    return frozenset(found)


def build_definition(
    declared: Declared,
    settings: Mapping[str, TargetSettings],
    platforms: tuple[str, ...],
    *,
    cached: bool = True,
) -> str:
    """Write the bake file that builds exactly the targets of ``settings``, and what they build upon.

    ``platforms`` are those that the user asks for; empty leaves what is declared. ``cached`` lets what is
    built upon read the caches that it declares.
    """
    upon = (*_LEFT_BY_BASES, *(() if cached else ("cache-from",)))
    targets = {
        name: _configured(target, settings[name]) if name in settings else _only_used(target, platforms, upon)
        for name, target in declared.document["target"].items()
    }
    document = {"group": {"default": {"targets": list(settings)}}, "target": targets}
    return json.dumps(_escaped(document), indent=2, sort_keys=True)


def _members(name: str, groups: Mapping[str, Any]) -> tuple[str, ...]:
    """Flatten a group; a name within the group of the same name is the target."""
    if name not in groups:
        return (name,)
    others = {key: group for key, group in groups.items() if key != name}
    return tuple(member for entry in groups[name]["targets"] for member in _members(entry, others))


def _is_image(resolved: Mapping[str, Any]) -> bool:
    """Tell whether a target makes an image: checks and what is only exported as files do not."""
    outputs = [fields(output) for output in resolved.get("output") or ()]
    only_files = bool(outputs) and all(output.get("type", "local") in _FILES for output in outputs)
    return (resolved.get("call") or "build") == "build" and not only_files


def _target(name: str, targets: Mapping[str, Any]) -> Target:
    resolved = targets[name]
    return Target(
        name=name,
        image=_image_name(name, tuple(resolved.get("tags") or ())),
        platforms=tuple(
            dict.fromkeys(normal_platform(it) for it in resolved.get("platforms") or () if it != _LOCAL)
        ),
        arguments=dict(resolved.get("args") or {}),
        labels=dict(resolved.get("labels") or {}),
        annotations=dict(_index_annotations(resolved.get("annotations") or ())),
        fingerprint_source=_fingerprint_source(name, targets),
    )


def _image_name(name: str, tags: tuple[str, ...]) -> str:
    """Take the last part of the repository that the first tag names, else the target's name."""
    if not tags:
        return name.lower()
    last = tags[0].split("@", 1)[0].rsplit("/", 1)[-1]
    return last.split(":", 1)[0].lower()


def _fingerprint_source(name: str, targets: Mapping[str, Any]) -> str:
    """What of a target decides its content: everything but names, caches, outputs and metadata.

    What it builds upon decides it too.
    """
    ignored = ("tags", "labels", "annotations", "cache-from", "cache-to", "output", "attest", "secret", "ssh")
    deciding = [
        {key: value for key, value in targets[part].items() if key not in ignored}
        for part in (name, *sorted(bases(name, targets)))
    ]
    return json.dumps(deciding, sort_keys=True)


def _index_annotations(written: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read annotations as bake takes them: ``index,manifest[linux/amd64]:key=value``."""
    for text in written:
        levels, colon, pair = text.partition(":")
        if colon and "index" in levels.split(",") and "=" not in levels:
            key, _, value = pair.partition("=")
            yield key, value


def _without_index(written: Iterable[str]) -> Iterator[str]:
    """Leave out what is for an index, where the image is a plain manifest: BuildKit refuses it there."""
    for text in written:
        levels, colon, pair = text.partition(":")
        if not colon or "=" in levels:
            yield text
        elif kept := ",".join(level for level in levels.split(",") if not level.startswith("index")):
            yield f"{kept}:{pair}"


def _configured(target: Mapping[str, Any], settings: TargetSettings) -> dict[str, Any]:
    own = target.get("annotations") or ()
    levels = "manifest,index" if settings.is_index else "manifest"
    changed = {
        **target,
        "output": [settings.output],
        "labels": {**(target.get("labels") or {}), **settings.labels},
        "annotations": [
            *(own if settings.is_index else _without_index(own)),
            *(f"{levels}:{pair}" for pair in settings.annotations),
        ],
        "attest": list(settings.attestations),
        "secret": [*(target.get("secret") or ()), *settings.secrets],
    }
    changed |= {"platforms": list(settings.platforms)} if settings.platforms else {}
    changed |= {"cache-from": list(settings.cache_from), "cache-to": list(settings.cache_to)}
    return {key: value for key, value in changed.items() if key != "tags"}


def _only_used(
    target: Mapping[str, Any], platforms: tuple[str, ...], dropped: tuple[str, ...]
) -> dict[str, Any]:
    """Build a target that others build upon, and leave nothing behind: no image, no tag, no cache."""
    kept = {key: value for key, value in target.items() if key not in dropped}
    kept |= {"platforms": list(platforms)} if platforms else {}
    return {**kept, "output": [CACHE_ONLY]}


def _escaped(value: Any) -> Any:
    """Keep ``${`` and ``%{`` as text: in a bake file's JSON they would start a template."""
    match value:
        case str():
            return value.replace("${", "$${").replace("%{", "%%{")
        case list():
            return [_escaped(entry) for entry in value]
        case dict():
            return {key: _escaped(entry) for key, entry in value.items()}
        case _:
            return value

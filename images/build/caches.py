"""Where BuildKit keeps layers between runs: one scope for each image and set of platforms. Pure.

Every export ignores its errors: a cache that fails must not fail a release.
Source: https://docs.docker.com/build/cache/backends/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from actionkit.errors import InputError
from images.declared.options import as_text

_GHA: Final = "gha"
_REGISTRY: Final = "registry"
_LOCAL: Final = "local="
_NONE: Final = "none"
CACHE_TAG: Final = "buildcache"

GHA_ENVIRONMENT: Final = {"ACTIONS_CACHE_SERVICE_V2": "true"}
"""The runner tells the version of its cache service to JavaScript actions only, not to containers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePlace:
    """Where one target's caches are: ``scope`` names image and platforms, ``plain`` means plain HTTP."""

    scope: str
    repository: str
    plain: bool
    workspace: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Caches:
    """BuildKit's cache options of one target."""

    sources: tuple[str, ...]
    sinks: tuple[str, ...]


def check_caches(words: tuple[str, ...], kept: tuple[Path, ...]) -> tuple[InputError, ...]:
    """Find words that name no cache, and folders that end with the container: those ``kept`` do not."""
    lost = (word for word in words if _is_folder(word) and not _is_kept(word, kept))
    unknown = tuple(
        InputError(
            f"input cache has {word!r}",
            why="it takes gha, registry, local=path or none, one a line",
            yaml="with:\n  cache: gha",
        )
        for word in words
        if word not in (_GHA, _REGISTRY, _NONE) and not _is_folder(word)
    )
    return (
        *unknown,
        *(
            InputError(
                f"input cache has {word!r}, a folder that this action does not see",
                why="it runs in a container, where the machine's own paths are not",
                fix="name a folder relative to the workspace, and keep it with actions/cache",
                yaml="with:\n  cache: local=.buildcache",
            )
            for word in lost
        ),
    )


def _is_kept(word: str, kept: tuple[Path, ...]) -> bool:
    path = Path(word.removeprefix(_LOCAL))
    return not path.is_absolute() or any(path.is_relative_to(folder) for folder in kept)


def _is_folder(word: str) -> bool:
    path = PurePosixPath(word.removeprefix(_LOCAL))
    return word.startswith(_LOCAL) and path.parts != () and ".." not in path.parts


def local_folders(words: tuple[str, ...], workspace: Path) -> tuple[Path, ...]:
    """Name the folders that local caches are written to; they are relative to the workspace."""
    return tuple(workspace / word.removeprefix(_LOCAL) for word in words if word.startswith(_LOCAL))


def target_caches(words: tuple[str, ...], resolved: Mapping[str, Any], place: CachePlace) -> Caches:
    """Choose the caches of one target: what the input says, else what its declaration says."""
    if not words:
        return Caches(
            sources=tuple(_text(entry) for entry in resolved.get("cache-from") or ()),
            sinks=tuple(_tolerant(_text(entry)) for entry in resolved.get("cache-to") or ()),
        )
    pairs = [_pair(word, place) for word in words if word != _NONE]
    return Caches(sources=tuple(source for source, _ in pairs), sinks=tuple(sink for _, sink in pairs))


def _pair(word: str, place: CachePlace) -> tuple[str, str]:
    if word == _GHA:
        base = f"type=gha,version=2,scope={place.scope}"
        return base, f"{base},mode=max,ignore-error=true"
    if word == _REGISTRY:
        insecure = ",registry.insecure=true" if place.plain else ""
        base = f"type=registry,ref={place.repository}:{CACHE_TAG}-{place.scope}{insecure}"
        return base, f"{base},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"
    folder = local_folders((word,), place.workspace)[0] / place.scope
    return f"type=local,src={folder}", f"type=local,dest={folder},mode=max,ignore-error=true"


def _tolerant(sink: str) -> str:
    return sink if "ignore-error=" in sink or "type=inline" in sink else f"{sink},ignore-error=true"


def _text(entry: Any) -> str:
    """Write an entry as options; a name alone is an image in a registry."""
    text = as_text(entry)
    return text if "=" in text else f"type=registry,ref={text}"

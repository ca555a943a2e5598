"""Manifests as values: an image, or an index of images and the attestations about them.

Source: https://github.com/opencontainers/image-spec (manifest.md, image-index.md) and, for attestations,
https://docs.docker.com/build/metadata/attestations/attestation-storage/
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from actionkit.errors import ActionError

INDEX_TYPES: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MACHINES: Final = {
    "x86_64": "amd64",
    "amd64/v1": "amd64",
    "aarch64": "arm64",
    "arm64/v8": "arm64",
    "armhf": "arm/v7",
    "arm": "arm/v7",
    "i386": "386",
}
"""Other spellings of a processor."""
_REFERENCE_TYPE: Final = "vnd.docker.reference.type"
_ATTESTATION: Final = "attestation-manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A reference to content: ``digest`` is ``sha256:…``, ``size`` in bytes; ``platform`` may be empty."""

    media_type: str
    digest: str
    size: int
    platform: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_attestation(self) -> bool:
        """Whether it says something about an image instead of being one."""
        return self.annotations.get(_REFERENCE_TYPE) == _ATTESTATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The manifest of one runnable image; ``raw`` are its exact bytes."""

    raw: bytes
    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    annotations: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The name of these bytes."""
        return digest_of(self.raw)

    @property
    def size(self) -> int:
        """Compressed bytes that a pull transfers: configuration and layers, each blob once."""
        return sum({blob.digest: blob.size for blob in (self.config, *self.layers)}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A list of images for several platforms, of attestations, or both."""

    raw: bytes
    media_type: str
    manifests: tuple[Descriptor, ...]
    annotations: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The name of these bytes."""
        return digest_of(self.raw)

    @property
    def runnable(self) -> tuple[Descriptor, ...]:
        """The images in it, without attestations."""
        return tuple(entry for entry in self.manifests if not entry.is_attestation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """The registry has no such manifest; ``reference`` is what was asked for."""

    reference: str


def digest_of(data: bytes) -> str:
    """Name ``data`` by its SHA-256, as registries do."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def parse_manifest(raw: bytes) -> Image | Index:
    """Read a manifest or an index; raise ActionError for anything else."""
    try:
        document = json.loads(raw)
        return _index(raw, document) if "manifests" in document else _image(raw, document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ActionError(
            "the registry or the builder returned something that is no image manifest",
            why=f"{type(error).__name__}: {error}; it starts with {raw[:80]!r}",
        ) from error


def _index(raw: bytes, document: Mapping[str, Any]) -> Index:
    return Index(
        raw=raw,
        media_type=document.get("mediaType", INDEX_TYPES[0]),
        manifests=tuple(_descriptor(entry) for entry in document["manifests"]),
        annotations=document.get("annotations") or {},
    )


def _image(raw: bytes, document: Mapping[str, Any]) -> Image:
    return Image(
        raw=raw,
        media_type=document.get("mediaType", "application/vnd.oci.image.manifest.v1+json"),
        config=_descriptor(document["config"]),
        layers=tuple(_descriptor(entry) for entry in document["layers"] or ()),  # BuildKit says null
        annotations=document.get("annotations") or {},
    )


def _descriptor(entry: Mapping[str, Any]) -> Descriptor:
    return Descriptor(
        media_type=entry["mediaType"],
        digest=entry["digest"],
        size=entry["size"],
        platform=platform_name(entry.get("platform") or {}),
        annotations=entry.get("annotations") or {},
    )


def platform_name(platform: Mapping[str, Any]) -> str:
    """Write a platform object as ``os/architecture[/variant]``; an empty object is an empty string."""
    parts = (platform.get(key, "") for key in ("os", "architecture", "variant"))
    return normal_platform("/".join(part for part in parts if part))


def normal_platform(text: str) -> str:
    """Write a platform as everybody else does: ``linux/aarch64`` and ``linux/arm64/v8`` are ``linux/arm64``.

    Source: https://github.com/containerd/platforms/blob/main/database.go
    """
    system, _, machine = text.partition("/")
    machine = _MACHINES.get(machine, machine)
    return f"{system}/{machine}" if machine else text

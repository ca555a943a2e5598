"""Search what was built for secret values before any of it leaves the machine.

A secret mount leaves nothing in an image, but a Dockerfile may copy its value, and ``COPY . .`` takes the
``.git/config`` in which actions/checkout keeps the job's token.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError
from actionkit.registry.layout import Layout
from actionkit.registry.oci import Descriptor, Image

SHORTEST: Final = 8
"""Shorter values are not searched for: they would be found by chance."""

_CHUNK: Final = 4 * 1024 * 1024
_GZIP: Final = b"\x1f\x8b"


def find_leaks(name: str, layout: Layout, secrets: Iterable[str]) -> tuple[ActionError, ...]:
    """Find secret values in manifests, configurations, attestations and the files of every layer.

    ``secrets`` are values; the header that actions/checkout writes for a token is looked for too. Layers
    compressed with something else than gzip are searched as they are.
    """
    needles = _needles(secrets)
    if not needles:
        return ()
    found = {place: None for place, data in _texts(layout) if _contains(data, needles)}
    for descriptor in _layers(layout):
        if _in_layer(layout.path(descriptor), needles):
            found[f"the files of layer {descriptor.digest}"] = None
    return tuple(
        ActionError(
            f"a secret is in the image {name}",
            why=f"its value stands in {place}",
            fix="nothing was published; use RUN --mount=type=secret, write its value into no file,"
            " and keep .git out of the image with a .dockerignore",
        )
        for place in found
    )


def _needles(secrets: Iterable[str]) -> tuple[bytes, ...]:
    plain = tuple(secret for secret in secrets if len(secret) >= SHORTEST)
    headers = (base64.b64encode(f"x-access-token:{secret}".encode()) for secret in plain)
    return (*(secret.encode() for secret in plain), *headers)


def _contains(data: bytes, needles: tuple[bytes, ...]) -> bool:
    return any(needle in data for needle in needles)


def _texts(layout: Layout) -> Iterator[tuple[str, bytes]]:
    yield "the manifest", layout.root.raw
    for platform, image in layout.images():
        yield f"the manifest for {platform}", image.raw
        yield f"the configuration or history for {platform}", layout.blob(image.config)
    for attestation in layout.attestations():
        for statement in attestation.layers:
            yield "the provenance or SBOM", layout.blob(statement)


def _layers(layout: Layout) -> tuple[Descriptor, ...]:
    manifests: tuple[Image, ...] = tuple(image for _, image in layout.images())
    return tuple({layer.digest: layer for image in manifests for layer in image.layers}.values())


def _in_layer(path: Path, needles: tuple[bytes, ...]) -> bool:
    with path.open("rb") as raw:
        compressed = raw.read(2) == _GZIP
        raw.seek(0)
        return _in_stream(gzip.GzipFile(fileobj=raw) if compressed else raw, needles)


def _in_stream(stream: gzip.GzipFile | BufferedReader, needles: tuple[bytes, ...]) -> bool:
    overlap = max(len(needle) for needle in needles) - 1
    tail = b""
    while chunk := stream.read(_CHUNK):
        window = tail + chunk
        if _contains(window, needles):
            return True
        tail = window[-overlap:]
    return False

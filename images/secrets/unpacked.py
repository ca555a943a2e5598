"""Read a layer's files whatever it is compressed with.

The container's Python reads gzip. Base images may come with layers in zstd, which the builder hands on as
they are: skopeo, which is there for the registries, writes those out.
Source: https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import run
from actionkit.registry.layout import Layout
from actionkit.registry.oci import Descriptor, digest_of

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
_TIMEOUT: Final = 1800


@contextmanager
def open_layer(path: Path) -> Iterator[IO[bytes]]:
    """Open the archive of a layer that is compressed with gzip or not at all."""
    with path.open("rb") as raw:
        compressed = raw.read(2) == _GZIP
        raw.seek(0)
        yield cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if compressed else raw


def without_zstd(
    layout: Layout, layers: tuple[Descriptor, ...], folder: Path
) -> Iterator[tuple[Descriptor, Path]]:
    """Give each layer with a file that ``open_layer`` reads; what must be written out goes to ``folder``."""
    for number, layer in enumerate(layers):
        path = layout.path(layer)
        with path.open("rb") as raw:
            compressed = raw.read(len(_ZSTD)) == _ZSTD
        if not compressed:
            yield layer, path
            continue
        written = _written_out(layer, path, folder / str(number))
        yield layer, written
        written.unlink()


def _written_out(layer: Descriptor, path: Path, folder: Path) -> Path:
    """Let skopeo copy an image of this layer alone into a folder, where it writes layers uncompressed."""
    origin, target = folder / "origin", folder / "target"
    blobs = origin / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    (blobs / layer.digest.partition(":")[2]).symlink_to(path.resolve())
    config = _kept(blobs, _CONFIG, {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers"}})
    about = {"mediaType": layer.media_type, "digest": layer.digest, "size": layer.size}
    manifest = _kept(
        blobs, _MANIFEST, {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": [about]}
    )
    (origin / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    (origin / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    argv = ("skopeo", "copy", "--dest-decompress", f"oci:{origin}", f"dir:{target}")
    try:
        run(argv, timeout=_TIMEOUT)
    except CommandFailed as error:
        raise ActionError(
            f"layer {layer.digest} cannot be searched for secrets",
            why=error.stderr.strip(),
            fix="nothing was published; take a base image whose layers are compressed with gzip",
        ) from error
    copied = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["layers"]
    return target / str(copied[0]["digest"]).partition(":")[2]


def _kept(blobs: Path, media_type: str, document: dict[str, Any]) -> dict[str, Any]:
    raw = json.dumps(document).encode()
    (blobs / digest_of(raw).partition(":")[2]).write_bytes(raw)
    return {"mediaType": media_type, "digest": digest_of(raw), "size": len(raw)}

"""Read an OCI image layout folder, as a builder leaves it, and prove that it is whole.

Source: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from actionkit.errors import ActionError
from actionkit.registry.oci import Descriptor, Image, Index, digest_of, parse_manifest, platform_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A folder with exactly one image or index: ``root`` is its manifest, ``digest`` names it."""

    folder: Path
    root: Image | Index

    @property
    def digest(self) -> str:
        """The digest that the registry will know it by."""
        return self.root.digest

    def blob(self, descriptor: Descriptor) -> bytes:
        """Read a small blob (manifest, configuration) and check its digest."""
        data = self.path(descriptor).read_bytes()
        if digest_of(data) != descriptor.digest:
            raise ActionError(
                f"the builder wrote {descriptor.digest} with other content", why=str(self.folder)
            )
        return data

    def path(self, descriptor: Descriptor) -> Path:
        """Where a blob lies."""
        algorithm, _, name = descriptor.digest.partition(":")
        return self.folder / "blobs" / algorithm / name

    @property
    def has_layers(self) -> bool:
        """Whether the layers lie here too, not only what describes them."""
        return all(self.path(layer).is_file() for _, image in self.images() for layer in image.layers)

    def images(self) -> tuple[tuple[str, Image], ...]:
        """List the runnable images with their platforms, read from each image's configuration."""
        if isinstance(self.root, Image):
            return ((self._platform(self.root), self.root),)
        found = (self._image(entry) for entry in self.root.runnable)
        return tuple((self._platform(image), image) for image in found)

    def attestations(self) -> tuple[Image, ...]:
        """List the attestation manifests of the index."""
        if isinstance(self.root, Image):
            return ()
        return tuple(self._image(entry) for entry in self.root.manifests if entry.is_attestation)

    def configuration(self, image: Image) -> dict[str, object]:
        """Read an image's configuration."""
        document = json.loads(self.blob(image.config))
        return document if isinstance(document, dict) else {}

    def _image(self, entry: Descriptor) -> Image:
        manifest = parse_manifest(self.blob(entry))
        if isinstance(manifest, Index):
            raise ActionError("the builder wrote an index inside an index", why=str(self.folder))
        return manifest

    def _platform(self, image: Image) -> str:
        return platform_name(self.configuration(image))


def read_layout(folder: Path) -> Layout:
    """Read the layout in ``folder``; raise ActionError when there is not exactly one image in it."""
    try:
        entries = json.loads((folder / "index.json").read_text(encoding="utf-8"))["manifests"]
    except (OSError, ValueError, KeyError) as error:
        raise ActionError(
            f"the builder left no image for {folder.name}",
            why=f"{type(error).__name__}: {error}",
            fix="the builder must be able to export OCI images; leave input builder empty to get one",
        ) from error
    if len(entries) != 1:
        raise ActionError(f"the builder left {len(entries)} images for {folder.name} instead of one")
    algorithm, _, name = str(entries[0]["digest"]).partition(":")
    root = parse_manifest((folder / "blobs" / algorithm / name).read_bytes())
    if root.digest != entries[0]["digest"]:
        raise ActionError(f"the builder wrote {entries[0]['digest']} with other content", why=str(folder))
    return Layout(folder=folder, root=root)

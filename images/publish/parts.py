"""Images that several machines build, each its own platform, and one publishes.

A job that builds one platform pushes its images by digest and writes down what it pushed; the job that
publishes reads the manifests back from the registry and joins them in an index: no layer moves again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from actionkit.errors import ActionError, raise_all
from actionkit.registry import Image, Registry, parse_manifest
from actionkit.registry.layout import Layout, read_layout
from actionkit.registry.oci import INDEX_TYPES, Descriptor, digest_of
from images.plan import Compare, ImagePlan, Plan, Push
from images.state import FINGERPRINT

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_PLATFORM_KEYS: Final = ("os", "architecture", "variant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One image for one platform, as the file ``name`` says.

    ``digest`` is what was pushed, an image or an index with attestations; ``fingerprint`` names what it was
    built from.
    """

    name: str
    target: str
    platform: str
    digest: str
    fingerprint: str


def write_parts(folder: Path, plan: Plan, platform: str, layouts: Mapping[str, Layout]) -> None:
    """Write what was pushed for ``platform`` to a file of its own in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    fingerprints = {image.target.name: image.labels[FINGERPRINT] for image in plan.builds}
    images = {
        target: {"digest": layout.digest, "inputs": fingerprints[target]}
        for target, layout in layouts.items()
    }
    document = {"tag": plan.tag, "commit": plan.source.commit, "platform": platform, "images": images}
    path = folder / f"{platform.replace('/', '-')}.json"
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")


def read_parts(folder: Path, plan: Plan) -> tuple[Part, ...]:
    """Read every file that the building jobs wrote; raise ActionError where one is of another release."""
    return tuple(part for path in sorted(folder.glob("*.json")) for part in _read(path, plan))


def _read(path: Path, plan: Plan) -> tuple[Part, ...]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        release, platform = (str(document["tag"]), str(document["commit"])), str(document["platform"])
        parts = tuple(
            Part(
                name=path.name,
                target=target,
                platform=platform,
                digest=_digest(about["digest"]),
                fingerprint=str(about["inputs"]),
            )
            for target, about in document["images"].items()
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ActionError(
            f"{path.name} in the folder of input parts is not what a building job wrote",
            why=f"{type(error).__name__}: {error}",
            fix="hand over the folder as it was, with nothing else in it; run the building jobs again",
        ) from error
    if release != (plan.tag, plan.source.commit):
        raise ActionError(
            f"the images for {platform} were built for another release",
            why=f"they are of {release[0]}, commit {release[1]};"
            f" this is {plan.tag}, commit {plan.source.commit}",
            fix="let all jobs of one run check out the same tag, and run all of them again",
        )
    return parts


def _digest(text: object) -> str:
    if not isinstance(text, str) or not _DIGEST.fullmatch(text):
        raise ValueError(f"{text!r} is no digest")
    return text


def join_parts(
    plan: Plan, parts: tuple[Part, ...], registries: Mapping[str, Registry], folder: Path
) -> Mapping[str, Layout]:
    """Join the parts of every image that is to be pushed; ``registries`` maps repositories to theirs."""
    raise_all(tuple(_wrong(plan, parts)))
    return {
        image.target.name: _joined(image, parts, registries, folder / image.target.name)
        for image in plan.builds
    }


def _wrong(plan: Plan, parts: tuple[Part, ...]) -> Iterable[ActionError]:
    for image in plan.builds:
        own = [part for part in parts if part.target == image.target.name]
        lacking = [name for name in image.platforms if name not in {part.platform for part in own}]
        if lacking:
            yield ActionError(
                f"the image {image.target.name} was not built for {', '.join(lacking)}",
                why="no file in the folder of input parts says so",
                fix="give every building job the same inputs, and hand all their files to this one",
            )
        if others := [part.name for part in own if part.fingerprint != image.labels[FINGERPRINT]]:
            yield ActionError(
                f"the image {image.target.name} was built from other inputs, says {', '.join(others)}",
                why="inputs or files differ between the jobs: this one would name something else",
                fix="give all jobs the same inputs, keep the folder of input parts out of the workspace,"
                " and run the building jobs again",
                yaml="with:\n  parts: ${{ runner.temp }}/parts",
            )


def _joined(
    image: ImagePlan, parts: tuple[Part, ...], registries: Mapping[str, Registry], folder: Path
) -> Layout:
    place = next(place for place in image.places if isinstance(place.action, Push | Compare))
    store = _Store(registry=registries[place.repository], repository=place.repository, folder=folder)
    own = {part.platform: part for part in parts if part.target == image.target.name}
    roots = [store.fetch(own[platform].digest) for platform in image.platforms]
    entries = [entry for root in roots for entry in store.entries(root)]
    root = (
        roots[0]
        if len(roots) == 1
        else store.keep(_index(entries, {**image.target.annotations, **image.labels}))
    )
    kind = parse_manifest(root).media_type
    only = {"mediaType": kind, "digest": digest_of(root), "size": len(root)}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [only]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return read_layout(folder)


def _index(entries: list[dict[str, Any]], annotations: Mapping[str, str]) -> bytes:
    document = {
        "schemaVersion": 2,
        "mediaType": INDEX_TYPES[0],
        "manifests": entries,
        "annotations": dict(sorted(annotations.items())),
    }
    return json.dumps(document, indent=2).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    """Copies manifests and configurations of one repository into a layout folder, layers never."""

    registry: Registry
    repository: str
    folder: Path

    def fetch(self, digest: str) -> bytes:
        return self.keep(self.registry.fresh(f"{self.repository}@{digest}"))

    def keep(self, raw: bytes) -> bytes:
        path = self.folder / "blobs" / "sha256" / digest_of(raw).removeprefix("sha256:")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        return raw

    def entries(self, root: bytes) -> list[dict[str, Any]]:
        """List what an index needs to say about a part, its manifests and configurations kept."""
        manifest = parse_manifest(root)
        if isinstance(manifest, Image):
            configuration = json.loads(self._configuration(manifest))
            platform = {key: configuration[key] for key in _PLATFORM_KEYS if configuration.get(key)}
            about = {"mediaType": manifest.media_type, "digest": manifest.digest, "size": len(root)}
            return [{**about, "platform": platform}]
        for entry in manifest.manifests:
            self._keep_entry(entry)
        listed: list[dict[str, Any]] = json.loads(root)["manifests"]
        return listed

    def _keep_entry(self, entry: Descriptor) -> None:
        image = parse_manifest(self.fetch(entry.digest))
        if isinstance(image, Image) and not entry.is_attestation:
            self._configuration(image)

    def _configuration(self, image: Image) -> bytes:
        return self.keep(self.registry.config(f"{self.repository}@{image.digest}"))

"""Manifests as values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from actionkit.errors import ActionError, InputError
from actionkit.registry import Address, Image, Index, parse_address, parse_manifest
from actionkit.registry.layout import read_layout
from actionkit.registry.oci import digest_of

OCI = "application/vnd.oci.image"


def blob(folder: Path, data: bytes) -> dict[str, object]:
    digest = digest_of(data)
    path = folder / "blobs" / "sha256" / digest.removeprefix("sha256:")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {"digest": digest, "size": len(data)}


def image(folder: Path, architecture: str, *layers: bytes) -> dict[str, object]:
    config = json.dumps({"os": "linux", "architecture": architecture}).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": {"mediaType": f"{OCI}.config.v1+json", **blob(folder, config)},
        "layers": [{"mediaType": f"{OCI}.layer.v1.tar", **blob(folder, layer)} for layer in layers],
    }
    return {"mediaType": f"{OCI}.manifest.v1+json", **blob(folder, json.dumps(manifest).encode())}


def write_index(folder: Path, *roots: dict[str, object]) -> None:
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": roots}))


def test_a_layout_tells_its_images_and_attestations_apart(tmp_path: Path) -> None:
    runnable = image(tmp_path, "amd64", b"layer", b"layer")
    about = {"vnd.docker.reference.type": "attestation-manifest"}
    statement = {**image(tmp_path, "unknown", b"statement"), "annotations": about}
    index = {"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": [runnable, statement]}
    root = blob(tmp_path, json.dumps(index).encode())
    write_index(tmp_path, {"mediaType": f"{OCI}.index.v1+json", **root})

    layout = read_layout(tmp_path)
    assert isinstance(layout.root, Index)
    assert layout.digest == root["digest"]
    ((platform, found),) = layout.images()
    assert (platform, found.digest) == ("linux/amd64", runnable["digest"])
    assert found.size == found.config.size + 5, "a layer that is there twice is pulled once"
    assert [attestation.digest for attestation in layout.attestations()] == [statement["digest"]]


def test_a_layout_with_a_single_image_has_no_index(tmp_path: Path) -> None:
    only = image(tmp_path, "arm64", b"layer")
    write_index(tmp_path, only)
    layout = read_layout(tmp_path)
    assert isinstance(layout.root, Image)
    assert [(platform, found.digest) for platform, found in layout.images()] == [
        ("linux/arm64", only["digest"])
    ]


def test_a_builder_that_left_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ActionError, match="the builder left no image for"):
        read_layout(tmp_path)


def test_a_blob_with_other_content_than_its_name_is_refused(tmp_path: Path) -> None:
    only = image(tmp_path, "arm64", b"layer")
    write_index(tmp_path, only)
    layout = read_layout(tmp_path)
    assert isinstance(layout.root, Image)
    layout.path(layout.root.config).write_bytes(b"{}")
    with pytest.raises(ActionError, match="with other content"):
        layout.images()


@pytest.mark.parametrize("raw", [b"<html>", b"{}", b"[]", b'{"manifests": [{}]}'])
def test_what_is_no_manifest_is_refused(raw: bytes) -> None:
    with pytest.raises(ActionError, match="no image manifest"):
        parse_manifest(raw)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ghcr.io", Address(host="ghcr.io", plain=False)),
        ("https://Registry.Example.org/", Address(host="registry.example.org", plain=False)),
        ("http://127.0.0.1:5000", Address(host="127.0.0.1:5000", plain=True)),
        ("[::1]:5000", Address(host="[::1]:5000", plain=False)),
    ],
)
def test_a_registry_has_an_address(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["", "ghcr.io/acme", "ftp://x", "a b", "host:port", "-x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_address(text)

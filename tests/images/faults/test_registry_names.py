"""Images and versions that are called like errors are published, by a registry that shows things late."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.engine

VERSION = "1.0.500"
IMAGES = ("access-denied", "eof")
UNKNOWN = '{"errors":[{"code":"%s_UNKNOWN","message":"%s unknown"}]}'


def test_names_like_errors_and_late_blobs_and_manifests_are_published(shop, proxy, reader) -> None:
    files = {f"{image}.Dockerfile": "FROM scratch\nCOPY api.txt /\n" for image in IMAGES}
    shop.release(f"v{VERSION}", {**files, "api.txt": "api"})
    digests, json_type = "/eof/manifests/sha256:", (("Content-Type", "application/json"),)
    not_yet = {"status": 404, "headers": json_type, "body": UNKNOWN % ("MANIFEST", "manifest")}

    def be_late_again() -> None:
        """All was read back: the next to look are the two that give the version its tag."""
        proxy.fault("GET", digests, times=1, **not_yet)
        proxy.fault("GET", digests, times=1, after=1, **not_yet)

    blob_later = UNKNOWN % ("BLOB", "blob")
    proxy.fault("GET", "/eof/blobs/sha256:", times=1, status=404, headers=json_type, body=blob_later)
    proxy.fault("GET", "/eof/blobs/sha256:", times=1, after=0, meanwhile=be_late_again)

    run = shop.run(f"v{VERSION}", address=proxy.address)

    assert run.errors == []
    assert proxy.answers("GET", "/eof/blobs/sha256:")[:2] == [404, 200]
    assert proxy.answers("GET", digests).count(404) == 2
    digests_of = {image["name"]: image["digest"] for image in json.loads(run.outputs["images"])}
    assert sorted(digests_of) == [shop.repository(image, proxy.address) for image in IMAGES]
    for image in IMAGES:
        repository = shop.repository(image)
        served = {tag: reader.manifest(repository, tag)[0] for tag in reader.tags(repository)}
        digest = digests_of[shop.repository(image, proxy.address)]
        assert served == dict.fromkeys((VERSION, "1.0", "1", "latest"), digest)

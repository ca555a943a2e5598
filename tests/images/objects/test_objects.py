"""What was published, judged by others."""

from __future__ import annotations

import hashlib
import json

import pytest

pytestmark = pytest.mark.engine

FILES = {
    "api.Dockerfile": 'FROM debian:trixie-slim\nRUN echo made >/made\nCMD ["cat", "/made"]\n',
}


def test_the_schemas_refuse_what_is_wrong(violations) -> None:
    assert violations("image-manifest", {"schemaVersion": 2}) != []
    assert violations("image-index", {"schemaVersion": 2, "manifests": [{"digest": "x"}]}) != []
    assert violations("config", {"os": 1}) != []


@pytest.mark.parametrize("attestations", ["provenance", "provenance-max", "none"])
def test_every_object_is_what_the_oci_specification_says(shop, reader, violations, attestations: str) -> None:
    shop.release("v1.0.0", {"api.Dockerfile": "FROM scratch\nCOPY api.Dockerfile /\n"})
    run = shop.run("v1.0.0", attestations=attestations)
    assert run.errors == []
    repository = shop.repository("api")
    _, root = reader.manifest(repository, "1.0.0")
    manifests = [root]
    if "manifests" in root:
        assert violations("image-index", root) == []
        manifests = [reader.manifest(repository, entry["digest"])[1] for entry in root["manifests"]]
    for manifest in manifests:
        assert violations("image-manifest", manifest) == []
        configuration = json.loads(reader.blob(repository, manifest["config"]["digest"]))
        assert violations("config", configuration) == []
    assert len(manifests) == (1 if attestations == "none" else 2)


def test_docker_and_skopeo_see_what_the_run_says(shop, engine, judges) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0")
    (image,) = json.loads(run.outputs["images"])
    read = ("skopeo", "inspect", "--tls-verify=false", "--authfile=/judges/config.json")
    seen = json.loads(judges.run(*read, f"docker://{image['name']}:latest"))
    assert sorted(seen["RepoTags"]) == sorted(image["tags"])
    assert (
        judges.run(*read, "--format", "{{.Digest}}", f"docker://{image['name']}:1.0.0").strip()
        == image["digest"]
    )
    assert sum(layer["Size"] for layer in seen["LayersData"]) < image["size"]

    config = ("--config", str(judges.folder))
    reference = f"{image['name']}@{image['digest']}"
    engine.docker(*config, "pull", "--quiet", reference)
    try:
        assert engine.docker("run", "--rm", reference) == "made\n"
    finally:
        engine.docker("rmi", reference)


def test_the_size_is_compared_with_the_version_before(shop) -> None:
    shop.release("v1.0.0", {"api.Dockerfile": "FROM scratch\nCOPY x.txt /\n", "x.txt": "x"})
    (first,) = json.loads(shop.run("v1.0.0").outputs["images"])
    shop.release("v1.1.0", {"x.txt": hashlib.shake_256(b"x").hexdigest(30 * 1024)})
    run = shop.run("v1.1.0")
    (image,) = json.loads(run.outputs["images"])
    grown = image["size"] - first["size"]
    assert 30 * 1024 < grown < 40 * 1024
    assert f"| +{grown / 1024:.1f} KiB since 1.0.0 |" in run.summary


def test_what_was_published_is_signed_and_verified_by_its_digest(shop, reader, judges) -> None:
    shop.release("v1.0.0", {"api.Dockerfile": "FROM scratch\nCOPY api.Dockerfile /\n"})
    digest = shop.run("v1.0.0").outputs["digests"].strip()
    insecure = ("--allow-insecure-registry", "--allow-http-registry")
    judges.run("cosign", "generate-key-pair")
    judges.run("cosign", "sign", "--yes", "--key=cosign.key", "--tlog-upload=false", *insecure, digest)
    verify = ("cosign", "verify", "--key=cosign.pub", "--insecure-ignore-tlog", *insecure)
    (signature,) = json.loads(judges.run(*verify, digest))
    assert signature["critical"]["image"]["docker-manifest-digest"] == digest.partition("@")[2]

    again = shop.run("v1.0.0")
    assert (again.errors, again.outputs["digests"].strip()) == ([], digest)
    assert judges.run(*verify, f"{shop.repository('api')}:latest")

"""What BuildKit records beside an image, and what is said when it cannot."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.engine

FILES = {
    "api.Dockerfile": """
FROM debian:trixie-slim AS base
FROM scratch
COPY --from=base /var/lib/dpkg/status /var/lib/dpkg/
""",
}
EMPTY = {"api.Dockerfile": "FROM scratch\nCOPY x.txt /\n", "x.txt": "x"}
UNREADABLE = {"api.Dockerfile": "FROM scratch\nCOPY x.txt /var/lib/dpkg/status\n", "x.txt": "no status"}
SCANNER = "docker.io/docker/buildkit-syft-scanner:stable-1"


def statements(reader, repository: str) -> tuple[str, dict[str, dict]]:
    """The digest of the image, and every statement about it by what it states."""
    _, index = reader.manifest(repository, "1.0.0")
    (about,) = (entry for entry in index["manifests"] if entry["platform"]["os"] == "unknown")
    (image,) = (entry for entry in index["manifests"] if entry["platform"]["os"] != "unknown")
    assert about["annotations"]["vnd.docker.reference.digest"] == image["digest"]
    found = {}
    for layer in reader.manifest(repository, about["digest"])[1]["layers"]:
        statement = json.loads(reader.blob(repository, layer["digest"]))
        assert layer["annotations"]["in-toto.io/predicate-type"] == statement["predicateType"]
        found[statement["predicateType"].removeprefix("https://").partition("/")[0]] = statement
    return image["digest"], found


@pytest.fixture
def cut_off(engine, buildkit):
    """A builder that reaches no other machine."""
    name = "cut-off-from-everything"
    options = ("--driver", "docker-container", "--driver-opt", "network=host")
    nowhere = ("--driver-opt", "env.HTTPS_PROXY=http://127.0.0.1:9")
    engine.docker("buildx", "create", "--name", name, *options, *nowhere, "--bootstrap")
    yield name
    engine.docker("buildx", "rm", "--force", name)


@pytest.mark.parametrize("of_a_step", [False, True], ids=["the engine", "a builder of a step"])
def test_the_packages_of_an_image_are_recorded(shop, reader, scanner, builder, of_a_step: bool) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0", builder=builder if of_a_step else "", attestations="provenance\nsbom")
    assert run.errors == []
    repository = shop.repository("api")
    digest, found = statements(reader, repository)
    assert sorted(found) == ["slsa.dev", "spdx.dev"]
    packages = found["spdx.dev"]["predicate"]["packages"]
    assert {"apt", "bash", "dpkg", "libc6"} <= {package["name"] for package in packages}
    name = f"pkg:docker/{repository.replace(':', '%3A')}@1.0.0?platform=linux%2Famd64"
    subject = {"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}}
    assert [statement["subject"] for statement in found.values()] == [[subject], [subject]]


def test_what_a_target_declares_is_recorded(shop, reader) -> None:
    bake = 'target "default" { attest = [{ type = "provenance", mode = "max" }] }\n'
    shop.release("v1.0.0", {"docker-bake.hcl": bake, "Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"})
    assert shop.run("v1.0.0").errors == []
    _, found = statements(reader, shop.repository("default"))
    assert "llbDefinition" in json.dumps(found["slsa.dev"]["predicate"]), "the steps are there too"


def test_a_scanner_that_cannot_be_had_is_named_with_the_way_out(shop, reader, cut_off) -> None:
    shop.release("v1.0.0", EMPTY)
    (error,) = shop.run("v1.0.0", builder=cut_off, attestations="sbom").errors
    what, why, *rest = error.splitlines()
    assert what == "the packages of the image api cannot be listed"
    assert why.startswith(f"why: the builder cannot fetch the scanner {SCANNER}: ")
    assert why.endswith("connection refused")
    assert rest == [
        "fix: nothing was published; let the builder reach docker.io or a mirror, or leave sbom out",
        "    with:",
        "      attestations: provenance",
    ]
    assert reader.tags(shop.repository("api")) == []


def test_a_scanner_that_fails_is_told_from_a_build_that_fails(shop, engine, scanner) -> None:
    if not engine.private:
        pytest.skip("a user's Docker engine runs here, whose scanner takes what it cannot read")
    shop.release("v1.0.0", UNREADABLE)
    (error,) = shop.run("v1.0.0", attestations="sbom").errors
    what, why, *rest = error.splitlines()
    assert (what, why) == (
        "the packages of the image api cannot be listed",
        f"why: the scanner {SCANNER} failed",
    )
    assert "dpkg-query" in rest[0]

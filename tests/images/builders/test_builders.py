"""Other builders than the engine's own."""

from __future__ import annotations

import json
import shlex

import pytest

from pipeline.rehearsal import lab

pytestmark = pytest.mark.engine

BAKE = """
group "default" { targets = ["api", "web"] }
target "api" { target = "api" }
target "web" { target = "web" }
"""
FILES = {
    "docker-bake.hcl": BAKE,
    "Dockerfile": "FROM scratch AS base\nCOPY x.txt /\nFROM base AS api\nCOPY x.txt /api\nFROM base AS web\n",
    "x.txt": "x",
}


def containers(engine) -> list[str]:
    return engine.docker("ps", "--all", "--format", "{{.Names}}").split()


def published(shop, run, reader) -> bool:
    images = json.loads(run.outputs["images"])
    return [
        (image["target"], reader.manifest(image["name"], "1.0.0")[0] == image["digest"]) for image in images
    ] == [("api", True), ("web", True)]


def test_a_builder_is_made_for_the_run_and_removed(shop, reader, engine, buildkit) -> None:
    shop.release("v1.0.0", FILES)
    before = engine.docker("volume", "ls", "--quiet")
    run = shop.run("v1.0.0", builder="docker-container")
    assert run.errors == []
    assert "using docker-container driver" in run.log
    assert published(shop, run, reader)
    assert not [name for name in containers(engine) if name.startswith("buildx_buildkit_images-")]
    assert engine.docker("volume", "ls", "--quiet") == before


def test_a_builder_that_a_step_made_on_the_host_is_found_and_left_alone(
    shop, reader, engine, builder
) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0", builder=builder)
    assert run.errors == []
    assert f'building with "{builder}" instance using docker-container driver' in run.log
    assert published(shop, run, reader)
    assert f"buildx_buildkit_{builder}0" in containers(engine)


def test_a_buildkit_is_reached_by_its_address(shop, reader, engine, builder) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0", builder=f"docker-container://buildx_buildkit_{builder}0")
    assert run.errors == []
    assert "using remote driver" in run.log
    assert published(shop, run, reader)
    assert f"buildx_buildkit_{builder}0" in containers(engine)


def test_the_command_that_verifies_says_what_the_run_said(shop, engine, registry, builder) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0")
    proofs = [line.partition(" # ") for line in run.summary.splitlines() if "imagetools inspect" in line]
    digests = [image["digest"] for image in json.loads(run.outputs["images"])]
    assert [told for _, _, told in proofs] == digests
    login = ("login", "--username", registry.username, "--password-stdin", registry.address)
    engine.docker(*login, stdin=registry.password.encode())
    for command, _, told in proofs:
        _, *asked = shlex.split(command)
        assert engine.docker(*asked, "--builder", builder).strip() == f'"{told}"'
    engine.docker("logout", registry.address)


def test_two_builders_make_the_same_image(shop, reader, builder) -> None:
    shop.release("v1.0.0", FILES)
    shop.run("v1.0.0")
    by_engine = [reader.image(shop.repository(name), "1.0.0")[0] for name in ("api", "web")]
    assert shop.run("v1.0.0", builder=builder, namespace=f"{shop.name.lower()}/other").errors == []
    by_builder = [reader.image(shop.repository(f"other/{name}"), "1.0.0")[0] for name in ("api", "web")]
    assert [image["config"]["digest"] for image in by_engine] == [
        image["config"]["digest"] for image in by_builder
    ]


def test_a_buildkit_that_can_record_nothing_is_refused_before_anything_is_built(
    shop, engine, buildkit
) -> None:
    if not engine.private:
        pytest.skip("a user's Docker engine runs here, whose BuildKit knows its version")
    image, name = "moby/buildkit:says-it-is-old", "of-long-ago"
    rename = f"FROM {lab.BUILDER_IMAGE}\nRUN sed -i s/v0.0.0+unknown/v0.10.6+unknow/g /usr/bin/buildkitd\n"
    engine.docker("build", "--tag", image, "-", stdin=rename.encode())
    options = ("--driver", "docker-container", "--driver-opt", f"image={image},network=host")
    engine.docker("buildx", "create", "--name", name, *options, "--bootstrap")
    try:
        shop.release("v1.0.0", FILES)
        (error,) = shop.run("v1.0.0", builder=name).errors
    finally:
        engine.docker("buildx", "rm", "--force", name)
    assert error == (
        "the builder of-long-ago can neither export images nor record their provenance\n"
        "why: it runs BuildKit v0.10.6, and both came with v0.11\n"
        "fix: give it a current BuildKit, or let this action make a builder for the run\n"
        "    with:\n"
        "      builder: docker-container"
    )

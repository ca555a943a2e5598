"""Other builders than the engine's own."""

from __future__ import annotations

import json
import re

import pytest

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


def test_two_builders_make_the_same_image(shop, reader, builder) -> None:
    shop.release("v1.0.0", FILES)
    shop.run("v1.0.0")
    by_engine = [reader.image(shop.repository(name), "1.0.0")[0] for name in ("api", "web")]
    assert shop.run("v1.0.0", builder=builder, overwrite="true").errors == []
    by_builder = [reader.image(shop.repository(name), "1.0.0")[0] for name in ("api", "web")]
    assert [image["config"]["digest"] for image in by_engine] == [
        image["config"]["digest"] for image in by_builder
    ]


def test_a_registry_cache_serves_the_next_release(shop, reader, builder) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0", builder=builder, cache="registry")
    assert run.errors == []
    assert reader.tags(shop.repository("api")) == ["1", "1.0", "1.0.0", "buildcache-api", "latest"]
    shop.release("v1.0.1")
    again = shop.run("v1.0.1", builder="docker-container", cache="registry")
    assert again.errors == []
    assert re.search(r"\[\w+ base 1/1\] COPY x.txt /\n#\d+ sha256:\w+ \d+B / ", again.log), (
        "came from the cache"
    )


def test_github_s_cache_service_is_asked_in_its_second_version(shop, reader, builder, cache_service) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0", *cache_service.variables(), builder=builder, cache="gha")
    assert run.errors == []
    assert published(shop, run, reader)
    service = "/twirp/github.actions.results.api.v1.CacheService"
    assert {path for path, _ in cache_service.seen} == {
        f"{service}/GetCacheEntryDownloadURL",
        f"{service}/CreateCacheEntry",
    }
    assert {token for _, token in cache_service.seen} == {f"Bearer {cache_service.token}"}


def test_a_cache_that_is_not_there_fails_no_release(shop, reader, builder) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0", builder=builder, cache="gha")
    assert run.errors == []
    assert published(shop, run, reader)


def test_a_cache_that_cannot_be_set_up_fails_no_release(shop, reader, builder, cache_service) -> None:
    shop.release("v1.0.0", FILES)
    cache_service.token = "not-a-token"
    run = shop.run("v1.0.0", *cache_service.variables(), builder=builder, cache="gha")
    assert run.errors == []
    assert "::warning title=built without cache::" in run.log
    assert published(shop, run, reader)

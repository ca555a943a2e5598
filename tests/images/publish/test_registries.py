"""Several registries, and what images are called there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from pipeline.rehearsal import lab

pytestmark = pytest.mark.engine

FILES = {"api.Dockerfile": "FROM scratch\nCOPY api.txt /\n", "api.txt": "api"}


@pytest.fixture(scope="module")
def second(engine: lab.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Registry]:
    with lab.registry(engine, data=tmp_path_factory.mktemp("second")) as running:
        yield running


def both(registry: lab.Registry, second: lab.Registry) -> dict[str, str]:
    return {
        "registry": f"http://{registry.address}\nhttp://{second.address}",
        "username": f"{registry.username}\n{second.username}",
        "password": f"{registry.password}\n{second.password}",
    }


def test_several_registries_get_the_same_image(shop, reader, registry, second) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0", **both(registry, second))
    assert run.errors == []
    first, other = json.loads(run.outputs["images"])
    assert (first["name"], other["name"]) == (
        shop.repository("api"),
        shop.repository("api", second.address),
    )
    assert (first["digest"], first["tags"]) == (other["digest"], other["tags"])
    there = type(reader)(registry=second)
    assert there.manifest(other["name"], "latest")[0] == first["digest"]


def test_a_registry_that_comes_later_gets_a_copy_and_nothing_is_built(shop, reader, registry, second) -> None:
    shop.release("v1.0.0", FILES)
    shop.run("v1.0.0")
    run = shop.run("v1.0.0", **both(registry, second))
    assert run.errors == []
    assert "nothing to build" in run.log
    first, other = json.loads(run.outputs["images"])
    assert first["digest"] == other["digest"]
    assert type(reader)(registry=second).tags(other["name"]) == ["1", "1.0", "1.0.0", "latest"]


def test_one_registry_that_refuses_stops_all_before_anything_is_built(shop, reader, registry, second) -> None:
    shop.release("v1.0.0", FILES)
    logins = both(registry, second)
    logins["password"] = f"{registry.password}\nwrong-password"
    run = shop.run("v1.0.0", **logins)
    (error,) = run.errors
    assert error.startswith(f"cannot log in to {second.address}")
    assert reader.tags(shop.repository("api")) == []


def test_the_image_of_the_root_dockerfile_is_the_project_s_own(shop, reader) -> None:
    shop.release("v1.0.0", {"Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"})
    run = shop.run("v1.0.0")
    assert run.errors == []
    (image,) = json.loads(run.outputs["images"])
    assert image["name"] == f"{shop.registry.address}/{shop.name.lower()}"


def test_a_namespace_of_one_s_own_holds_every_image(shop, reader) -> None:
    shop.release("v1.0.0", {"Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"})
    project = shop.name.lower().rpartition("/")[2]
    run = shop.run("v1.0.0", namespace=f"Crew/{project}-images")
    (image,) = json.loads(run.outputs["images"])
    assert image["name"] == f"{shop.registry.address}/crew/{project}-images/{project}"


def test_a_stage_that_is_compiled_twice_is_reported_with_the_argument_that_differs(shop) -> None:
    bake = """
    group "default" { targets = ["api", "web"] }
    target "api" {
      target = "api"
      args   = { NAME = "api", PROFILE = "release" }
    }
    target "web" {
      target = "web"
      args   = { NAME = "web", PROFILE = "release" }
    }
    """
    dockerfile = (
        f"FROM debian:trixie-slim AS build\nARG NAME\nARG PROFILE\nRUN sleep 2 && echo {shop.name} >/result\n"
        "FROM scratch AS api\nCOPY --from=build /result /\nFROM scratch AS web\nCOPY --from=build /result /\n"
    )
    shop.release("v1.0.0", {"docker-bake.hcl": bake, "Dockerfile": dockerfile})
    run = shop.run("v1.0.0")
    assert run.errors == []
    assert "(stage build) ran 2 times, for api, web" in run.summary
    assert "what differs: NAME" in run.summary

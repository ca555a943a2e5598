"""An engine that keeps images in its classic store, as hosted runners have it: there a builder is made."""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import replace

import pytest

pytestmark = pytest.mark.engine

FILES = {
    "docker-bake.hcl": 'group "default" { targets = ["api", "web"] }\ntarget "api" {}\ntarget "web" {}\n',
    "Dockerfile": "FROM scratch\nCOPY x.txt /\n",
    "x.txt": "x",
}
FAILING = {"api.Dockerfile": "FROM scratch\nCOPY missing.txt /\n"}
LONG = {"api.Dockerfile": "FROM debian:trixie-slim\nRUN echo step-$((6*7)) && sleep 300\n"}
TWO = "FROM {base} AS build\nRUN uname -m >/machine\nFROM scratch\nCOPY --from=build /machine /\n"


@pytest.fixture
def shop(mirrored, classic):
    """A project whose action runs on the classic engine."""
    return replace(mirrored, engine=classic)


@pytest.fixture
def clean(classic, shop):
    """Whether a run left a builder's container or volume, or its logins."""

    def check() -> bool:
        containers = classic.docker("ps", "--all", "--quiet", "--filter", "name=buildx_buildkit_images-")
        volumes = classic.docker("volume", "ls", "--quiet", "--filter", "name=buildx_buildkit_images-")
        return (containers, volumes, list((shop.folder / "temp").iterdir())) == ("", "", [])

    return check


def until(condition) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_a_builder_is_made_without_being_asked_for_and_removed(shop, reader, clean) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0")
    assert run.errors == []
    assert "using docker-container driver" in run.log
    images = json.loads(run.outputs["images"])
    assert [image["digest"] for image in images] == [
        reader.manifest(shop.repository(name), "1.0.0")[0] for name in ("api", "web")
    ]
    assert clean()


def test_a_build_that_fails_leaves_no_builder(shop, reader, clean) -> None:
    shop.release("v1.0.0", FAILING)
    run = shop.run("v1.0.0")
    assert [error.splitlines()[0] for error in run.errors] == [
        "api.Dockerfile:2: the image api does not build"
    ]
    assert reader.tags(shop.repository("api")) == []
    assert clean()


@pytest.mark.parametrize(
    ("signal", "moment"), [("TERM", "step"), ("INT", "step"), ("TERM", "builder"), ("INT", "builder")]
)
def test_a_cancelled_run_leaves_no_builder(shop, reader, clean, classic, signal: str, moment: str) -> None:
    shop.release("v1.0.0", LONG)
    name = f"run-{uuid.uuid4().hex[:8]}"
    runs = []
    thread = threading.Thread(target=lambda: runs.append(shop.run("v1.0.0", "--name", name)))
    thread.start()
    if moment == "builder":
        until(lambda: classic.docker("ps", "--all", "--quiet", "--filter", "name=buildx_buildkit_images-"))
    else:
        until(lambda: classic.docker("ps", "--quiet", "--filter", f"name={name}"))
        until(lambda: "step-42" in classic.docker("logs", name))
    before = time.monotonic()
    classic.docker("kill", f"--signal={signal}", name)
    thread.join()
    assert time.monotonic() - before < 7.5, "the runner waits that long before it insists"
    assert (runs[0].status, runs[0].errors) == (130, [])
    assert "stopped by a signal" in runs[0].log
    assert reader.tags(shop.repository("api")) == []
    assert clean()


def test_two_platforms_are_built_though_the_engine_cannot(shop, reader, two_platforms, clean) -> None:
    shop.release("v1.0.0", {"api.Dockerfile": TWO.format(base=two_platforms)})
    run = shop.run("v1.0.0", platforms="linux/amd64,linux/arm64")
    assert run.errors == []
    _, index = reader.manifest(shop.repository("api"), "latest")
    platforms = [entry["platform"]["architecture"] for entry in index["manifests"]]
    assert sorted(platforms) == ["amd64", "arm64", "unknown", "unknown"], "each with its provenance"
    assert clean()


def test_the_engine_s_own_builder_is_refused_with_the_way_out(shop, reader) -> None:
    shop.release("v1.0.0", FILES)
    (error,) = shop.run("v1.0.0", builder="default").errors
    assert error == (
        "the builder default can neither export images nor record their provenance\n"
        "why: it is the engine's own, and the engine keeps images in its classic store\n"
        "fix: leave input builder empty, and one that can is made for the run\n"
        "    with:\n      builder: docker-container"
    )
    assert reader.tags(shop.repository("api")) == []

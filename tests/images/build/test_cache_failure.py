"""A cache that fails never fails a release: it is built without, and a warning says why."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.engine

STEP = "FROM debian:trixie-slim\nRUN echo cached >/x\n"
LOCAL = {"Dockerfile": STEP, ".gitignore": ".layers\n"}
DECLARED = """
group "default" { targets = ["app"] }
target "base" {
  dockerfile-inline = "FROM scratch\\nCOPY base.Dockerfile /"
  cache-from        = ["type=local,src=.layers/base"]
}
target "app" {
  dockerfile = "app.Dockerfile"
  contexts   = { base = "target:base" }
  cache-to   = ["type=local,dest=/proc/nowhere"]
}
"""


def warning(run) -> str:
    (line,) = (line for line in run.log.splitlines() if line.startswith("::warning "))
    assert line.startswith("::warning title=built without cache::")
    return line.rpartition("::")[2]


def test_a_local_cache_that_cannot_be_read_is_left_alone(shop, reader) -> None:
    shop.release("v1.0.0", LOCAL)
    assert shop.run("v1.0.0", cache="local=.layers").errors == []
    (index,) = (shop.workspace / ".layers").rglob("index.json")
    index.write_text("{corrupt")
    shop.release("v1.0.1", {"x": "x"})
    run = shop.run("v1.0.1", cache="local=.layers")
    assert run.errors == []
    assert warning(run)
    assert "1.0.1" in reader.tags(shop.repository("").removesuffix("/"))


def test_a_folder_that_cannot_be_made_is_no_cache(shop, reader) -> None:
    shop.release("v1.0.0", LOCAL)
    (shop.workspace / ".layers").write_text("a file")
    run = shop.run("v1.0.0", cache="local=.layers")
    assert run.errors == []
    assert "the folder of the cache cannot be made" in warning(run)


def test_declared_caches_of_targets_and_what_they_build_upon_may_fail(shop, reader) -> None:
    files = {"docker-bake.hcl": DECLARED, "app.Dockerfile": "FROM base\nCOPY app.Dockerfile /\n"}
    shop.release("v1.0.0", {**files, "base.Dockerfile": "", ".layers/base/index.json": "{corrupt"})
    run = shop.run("v1.0.0")
    assert run.errors == []
    assert warning(run)
    assert "1.0.0" in reader.tags(shop.repository("app"))

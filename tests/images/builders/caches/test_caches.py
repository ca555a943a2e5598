"""A release whose builder is new finds what the release before it compiled."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import tarfile

import pytest

pytestmark = pytest.mark.engine

FILES = {
    "docker-bake.hcl": """
group "default" { targets = ["api", "tool"] }
target "api" { target = "api" }
target "tool" {
  target    = "tool"
  platforms = ["linux/amd64", "linux/arm64"]
}
""",
    "Dockerfile": """
FROM --platform=$BUILDPLATFORM debian:trixie-slim AS build
RUN cat /proc/sys/kernel/random/uuid >/made
FROM scratch AS api
COPY --from=build /made /
FROM scratch AS tool
ARG TARGETARCH
COPY $TARGETARCH.txt /
""",
    "amd64.txt": "for one",
    "arm64.txt": "for the other",
}


def release(shop, number: int) -> str:
    """Release another commit, made an hour after the last: the time of the commit is in what is built."""
    shop.commit(FILES | {"notes.txt": str(number)})
    date = f"2026-01-02T{number:02}:04:05Z"
    argv = ("git", "-C", str(shop.workspace), "commit", "--quiet", "--amend", "--no-edit", "--reset-author")
    names = {
        f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    env = {**os.environ, **names, "GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date}
    subprocess.run(argv, env=env, check=True)
    shop.git("tag", f"v1.0.{number}")
    shop.git("push", "--quiet", "origin", f"v1.0.{number}")
    return f"v1.0.{number}"


def made_in(shop, reader, tag: str) -> str:
    """What the compiling step wrote: another text each time it runs."""
    repository = shop.repository("api")
    manifest, _ = reader.image(repository, tag.removeprefix("v"))
    (layer,) = manifest["layers"]
    with tarfile.open(
        fileobj=io.BytesIO(gzip.decompress(reader.blob(repository, layer["digest"])))
    ) as archive:
        return archive.extractfile("made").read().decode().strip()


def recorded(reader, repository: str) -> str:
    """Every attestation of an image."""
    _, index = reader.manifest(repository, "latest")
    about = [entry["digest"] for entry in index["manifests"] if entry["platform"]["os"] == "unknown"]
    layers = [layer for digest in about for layer in reader.manifest(repository, digest)[1]["layers"]]
    return "".join(reader.blob(repository, layer["digest"]).decode() for layer in layers)


def test_github_s_cache_serves_the_next_release(mirrored, reader, cache_service) -> None:
    shop, service = mirrored, cache_service
    first = service.token("refs/heads/main")
    inputs = {"builder": "docker-container", "cache": "gha", "attestations": "provenance-max"}
    run = shop.run(release(shop, 1), *service.variables(first), **inputs)
    assert (run.errors, "::warning" in run.log) == ([], False)
    assert service.scopes == ["api", "tool-linux-amd64-linux-arm64"]
    assert all(entry.finished and entry.scope == "refs/heads/main" for entry in service.entries)

    second = service.token("refs/tags/v1.0.2", "refs/heads/main")
    again = shop.run(release(shop, 2), *service.variables(second), **inputs)
    assert (again.errors, "::warning" in again.log) == ([], False)
    assert re.search(r"^#\d+ CACHED$", again.log, re.MULTILINE)
    assert made_in(shop, reader, "v1.0.2") == made_in(shop, reader, "v1.0.1"), "the step ran once"

    assert {token for _, token in service.calls} == {first, second}
    assert {headers.get("Authorization") for headers in service.storage_headers} == {None}
    told = again.log + recorded(reader, shop.repository("api")) + recorded(reader, shop.repository("tool"))
    assert "buildDefinition" in told
    assert [token for token in (first, second) if token in told] == []


def test_each_platform_s_machine_has_a_cache_of_its_own(mirrored, cache_service) -> None:
    shop, service = mirrored, cache_service
    token = service.token("refs/heads/main")
    tag = release(shop, 1)
    for platform in ("linux/amd64", "linux/arm64"):
        inputs = {"builder": "docker-container", "cache": "gha", "platform": platform, "parts": "parts"}
        assert shop.run(tag, *service.variables(token), targets="tool", **inputs).errors == []
    assert service.scopes == ["tool-linux-amd64", "tool-linux-arm64"]


def test_a_cache_in_a_folder_serves_the_next_release_and_belongs_to_the_workspace_s_owner(
    mirrored, reader
) -> None:
    shop, owner = mirrored, (1234, 1234)
    (shop.workspace / ".gitignore").write_text(".buildcache\nparts\n")
    for tag in (release(shop, 1), release(shop, 2)):
        os.chown(shop.workspace, *owner)
        run = shop.run(tag, builder="docker-container", cache="local=.buildcache")
        assert (run.errors, "::warning" in run.log) == ([], False)
    assert re.search(r"^#\d+ CACHED$", run.log, re.MULTILINE)
    assert made_in(shop, reader, "v1.0.2") == made_in(shop, reader, "v1.0.1"), "the step ran once"
    folder = shop.workspace / ".buildcache"
    assert sorted(path.name for path in folder.iterdir()) == ["api", "tool-linux-amd64-linux-arm64"]
    assert {(path.stat().st_uid, path.stat().st_gid) for path in (folder, *folder.rglob("*"))} == {owner}


def test_a_registry_s_cache_serves_the_next_release(mirrored, reader) -> None:
    shop = mirrored
    for tag in (release(shop, 1), release(shop, 2)):
        run = shop.run(tag, builder="docker-container", cache="registry")
        assert (run.errors, "::warning" in run.log) == ([], False)
    assert reader.tags(shop.repository("api")) == ["1", "1.0", "1.0.1", "1.0.2", "buildcache-api", "latest"]
    assert made_in(shop, reader, "v1.0.2") == made_in(shop, reader, "v1.0.1"), "the step ran once"


def test_a_cache_that_is_not_there_fails_no_release(shop, builder) -> None:
    run = shop.run(release(shop, 1), builder=builder, cache="gha")
    assert run.errors == []
    assert len(json.loads(run.outputs["images"])) == 2


def test_a_cache_that_cannot_be_set_up_fails_no_release(shop, builder, cache_service) -> None:
    run = shop.run(release(shop, 1), *cache_service.variables("not-a-token"), builder=builder, cache="gha")
    assert run.errors == []
    assert "::warning title=built without cache::" in run.log
    assert len(json.loads(run.outputs["images"])) == 2


def test_a_cache_that_refuses_fails_no_release(shop, builder, cache_service) -> None:
    forged = cache_service.token("refs/heads/main")[:-4] + "AAAA"
    run = shop.run(release(shop, 1), *cache_service.variables(forged), builder=builder, cache="gha")
    assert run.errors == []
    assert (cache_service.entries, cache_service.storage_headers) == ([], [])
    assert len(json.loads(run.outputs["images"])) == 2

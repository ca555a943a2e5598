"""Images for two platforms, one of them emulated."""

from __future__ import annotations

import gzip
import io
import json
import tarfile

import pytest

pytestmark = pytest.mark.engine

FILES = {
    "docker-bake.hcl": """
group "default" { targets = ["api", "tool"] }
target "api" {
  target    = "api"
  platforms = ["linux/amd64", "linux/arm64"]
}
target "tool" { target = "tool" }
""",
    "Dockerfile": """
FROM {base} AS build
RUN uname -m >/result
FROM scratch AS api
COPY --from=build /result /
FROM scratch AS tool
COPY --from=build /result /tool
""",
}


def files(base: str) -> dict[str, str]:
    return FILES | {"Dockerfile": FILES["Dockerfile"].format(base=base)}


def files_of(reader, repository: str, manifest: dict) -> dict[str, str]:
    """Everything in the layers of an image, by name."""
    found = {}
    for layer in manifest["layers"]:
        data = gzip.decompress(reader.blob(repository, layer["digest"]))
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if member.isfile():
                    found[member.name] = archive.extractfile(member).read().decode().strip()
    return found


def test_one_image_for_two_platforms_runs_on_both(shop, reader, two_platforms) -> None:
    shop.release("v1.0.0", files(two_platforms))
    run = shop.run("v1.0.0")
    assert run.errors == []
    api, tool = json.loads(run.outputs["images"])
    assert (api["platforms"], tool["platforms"]) == (["linux/amd64", "linux/arm64"], ["linux/amd64"])
    _, index = reader.manifest(api["name"], "1.0.0")
    made = {}
    for entry in index["manifests"]:
        if entry["platform"]["os"] == "linux":
            _, manifest = reader.manifest(api["name"], entry["digest"])
            made[entry["platform"]["architecture"]] = files_of(reader, api["name"], manifest)
            assert manifest["annotations"]["org.opencontainers.image.version"] == "1.0.0"
    assert made == {"amd64": {"result": "x86_64"}, "arm64": {"result": "aarch64"}}
    assert index["annotations"]["org.opencontainers.image.version"] == "1.0.0"
    about = [entry for entry in index["manifests"] if entry["platform"]["os"] == "unknown"]
    assert len(about) == 2, "each platform has its provenance"


def test_running_again_with_other_platforms_is_other_content(shop, reader, two_platforms) -> None:
    shop.release("v1.0.0", files(two_platforms))
    shop.run("v1.0.0", targets="api")
    run = shop.run("v1.0.0", targets="api", platforms="linux/amd64")
    (error,) = run.errors
    assert error.startswith(f"{shop.repository('api')}:1.0.0 exists with other content")


def test_an_image_without_steps_needs_no_emulator(shop, reader, builder) -> None:
    shop.release("v1.0.0", {"api.Dockerfile": "FROM scratch\nCOPY api.txt /\n", "api.txt": "api"})
    run = shop.run("v1.0.0", builder=builder, platforms="linux/amd64,linux/riscv64")
    assert run.errors == []
    (image,) = json.loads(run.outputs["images"])
    assert image["platforms"] == ["linux/amd64", "linux/riscv64"]

"""Several machines build, each its own platform; one joins and publishes."""

from __future__ import annotations

import json

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
FROM scratch AS api
ARG TARGETARCH
ENV ARCHITECTURE=$TARGETARCH
COPY x.txt /
FROM scratch AS tool
COPY x.txt /tool
""",
    "x.txt": "x",
}
PARTS = "/github/runner_temp/parts"


def parts_of(shop) -> dict[str, dict]:
    return {
        path.name: json.loads(path.read_text()) for path in (shop.folder / "temp" / "parts").glob("*.json")
    }


@pytest.mark.parametrize("attestations", ["provenance", "none"])
def test_what_two_machines_built_is_one_image(shop, reader, violations, attestations: str) -> None:
    commit = shop.release("v1.0.0", FILES)
    seen = shop.run("v1.0.0", dry_run="true")
    platforms = json.loads(seen.outputs["platforms"])
    assert platforms == ["linux/amd64", "linux/arm64"]
    for platform in platforms:
        run = shop.run("v1.0.0", platform=platform, parts=PARTS, attestations=attestations)
        assert run.errors == []
        assert all(image["tags"] == [] for image in json.loads(run.outputs["images"]))
        assert run.summary.startswith(f"## Docker images of v1.0.0 for {platform}, without tags until all")
    assert [reader.tags(shop.repository(name)) for name in ("api", "tool")] == [[], []]
    written = parts_of(shop)
    assert {name: sorted(part["images"]) for name, part in written.items()} == {
        "linux-amd64.json": ["api", "tool"],
        "linux-arm64.json": ["api"],
    }

    run = shop.run("v1.0.0", parts=PARTS, attestations=attestations)
    assert run.errors == []
    assert "docker buildx bake" not in run.log
    api, tool = json.loads(run.outputs["images"])
    assert (api["platforms"], tool["platforms"]) == (platforms, ["linux/amd64"])
    assert api["tags"] == tool["tags"] == ["1.0.0", "1.0", "1", "latest"]
    assert tool["digest"] == written["linux-amd64.json"]["images"]["tool"]["digest"]
    digest, index = reader.manifest(api["name"], "latest")
    assert digest == api["digest"]
    assert violations("image-index", index) == []
    assert index["annotations"]["org.opencontainers.image.revision"] == commit
    runnable = [entry for entry in index["manifests"] if entry["platform"]["os"] == "linux"]
    assert [entry["platform"]["architecture"] for entry in runnable] == ["amd64", "arm64"]
    for entry in runnable:
        _, manifest = reader.manifest(api["name"], entry["digest"])
        configuration = json.loads(reader.blob(api["name"], manifest["config"]["digest"]))
        assert f"ARCHITECTURE={entry['platform']['architecture']}" in configuration["config"]["Env"]

    again = shop.run("v1.0.0", parts=PARTS, attestations=attestations)
    assert (again.errors, again.outputs["digests"]) == ([], run.outputs["digests"])


def test_a_platform_that_nobody_built_is_named_and_nothing_published(shop, reader) -> None:
    shop.release("v1.0.0", FILES)
    shop.run("v1.0.0", platform="linux/amd64", parts=PARTS)
    (error,) = shop.run("v1.0.0", parts=PARTS).errors
    assert error.startswith("the image api was not built for linux/arm64\n")
    assert [reader.tags(shop.repository(name)) for name in ("api", "tool")] == [[], []]


def test_parts_of_another_release_are_refused(shop, reader) -> None:
    shop.release("v1.0.0", FILES)
    for platform in ("linux/amd64", "linux/arm64"):
        shop.run("v1.0.0", platform=platform, parts=PARTS)
    shop.release("v1.1.0", {"x.txt": "y"})
    (error,) = shop.run("v1.1.0", parts=PARTS).errors
    assert error.startswith("the images for linux/amd64 were built for another release\n")


def test_one_machine_and_several_make_the_same_images(shop, reader) -> None:
    shop.release("v1.0.0", FILES)
    for platform in ("linux/amd64", "linux/arm64"):
        shop.run("v1.0.0", platform=platform, parts=PARTS)
    shop.run("v1.0.0", parts=PARTS)
    api = shop.repository("api")
    split = [entry["digest"] for entry in reader.manifest(api, "1.0.0")[1]["manifests"]]
    assert shop.run("v1.0.0", namespace=f"{shop.name.lower()}/whole").errors == []
    whole = [
        entry["digest"] for entry in reader.manifest(shop.repository("whole/api"), "1.0.0")[1]["manifests"]
    ]
    assert [digest for digest in split if digest in whole] == split[:1] + split[2:3]

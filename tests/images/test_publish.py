"""From a tag to its images in a registry, with a real engine: all or none, never twice, never backwards."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

pytestmark = pytest.mark.engine

SCRATCH = "FROM scratch\nARG TEXT=text\nCOPY {name}.txt /\n"
BAKE = """
group "default" { targets = ["api", "web"] }
target "api" { target = "api" }
target "web" {
  target = "web"
  labels = { "org.opencontainers.image.licenses" = "MIT" }
}
"""
SHARED = """
FROM debian:trixie-slim AS build
RUN echo compiled >/result
FROM scratch AS api
COPY --from=build /result /api
FROM scratch AS web
COPY --from=build /result /web
"""
TWO = {
    "docker-bake.hcl": BAKE,
    "Dockerfile": "FROM scratch AS api\nCOPY api.txt /\nFROM scratch AS web\nCOPY web.txt /\n",
    "api.txt": "api",
    "web.txt": "web",
}
ONE = {"api.Dockerfile": SCRATCH.format(name="api"), "api.txt": "api"}


def test_every_image_of_a_tag_is_published_under_its_tags(shop, reader) -> None:
    commit = shop.release("v1.2.3", {"docker-bake.hcl": BAKE, "Dockerfile": SHARED})
    run = shop.run("v1.2.3")
    assert run.errors == []
    assert run.status == 0
    compiled = re.findall(r"^#(\d+) \[.*RUN echo compiled", run.log, re.MULTILINE)
    assert len(set(compiled)) == 1, "a shared stage is compiled once"
    images = json.loads(run.outputs["images"])
    for image, target in zip(images, ("api", "web"), strict=True):
        repository = shop.repository(target)
        digest, index = reader.manifest(repository, "1.2.3")
        manifest, configuration = reader.image(repository, "1.2.3")
        blobs = (manifest["config"], *manifest["layers"])
        assert image == {
            "name": repository,
            "target": target,
            "state": "new",
            "tags": ["1.2.3", "1.2", "1", "latest"],
            "digest": digest,
            "size": sum(blob["size"] for blob in blobs),
            "platforms": ["linux/amd64"],
        }
        assert reader.tags(repository) == ["1", "1.2", "1.2.3", "latest"]
        assert {reader.manifest(repository, tag)[0] for tag in image["tags"]} == {digest}
        labels = configuration["config"]["Labels"]
        assert labels.pop("release-pipeline.inputs")
        assert labels == {
            "org.opencontainers.image.title": target,
            "org.opencontainers.image.description": f"{target}, from file:///remote/{shop.name}",
            "org.opencontainers.image.url": f"file:///remote/{shop.name}",
            "org.opencontainers.image.source": f"file:///remote/{shop.name}",
            "org.opencontainers.image.version": "1.2.3",
            "org.opencontainers.image.revision": commit,
            "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
            **({"org.opencontainers.image.licenses": "MIT"} if target == "web" else {}),
        }
        assert labels.items() <= manifest["annotations"].items()
        assert labels.items() <= index["annotations"].items()
        assert configuration["created"] == "2026-01-02T03:04:05Z"
    assert run.outputs["digests"].splitlines() == [f"{i['name']}@{i['digest']}" for i in images]
    assert run.outputs["tags"].splitlines() == [f"{i['name']}:{tag}" for i in images for tag in i["tags"]]
    assert all(image["digest"] in run.summary for image in images)


def test_an_image_that_fails_to_build_publishes_nothing_at_all(shop, reader) -> None:
    broken = TWO["Dockerfile"].replace("COPY web.txt /", "COPY web.txt /\nCOPY absent.txt /")
    shop.release("v1.0.0", {**TWO, "Dockerfile": broken})
    run = shop.run("v1.0.0")
    assert run.status == 1
    (error,) = run.errors
    assert error.startswith("Dockerfile:5: the image web does not build")
    assert '"/absent.txt": not found' in error
    assert "::error title=the image web does not build,file=Dockerfile,line=5,col=1::" in run.log
    assert [reader.tags(shop.repository(name)) for name in ("api", "web")] == [[], []]
    assert run.outputs == {}


def test_a_step_that_fails_in_what_others_build_upon_is_placed_there(shop) -> None:
    bake = """
    group "default" { targets = ["app"] }
    target "app" { contexts = { base = "target:base" } }
    target "base" { dockerfile-inline = "FROM debian:trixie-slim\\nRUN exit 7" }
    """
    shop.release("v1.0.0", {"docker-bake.hcl": bake, "Dockerfile": "FROM base\n"})
    run = shop.run("v1.0.0")
    (error,) = run.errors
    assert "exit code: 7" in error
    assert ",file=" not in run.log, "the step is in the bake file"


def test_running_again_keeps_what_is_there(shop, reader) -> None:
    shop.release("v1.0.0", TWO)
    first = shop.run("v1.0.0")
    second = shop.run("v1.0.0")
    assert second.errors == []
    assert {name: second.outputs[name] for name in ("digests", "tags", "platforms")} == {
        name: first.outputs[name] for name in ("digests", "tags", "platforms")
    }
    assert [[image["state"] for image in json.loads(run.outputs["images"])] for run in (first, second)] == [
        ["new", "new"],
        ["kept", "kept"],
    ]
    assert "nothing to build" in second.log
    assert "::group::docker buildx bake" in first.log
    assert "::group::docker buildx bake" not in second.log
    assert [line.count("| kept |") for line in second.summary.splitlines() if "sha256" in line][:2] == [1, 1]


def test_a_publication_that_died_is_finished_with_what_is_there(shop, reader) -> None:
    shop.release("v1.0.0", TWO)
    first = json.loads(shop.run("v1.0.0").outputs["images"])
    web = shop.repository("web")
    reader.delete(web, reader.manifest(web, "1.0.0")[0])
    assert reader.tags(web) == []
    second = shop.run("v1.0.0")
    assert second.errors == []
    again = json.loads(second.outputs["images"])
    assert again[0] == {**first[0], "state": "kept"}
    assert (again[1]["tags"], again[1]["state"]) == (first[1]["tags"], "new")
    served = {tag: reader.manifest(web, tag)[0] for tag in reader.tags(web)}
    assert served == dict.fromkeys(("1", "1.0", "1.0.0", "latest"), again[1]["digest"])


def test_a_version_of_another_commit_is_refused_before_anything_is_built(shop, reader) -> None:
    old = shop.release("v1.0.0", ONE)
    api = shop.repository("api")
    digest = json.loads(shop.run("v1.0.0").outputs["images"])[0]["digest"]
    new = shop.release("v1.0.0", {"api.txt": "changed"})
    run = shop.run("v1.0.0")
    (error,) = run.errors
    assert error.startswith(f"{api}:1.0.0 exists with other content\n")
    assert all(text in error for text in (digest, old, new, "overwrite: true"))
    assert "#1 " not in run.log, "nothing was built"
    assert reader.manifest(api, "1.0.0")[0] == digest

    assert shop.run("v1.0.0", overwrite="true", dry_run="true").status == 0
    insisted = shop.run("v1.0.0", overwrite="true")
    assert insisted.errors == []
    assert reader.manifest(api, "1.0.0")[0] != digest
    assert reader.image(api, "1.0.0")[1]["config"]["Labels"]["org.opencontainers.image.revision"] == new


def test_other_inputs_with_the_same_content_are_kept_and_with_other_content_refused(shop, reader) -> None:
    both = {**ONE, "api.Dockerfile": 'FROM scratch\nARG TEXT=text\nCOPY api.txt /\nENV TEXT="$TEXT"\n'}
    shop.release("v1.0.0", both)
    first = shop.run("v1.0.0")
    digest = json.loads(first.outputs["images"])[0]["digest"]
    (shop.workspace / "notes.txt").write_text("not in any image")
    same = shop.run("v1.0.0", set="api.args.UNUSED=1", attestations="none")
    assert same.errors == []
    (kept,) = json.loads(same.outputs["images"])
    assert (kept["state"], kept["digest"]) == ("kept", digest)
    assert reader.manifest(shop.repository("api"), "latest")[0] == digest
    run = shop.run("v1.0.0", set="api.args.TEXT=other")
    (error,) = run.errors
    built = [digest for digest in _digests(error) if digest not in _digests(first.outputs["digests"])]
    assert digest in error
    assert len(built) == 1, "both digests are named"
    assert "files that differ from the commit: notes.txt" in error
    assert "## It failed" in run.summary
    assert reader.tags(shop.repository("api")) == ["1", "1.0", "1.0.0", "latest"]


def test_insisting_on_the_same_content_moves_nothing(shop, reader) -> None:
    shop.release("v1.0.0", ONE)
    (first,) = json.loads(shop.run("v1.0.0").outputs["images"])
    (again,) = json.loads(shop.run("v1.0.0", overwrite="true", set="api.args.UNUSED=1").outputs["images"])
    assert again == {**first, "state": "kept"}
    assert {reader.manifest(first["name"], tag)[0] for tag in reader.tags(first["name"])} == {first["digest"]}


def test_general_tags_that_a_run_left_behind_when_it_died_are_handed_over(shop, reader) -> None:
    api = shop.repository("api")
    shop.release("v1.0.0", ONE)
    shop.run("v1.0.0")
    shop.release("v2.0.0", {"api.txt": "2"})
    shop.run("v2.0.0")
    reader.retag(api, "1.0.0", "latest")  # as if 1.0.0 had died right after its last write
    run = shop.run("v1.0.0")
    assert run.errors == []
    assert reader.manifest(api, "latest")[0] == reader.manifest(api, "2.0.0")[0]
    assert "`latest` given to 2.0.0: 2.0.0 is higher" in run.summary


def test_a_version_that_lost_an_image_is_told_and_can_be_replaced(shop, reader) -> None:
    shop.release("v1.0.0", ONE)
    (first,) = json.loads(shop.run("v1.0.0").outputs["images"])
    _, index = reader.manifest(first["name"], "1.0.0")
    gone = next(entry["digest"] for entry in index["manifests"] if entry["platform"]["os"] == "linux")
    reader.delete(first["name"], gone)
    (error,) = shop.run("v1.0.0").errors
    assert error.startswith(f"{first['name']}:1.0.0 is broken\n")
    assert gone in error
    mended = shop.run("v1.0.0", overwrite="true")
    assert mended.errors == []
    assert reader.image(first["name"], "1.0.0")[0]["config"]


def test_a_patch_of_an_old_line_takes_no_general_tag_back(shop, reader) -> None:
    shop.release("v1.2.0", ONE)
    shop.run("v1.2.0")
    shop.release("v2.0.0", {"api.txt": "2"})
    shop.run("v2.0.0")
    shop.release("v1.2.1", {"api.txt": "1.2.1"})
    run = shop.run("v1.2.1")
    api = shop.repository("api")
    assert json.loads(run.outputs["images"])[0]["tags"] == ["1.2.1", "1.2", "1"]
    assert "`latest` stays" in run.summary.replace(f"{api}:", "")
    digests = {tag: reader.manifest(api, tag)[0] for tag in reader.tags(api)}
    assert digests["latest"] == digests["2"] == digests["2.0"] == digests["2.0.0"]
    assert digests["1"] == digests["1.2"] == digests["1.2.1"] != digests["1.2.0"]


def test_a_higher_tag_in_git_holds_general_tags_back_before_its_images_are_there(shop, reader) -> None:
    shop.release("v1.0.0", ONE)
    shop.release("v1.0.1", {"api.txt": "1"})
    shop.run("v1.0.0")
    assert reader.tags(shop.repository("api")) == ["1.0.0"]
    shop.run("v1.0.1")
    assert reader.tags(shop.repository("api")) == ["1", "1.0", "1.0.0", "1.0.1", "latest"]


def test_a_prerelease_gets_its_version_and_nothing_else(shop, reader) -> None:
    shop.release("v1.0.0-rc.1", ONE)
    shop.run("v1.0.0-rc.1")
    assert reader.tags(shop.repository("api")) == ["1.0.0-rc.1"]


def test_the_tagged_commit_is_built_though_the_workspace_is_elsewhere(shop, reader) -> None:
    commit = shop.release("v1.0.0", ONE)
    head = shop.commit({"api.txt": "later"})
    before = shop.git("status", "--porcelain")
    run = shop.run("v1.0.0")
    assert run.errors == []
    _, configuration = reader.image(shop.repository("api"), "1.0.0")
    assert configuration["config"]["Labels"]["org.opencontainers.image.revision"] == commit
    assert (shop.git("rev-parse", "HEAD"), shop.git("status", "--porcelain")) == (head, before)
    assert shop.git("worktree", "list").count("\n") == 0


def test_submodules_of_another_owner_are_built_from_the_workspace_s_own_clones(shop, reader) -> None:
    shop.commit({"lib.c": "int x;"})
    shop.git("clone", "--quiet", "--bare", str(shop.workspace), str(shop.folder / "module.git"))
    module = (str(shop.folder / "module.git"), "vendor/sub")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", *module)
    shop.release("v1.0.0", {"Dockerfile": "FROM scratch\nCOPY vendor/sub/lib.c /\n"})
    shop.commit({"later.txt": "later"})
    subprocess.run(("chown", "-R", "1001:1001", str(shop.workspace)), check=True)
    run = shop.run("v1.0.0")
    assert run.errors == []
    assert "1.0.0" in reader.tags(shop.repository("").removesuffix("/"))
    assert {path.lstat().st_uid for path in shop.workspace.rglob("*")} == {1001}


def test_a_tag_that_was_not_fetched_is_fetched(shop, reader) -> None:
    shop.release("v0.9.0", ONE)
    shop.release("v1.0.0", {"api.txt": "1"})
    shop.git("reset", "--quiet", "--hard", "v0.9.0")
    shop.git("tag", "--delete", "v1.0.0")
    shop.git("-c", "gc.reflogExpire=now", "reflog", "expire", "--expire=now", "--all")
    shop.git("gc", "--quiet", "--prune=now")
    assert shop.run("v1.0.0").errors == []
    assert "1.0.0" in reader.tags(shop.repository("api"))


def test_files_that_earlier_steps_made_go_in_and_are_told(shop, reader) -> None:
    shop.release(
        "v1.0.0", {**ONE, ".gitignore": "target/\n", "api.Dockerfile": "FROM scratch\nCOPY target/x /\n"}
    )
    (shop.workspace / "target").mkdir()
    (shop.workspace / "target" / "x").write_text("made by a step")
    (shop.workspace / "api.txt").write_text("changed by a step")
    run = shop.run("v1.0.0")
    assert run.errors == []
    assert "the workspace was not exactly the tagged commit: `api.txt` differs" in run.summary
    assert "git ignores `target/`" in run.summary


def test_an_image_of_metadata_alone_is_published_beside_others(shop, reader) -> None:
    empty = {"empty.Dockerfile": "FROM scratch\nENV A=b\n", "none.Dockerfile": "FROM scratch\nENV A=c\n"}
    shop.release("v1.0.0", {**ONE, **empty})
    run = shop.run("v1.0.0")
    assert run.errors == []
    for name in ("api", "empty", "none"):
        labels = reader.image(shop.repository(name), "1.0.0")[1]["config"]["Labels"]
        assert labels["org.opencontainers.image.version"] == "1.0.0"


def test_the_same_files_for_two_architectures_are_published_with_a_warning(shop, reader) -> None:
    final = {**ONE, "web.Dockerfile": "FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH.txt /\n"}
    shop.release("v1.0.0", {**final, "amd64.txt": "a", "arm64.txt": "b"})
    run = shop.run("v1.0.0", platforms="linux/amd64,linux/arm64")
    assert run.errors == []
    (warning,) = (line for line in run.log.splitlines() if line.startswith("::warning "))
    assert "the image api has the same files for linux/amd64, linux/arm64." in warning
    assert "FROM --platform=$BUILDPLATFORM" in warning
    assert "1.0.0" in reader.tags(shop.repository("api"))


def test_a_dry_run_says_what_would_happen_and_changes_nothing(shop, reader) -> None:
    shop.release("v1.0.0", TWO)
    run = shop.run("v1.0.0", dry_run="true")
    assert (run.status, run.errors, run.outputs) == (0, [], {"platforms": '["linux/amd64"]'})
    assert f"| `{shop.repository('web')}` | build and push | 1.0.0, 1.0, 1, latest |" in run.summary
    assert reader.tags(shop.repository("web")) == []


def test_a_compose_file_declares_images_too(shop, reader) -> None:
    services = "services:\n  db:\n    image: postgres\n  web:\n    image: acme/front\n    build: .\n"
    shop.release("v1.0.0", {**TWO, "compose.yaml": services, "docker-bake.hcl": ""})
    shop.git("rm", "--quiet", "docker-bake.hcl")
    shop.release("v1.0.0")
    run = shop.run("v1.0.0")
    assert run.errors == []
    assert [image["name"] for image in json.loads(run.outputs["images"])] == [shop.repository("front")]


def test_current_bake_syntax_is_understood(shop, reader) -> None:
    bake = """
    variable "PORT" {
      type    = number
      default = 8080
      validation {
        condition     = PORT > 1024
        error_message = "PORT must be above 1024"
      }
    }
    target "default" {
      name   = "app-${item}"
      matrix = { item = ["one", "two"] }
      args   = { PORT = PORT }
    }
    """
    shop.release("v1.0.0", {"docker-bake.hcl": bake, "Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"})
    run = shop.run("v1.0.0")
    assert run.errors == []
    assert [image["target"] for image in json.loads(run.outputs["images"])] == ["app-one", "app-two"]


def test_a_bake_file_knows_which_release_it_is_built_for(shop, reader) -> None:
    bake = """
    variable "RELEASE_VERSION" { default = "dev" }
    variable "RELEASE_CREATED" { default = timestamp() }
    variable "INPUT_PASSWORD" { default = "hidden" }
    target "default" {
      labels = { built = RELEASE_VERSION, made = RELEASE_CREATED, seen = INPUT_PASSWORD }
    }
    """
    shop.release("v1.0.0", {"docker-bake.hcl": bake, "Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"})
    assert shop.run("v1.0.0").errors == []
    labels = reader.image(shop.repository("default"), "1.0.0")[1]["config"]["Labels"]
    assert (labels["built"], labels["made"], labels["seen"]) == ("1.0.0", "2026-01-02T03:04:05Z", "")


def test_nothing_in_the_workspace_is_left_to_root(shop, reader) -> None:
    shop.release("v1.0.0", ONE)
    shop.commit({"api.txt": "later"})
    subprocess.run(("chown", "-R", "1001:1001", str(shop.workspace)), check=True)
    run = shop.run("v1.0.0", cache="local=.cache/layers")
    assert run.errors == []
    owners = {path.lstat().st_uid for path in shop.workspace.rglob("*")}
    assert owners == {1001}
    assert (shop.workspace / ".cache/layers/api/index.json").is_file()
    assert list((shop.folder / "temp").iterdir()) == [], "logins and images are gone"


def _digests(text: str) -> set[str]:
    return {word.strip(";,.\n") for part in text.split("@") for word in part.split() if "sha256:" in word}

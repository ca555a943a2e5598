"""What a user may get wrong: one annotation, nothing half done."""

from __future__ import annotations

import subprocess

import pytest

pytestmark = pytest.mark.engine

FILES = {"api.Dockerfile": "FROM scratch\nCOPY api.txt /\n", "api.txt": "api"}
NEEDS_SECRET = """
FROM debian:trixie-slim AS build
RUN --mount=type=secret,id=api_password {command}
FROM scratch
COPY --from=build /result /
"""
SECRET = "correct-horse-battery"


def test_a_tag_that_does_not_exist_is_named(shop, reader) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v9.9.9")
    assert run.status == 1
    (error,) = run.errors
    assert error.startswith(f"the tag v9.9.9 does not exist in {shop.name}\n")


def test_a_repository_without_images_is_told_what_to_add(shop) -> None:
    shop.release("v1.0.0", {"README.md": "nothing"})
    (error,) = shop.run("v1.0.0").errors
    assert error.startswith("the repository declares no image\n")


def test_a_bake_file_that_does_not_parse_is_annotated_at_its_line(shop) -> None:
    shop.release("v1.0.0", {"docker-bake.hcl": 'target "default" {\n  context = \n}\n'})
    run = shop.run("v1.0.0")
    (error,) = run.errors
    assert error.startswith("docker-bake.hcl:2: cannot read what docker-bake.hcl declares\n")
    assert ",file=docker-bake.hcl,line=2," in run.log


def test_a_target_that_does_not_exist_is_named(shop) -> None:
    shop.release("v1.0.0", FILES)
    (error,) = shop.run("v1.0.0", targets="web").errors
    assert "web" in error
    assert (
        error.startswith("cannot read what the Dockerfiles declare") or "failed to find target web" in error
    )


def test_an_engine_that_is_not_there_is_told(shop, engine) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0", "-e", "DOCKER_HOST=unix:///nowhere.sock")
    (error,) = run.errors
    assert error.startswith("there is no Docker engine to build with\n")


def test_a_step_for_a_platform_that_the_machine_cannot_run_is_explained(shop, reader) -> None:
    program = "FROM scratch\nCOPY --chmod=755 program /bin/sh\nRUN true\n"
    shop.release("v1.0.0", {"api.Dockerfile": program, "program": "\x7fELF"})
    run = shop.run("v1.0.0")
    (error,) = run.errors
    assert error.startswith("api.Dockerfile:3: the image api does not build\n")
    assert "docker/setup-qemu-action" in error
    assert reader.tags(shop.repository("api")) == []


def test_a_builder_that_does_not_exist_is_named(shop) -> None:
    shop.release("v1.0.0", FILES)
    (error,) = shop.run("v1.0.0", builder="nobody").errors
    assert error.startswith("there is no builder nobody\n")


def test_a_build_argument_that_looks_like_a_secret_is_refused(shop, reader) -> None:
    bake = 'target "default" { args = { NPM_TOKEN = "abc", COLOR = "red" } }\n'
    shop.release("v1.0.0", {"docker-bake.hcl": bake, "Dockerfile": "FROM scratch\n"})
    run = shop.run("v1.0.0")
    (error,) = run.errors
    assert error.startswith("the build argument NPM_TOKEN of the target default looks like a secret\n")
    assert "npm_token=${{ secrets.NPM_TOKEN }}" in error
    assert "#1 " not in run.log


def test_a_secret_mount_gives_the_value_and_leaves_none(shop, reader) -> None:
    command = f'test "$(cat /run/secrets/api_password)" = {SECRET} && echo ok >/result'
    command = command.replace(SECRET, "correct-horse-$(echo battery)")
    shop.release("v1.0.0", {"api.Dockerfile": NEEDS_SECRET.format(command=command)})
    run = shop.run("v1.0.0", secrets=f"api_password={SECRET}", attestations="provenance-max")
    assert run.errors == []
    assert SECRET not in run.log.replace(f"::add-mask::{SECRET}", "")
    assert reader.tags(shop.repository("api")) != []


def test_a_secret_that_got_into_the_image_is_found_before_anything_is_pushed(shop, reader) -> None:
    command = "cp /run/secrets/api_password /result"
    shop.release("v1.0.0", {"api.Dockerfile": NEEDS_SECRET.format(command=command)})
    run = shop.run("v1.0.0", secrets=f"api_password={SECRET}")
    (error,) = run.errors
    assert error.startswith(
        "a secret is in the image api\nwhy: its value stands in the files of layer sha256:"
    )
    assert SECRET not in error
    assert reader.tags(shop.repository("api")) == []
    assert "\npush " not in run.log


def test_a_secret_that_got_into_the_history_is_found_too(shop, reader) -> None:
    dockerfile = f"FROM scratch\nENV LEAK={SECRET}\nCOPY Dockerfile.api /\n"
    shop.release("v1.0.0", {"Dockerfile.api": dockerfile})
    run = shop.run("v1.0.0", secrets=f"api_password={SECRET}")
    assert len(run.errors) == 1
    assert "the configuration or history for linux/amd64" in run.errors[0]
    assert reader.tags(shop.repository("api")) == []


def test_a_target_that_wants_more_than_a_build_needs_is_told_how_to_get_it(shop, reader) -> None:
    bake = 'target "default" { entitlements = ["network.host"] }\n'
    shop.release("v1.0.0", {"docker-bake.hcl": bake, "Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"})
    (error,) = shop.run("v1.0.0").errors
    assert error.endswith("with:\n      allow: |\n        network.host")
    assert shop.run("v1.0.0", allow="network.host", builder="docker-container").errors != [error]


POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
LARGE = {".gitattributes": "*.bin filter=lfs -text\n", "model.bin": POINTER}


def test_a_large_file_that_no_image_takes_stops_no_release(shop) -> None:
    shop.release("v1.0.0", {**FILES, **LARGE})
    run = shop.run("v1.0.0", dry_run="true")
    assert run.errors == []
    assert "::notice title=files that no image takes::" in run.log
    shop.release("v1.1.0", {"api.Dockerfile": "FROM scratch\nCOPY . /\n"})
    run = shop.run("v1.1.0", dry_run="true", unused_paths="model.bin")
    assert run.errors == []
    assert "::warning title=input unused-paths::" in run.log


def test_an_image_that_would_lack_a_large_file_is_refused_with_the_checkout_to_paste(shop, reader) -> None:
    shop.release("v1.0.0", {"api.Dockerfile": "FROM scratch\nCOPY . /\n", **LARGE})
    shop.commit({"api.txt": "later"})
    subprocess.run(("chown", "-R", "1001:1001", str(shop.workspace)), check=True)
    run = shop.run("v1.0.0")
    (error,) = run.errors
    assert error.startswith("the images would lack files of the tagged commit\n")
    assert "model.bin (LFS pointer)" in error
    assert error.endswith("lfs: true")
    assert "#1 " not in run.log, "nothing was built"

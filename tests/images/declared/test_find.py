"""Where images are declared."""

from __future__ import annotations

import json

import pytest

from actionkit.errors import ActionError
from images.declared.find import Definition, find_definition


def found(*paths: str, asked: tuple[str, ...] = ()) -> Definition:
    return find_definition(paths, asked, "Shop")


def generated(definition: Definition) -> dict[str, str]:
    targets = json.loads(definition.generated)["target"]
    return {name: target["dockerfile"] for name, target in targets.items()}


def test_a_bake_file_decides_before_a_compose_file_and_dockerfiles() -> None:
    paths = (
        "Dockerfile",
        "compose.yaml",
        "docker-bake.hcl",
        "docker-bake.override.hcl",
        "src/docker-bake.hcl",
    )
    assert found(*paths) == Definition(files=("docker-bake.hcl", "docker-bake.override.hcl"))


def test_a_compose_file_decides_before_dockerfiles() -> None:
    assert found("Dockerfile", "docker-compose.yml") == Definition(files=("docker-compose.yml",))


def test_dockerfiles_are_found_at_their_usual_places_and_named_by_them() -> None:
    definition = found(
        "Dockerfile",
        "web.Dockerfile",
        "Dockerfile.cli",
        "docker/api/Dockerfile",
        "docker/core/Job_Runner/Dockerfile",
        "docker/tool.Dockerfile",
        "Dockerfile.cli.dockerignore",
        "examples/demo/Dockerfile",
    )
    assert definition.files == ()
    assert generated(definition) == {
        "shop": "Dockerfile",
        "cli": "Dockerfile.cli",
        "api": "docker/api/Dockerfile",
        "core-job_runner": "docker/core/Job_Runner/Dockerfile",
        "tool": "docker/tool.Dockerfile",
        "web": "web.Dockerfile",
    }


def test_files_that_are_asked_for_are_taken_whatever_else_is_there() -> None:
    definition = found(
        "docker-bake.hcl", "deploy/bake.hcl", "examples/demo/Dockerfile", asked=("deploy/bake.hcl",)
    )
    assert definition == Definition(files=("deploy/bake.hcl",))


def test_a_dockerfile_that_is_asked_for_needs_no_usual_place() -> None:
    assert generated(found("examples/demo/Dockerfile", asked=("examples/demo/Dockerfile",))) == {
        "examples-demo": "examples/demo/Dockerfile"
    }


def test_two_dockerfiles_of_one_name_are_refused() -> None:
    with pytest.raises(ActionError, match="would both be the image web"):
        found("web.Dockerfile", "docker/web/Dockerfile")


def test_a_repository_without_any_is_told_what_to_add() -> None:
    with pytest.raises(ActionError, match="the repository declares no image"):
        found("src/main.rs", "examples/demo/Dockerfile")


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ActionError, match=r"there is no file deploy/bake\.hcl in the tagged commit"):
        found("docker-bake.hcl", asked=("deploy/bake.hcl",))


def test_a_name_is_made_of_the_letters_that_images_may_have() -> None:
    assert set(generated(found("docker/é/Dockerfile", "docker/_Café-Bar_/Dockerfile"))) == {"e", "cafe-bar"}
    with pytest.raises(ActionError, match="no image can be called after docker/店/Dockerfile"):
        found("docker/店/Dockerfile")

"""What of a commit has to be there before its images are built."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from actionkit.errors import ActionError
from images.declared.document import read_declared
from images.source.needed import Spared, named, require_declaring, require_needed
from images.state import Lack, Lacking, Source

MISSING = (
    Lacking(path="docs/guide.md", lack=Lack.SPARSE),
    Lacking(path="models/small.bin", lack=Lack.LFS),
    Lacking(path="vendor/sub", lack=Lack.SUBMODULE),
)

Told = Callable[..., str]


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Source]:
    def source(lacking: tuple[Lacking, ...] = MISSING, *, is_apart: bool = False) -> Source:
        return Source(
            folder=tmp_path,
            commit="c" * 40,
            created="2026-01-02T03:04:05Z",
            seconds=0,
            paths=(),
            changed=(),
            ignored=(),
            changes="",
            lacking=lacking,
            is_apart=is_apart,
        )

    return source


@pytest.fixture
def told(tmp_path: Path, source: Callable[..., Source]) -> Told:
    """Give why targets cannot be built, with ignore files written first; nothing where they can."""

    def told(targets: Mapping[str, Any], **ignoring: str) -> str:
        for name, text in ignoring.items():
            (tmp_path / name.replace("_", ".")).write_text(text)
        declared = read_declared(
            json.dumps({"group": {"default": {"targets": ["app"]}}, "target": targets}).encode()
        )
        try:
            require_needed(declared, source())
        except ActionError as error:
            return error.why.removeprefix("these are not checked out: ")
        return ""

    return told


def test_everything_in_a_context_is_needed(told) -> None:
    assert told({"app": {}}) == (
        "docs/guide.md (sparse checkout), models/small.bin (LFS pointer), vendor/sub (submodule)"
    )


@pytest.mark.parametrize(
    ("target", "needed"),
    [
        ({"context": "src"}, ""),
        ({"context": "docs"}, "docs/guide.md (sparse checkout)"),
        ({"context": "vendor/sub/inner"}, "vendor/sub (submodule)"),
        ({"context": "https://example.org/acme/shop.git"}, ""),
        ({"context": "src", "contexts": {"m": "models"}}, "models/small.bin (LFS pointer)"),
        ({"context": "src", "contexts": {"m": "docker-image://alpine", "n": "../else"}}, ""),
        ({"context": "src", "dockerfile": "../vendor/sub/Dockerfile"}, "vendor/sub (submodule)"),
    ],
)
def test_what_is_in_no_context_is_not_needed(told, target: dict[str, Any], needed: str) -> None:
    assert told({"app": target}) == needed


def test_what_an_image_builds_upon_has_needs_too_and_other_targets_have_none(told) -> None:
    base = {"app": {"context": "src", "contexts": {"b": "target:base"}}, "base": {"context": "models"}}
    assert told({**base, "other": {}}) == "models/small.bin (LFS pointer)"


def test_what_is_ignored_is_not_needed(told) -> None:
    assert told({"app": {}}, _dockerignore="docs\nmodels/*.bin\nvendor\n") == ""


def test_the_dockerfile_s_own_ignore_file_comes_before_the_folder_s(told) -> None:
    assert (
        told({"app": {"dockerfile": "Dockerfile"}}, _dockerignore="*", Dockerfile_dockerignore="docs\nvendor")
        == "models/small.bin (LFS pointer)"
    )


def spared(tmp_path: Path, source: Source, text: str, *unused: str, **target: Any) -> Spared:
    """Say what may be missing for an image with a Dockerfile of this ``text``; raise where that is needed."""
    (tmp_path / "Dockerfile").write_text(text)
    return require_needed(read_declared(json.dumps({"target": {"default": target}}).encode()), source, unused)


def test_what_no_instruction_of_the_dockerfile_takes_is_not_needed(tmp_path, source) -> None:
    text = "FROM scratch\nCOPY api.txt models/large.bin /\n"
    assert spared(tmp_path, source(), text) == Spared(untaken=MISSING)
    inline = {"dockerfile-inline": "FROM scratch\nCOPY api.txt /", "dockerfile": "none"}
    assert spared(tmp_path, source(), "", **inline) == Spared(untaken=MISSING)


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("COPY models/ /", "models/small.bin (LFS pointer)"),
        ("COPY vendor/sub/lib.c /", "vendor/sub (submodule)"),
        ("COPY . /", named(MISSING)),
        ("COPY $WHAT /", named(MISSING)),
        ("COPY link/small.bin /", named(MISSING)),
    ],
)
def test_what_an_instruction_takes_is_needed(tmp_path, source, text: str, needed: str) -> None:
    (tmp_path / "link").symlink_to("models")
    with pytest.raises(ActionError) as caught:
        spared(tmp_path, source(), text)
    assert caught.value.why.removeprefix("these are not checked out: ") == needed


def test_a_dockerfile_is_not_judged_that_another_program_reads_or_another_context_sees(
    tmp_path, source
) -> None:
    for target in ({"args": {"BUILDKIT_SYNTAX": "acme/own"}}, {"contexts": {"all": "."}}):
        with pytest.raises(ActionError):
            spared(tmp_path, source(), "FROM scratch\n", **target)


def test_the_user_may_say_that_no_image_takes_a_path(tmp_path, source) -> None:
    whole = "COPY . /\n"
    assert spared(tmp_path, source(), whole, "docs", "models/small.bin", "vendor/sub") == Spared(
        vouched=MISSING
    )
    with pytest.raises(ActionError) as caught:
        spared(tmp_path, source(), whole, "docs/", "models/small", "vendor/sub/deep")
    assert caught.value.why.endswith(": models/small.bin (LFS pointer), vendor/sub (submodule)")
    assert "input unused-paths" in caught.value.fix


def test_the_checkout_to_paste_has_what_is_missing_and_no_more(source) -> None:
    declared = read_declared(json.dumps({"target": {"default": {}}}).encode())
    lacking = (*MISSING[1:], Lacking(path="vendor/sub/deep", lack=Lack.NESTED))
    with pytest.raises(ActionError) as caught:
        require_needed(declared, source(lacking, is_apart=True))
    assert caught.value.yaml == (
        "- uses: actions/checkout@v6\n"
        "  with:\n"
        "    ref: ${{ inputs.tag || github.event.release.tag_name }}\n"
        "    persist-credentials: false\n"
        "    lfs: true\n"
        "    submodules: recursive"
    )
    assert "let a job of its own check the tag out" in caught.value.fix
    with pytest.raises(ActionError) as caught:
        require_needed(declared, source(MISSING[:1]))
    assert caught.value.yaml.endswith("persist-credentials: false")
    assert "a job of its own" not in caught.value.fix


def test_a_file_that_declares_images_has_to_be_there_itself(source) -> None:
    require_declaring(("docker-bake.hcl",), source())
    with pytest.raises(ActionError, match="would lack files"):
        require_declaring(("docs/guide.md",), source())

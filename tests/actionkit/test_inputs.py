"""Inputs as the runner hands them over."""

from __future__ import annotations

from enum import StrEnum

import pytest

from actionkit.errors import InputError, Problems
from actionkit.inputs import InputReader, input_variable
from actionkit.semver import NotARelease, TagFormat, Version, format_of, parse_version


class _Color(StrEnum):
    RED = "red"
    BLUE = "blue"


def test_hyphens_stay_and_spaces_become_underscores() -> None:
    assert input_variable("dry-run") == "INPUT_DRY-RUN"
    assert input_variable("my input") == "INPUT_MY_INPUT"


def test_values_are_trimmed_split_and_typed() -> None:
    environ = {"INPUT_NAMES": " a, b\n\n c \n", "INPUT_DRY-RUN": "TRUE", "INPUT_COLOR": "Blue"}
    reader = InputReader(environ=environ)
    assert reader.words("names") == ("a", "b", "c")
    assert reader.lines("names") == ("a, b", "c")
    assert reader.flag("dry-run") is True
    assert (reader.flag("absent"), reader.flag("absent", default=True)) == (False, True)
    assert reader.choice("color", _Color) is _Color.BLUE
    assert reader.choice("absent", _Color) is _Color.RED
    reader.finish()


def test_all_problems_are_reported_together() -> None:
    reader = InputReader(environ={"INPUT_COLOR": "green", "INPUT_FLAG": "maybe", "INPUT_VERSION": "1.2"})
    reader.choice("color", _Color)
    reader.flag("flag")
    reader.parsed("version", parse_version, Version(0))
    reader.require("token", why="it pushes")
    with pytest.raises(Problems) as failure:
        reader.finish()
    assert [problem.what for problem in failure.value.problems] == [
        "input color is 'green'",
        "input flag is 'maybe'",
        "input version: '1.2' is not a semantic version",
        "input token is empty",
    ]


@pytest.mark.parametrize(
    ("template", "tag", "version"),
    [
        ("v{version}", "v1.2.3", "1.2.3"),
        ("v{version}", "v0.14.0-0", "0.14.0-0"),
        ("v{version}", "v1.0.0-alpha+build.5", "1.0.0-alpha+build.5"),
        ("{version}", "1.2.3", "1.2.3"),
        ("kms-{version}-final", "kms-1.2.3-final", "1.2.3"),
    ],
)
def test_a_tag_name_and_its_version_belong_together(template: str, tag: str, version: str) -> None:
    assert TagFormat(template).version(tag) == Version.parse(version)
    assert TagFormat(template).tag(Version.parse(version)) == tag


@pytest.mark.parametrize("tag", ["v1.2", "1.2.3", "v1.2.3.4", "nightly", "v", "v01.2.3"])
def test_a_foreign_tag_is_not_a_release(tag: str) -> None:
    assert TagFormat().version(tag) == NotARelease(tag=tag)


@pytest.mark.parametrize(
    "template", ["v${version}", "-{version}", "v {version}", "a..{version}", "{version}.lock"]
)
def test_a_tag_format_that_names_no_tag_of_git_is_refused(template: str) -> None:
    with pytest.raises(InputError):
        TagFormat(template)


def test_a_tag_format_names_the_version_once() -> None:
    for template in ("v1", "{version}{version}"):
        with pytest.raises(InputError, match="exactly once"):
            TagFormat(template)


@pytest.mark.parametrize(
    ("tag", "template"),
    [
        ("v1.3.0", "v{version}"),
        ("1.3.0-rc.1", "{version}"),
        ("kms-3.0.0", "kms-{version}"),
        ("core/v2.0.0+b.1", "core/v{version}"),
        ("rust-1.80-v0.2.0", "rust-1.80-v{version}"),
    ],
)
def test_the_format_is_read_off_a_tag(tag: str, template: str) -> None:
    assert format_of(tag) == TagFormat(template)


@pytest.mark.parametrize("tag", ["nightly", "v1.2", "1.2.3.4", "v1.2.3_final"])
def test_a_tag_without_a_version_has_no_format(tag: str) -> None:
    assert format_of(tag) == NotARelease(tag=tag)


def test_several_problems_of_one_input_are_all_named() -> None:
    def parse(_: str) -> str:
        raise Problems((InputError("one"), InputError("two")))

    reader = InputReader(environ={"INPUT_FILES": "x"})
    assert reader.parsed("files", parse, "") == ""
    assert [problem.what for problem in reader.problems] == ["input files: one", "input files: two"]

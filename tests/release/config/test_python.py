"""python-semantic-release's settings, as it documents them."""

from __future__ import annotations

import dataclasses
import json

import pytest

from actionkit.errors import ActionError
from actionkit.semver import Level, TagFormat
from release.commits import CommitRules
from release.config import Branch, Config, Unset, read_config
from release.version import ZeroRule

_WHOLE = """
[tool.semantic_release]
tag_format = "lens-{version}"
major_on_zero = false
commit_message = "release {version}"
version_toml = ["pyproject.toml:project.version", "Cargo.toml:workspace.package.version"]

[tool.semantic_release.branches.main]
match = "(main|master)"

[tool.semantic_release.branches.next]
match = "next/.+"
prerelease = true
prerelease_token = "beta"

[tool.semantic_release.changelog]
insertion_flag = "<!-- here -->"
exclude_commit_patterns = ["chore.*"]

[tool.semantic_release.changelog.default_templates]
changelog_file = "docs/NEWS.md"

[tool.semantic_release.commit_parser_options]
minor_tags = ["feat", "Add"]
patch_tags = ["fix"]
other_allowed_tags = ["docs"]
default_bump_level = 2
parse_squash_commits = false
ignore_merge_commits = false

[tool.semantic_release.publish]
dist_glob_patterns = ["target/*.tar.gz"]
"""


def test_every_setting_that_has_a_meaning_here_is_read() -> None:
    assert read_config({"pyproject.toml": _WHOLE}) == Config(
        source="pyproject.toml",
        tag_format=TagFormat("lens-{version}"),
        zero_version=ZeroRule.MINOR,
        rules=CommitRules(
            minor=("feat", "add"),
            patch=("fix",),
            others=("docs",),
            default_level=Level.PATCH,
            split_squashes=False,
            count_merges=True,
        ),
        branches=(
            Branch(pattern="(?:(main|master)).*"),
            Branch(pattern="(?:next/.+).*", prerelease="beta"),
        ),
        changelog="docs/NEWS.md",
        insertion_flag="<!-- here -->",
        exclude=("chore.*",),
        version_files=("pyproject.toml",),
        commit_message="release {version}",
        assets=("target/*.tar.gz",),
    )


def test_what_is_not_written_is_not_set() -> None:
    assert read_config({"pyproject.toml": "[tool.semantic_release]\n"}) == Config(source="pyproject.toml")


def test_a_project_without_configuration_has_the_defaults() -> None:
    assert (
        read_config({"pyproject.toml": "[project]\nname = 'semantic_release'\n", "Cargo.toml": "x"})
        == Config()
    )


def test_releaserc_toml_and_json_are_read_alike() -> None:
    toml = read_config({"releaserc.toml": "[semantic_release]\ntag_format = '{version}'\n"})
    text = json.dumps({"semantic_release": {"tag_format": "{version}"}})
    assert (toml.tag_format, toml.source) == (TagFormat("{version}"), "releaserc.toml")
    assert read_config({"releaserc.json": text}).tag_format == TagFormat("{version}")


def test_the_monorepo_parsers_filters_choose_a_part() -> None:
    text = """
[semantic_release]
commit_parser = "conventional-monorepo"
[semantic_release.commit_parser_options]
path_filters = [".", "crates/lens", "!crates/lens/docs"]
scope_prefix = "lens-"
"""
    rules = read_config({"releaserc.toml": text}).rules
    assert (rules.paths, rules.scopes) == (("crates/lens", "!crates/lens/docs"), ("lens-*",))


def test_major_on_zero_lets_a_breaking_change_leave_0_x() -> None:
    text = "[semantic_release]\nmajor_on_zero = true\nallow_zero_version = true\n"
    assert read_config({"releaserc.toml": text}).zero_version is ZeroRule.MAJOR


def test_unknown_keys_are_reported_at_every_level() -> None:
    text = """
[semantic_release]
tag_fromat = "{version}"
[semantic_release.changelog]
colour = "red"
[semantic_release.commit_parser_options]
major_tags = ["break"]
"""
    assert read_config({"releaserc.toml": text}).warnings == (
        "releaserc.toml: tag_fromat is not known",
        "releaserc.toml: changelog.colour is not known",
        "releaserc.toml: commit_parser_options.major_tags is not known",
    )


def test_known_keys_without_a_meaning_here_say_what_to_do() -> None:
    text = """
[semantic_release]
build_command = "make"
commit_parser = "emoji"
allow_zero_version = false
version_variables = ["src/lens.py:__version__"]
[semantic_release.changelog]
template_dir = "templates"
"""
    assert read_config({"releaserc.toml": text}).warnings == (
        "releaserc.toml: commit_parser emoji is not followed: commits are read as conventional ones",
        "releaserc.toml: allow_zero_version = false has no effect here: leave 0.x once, with bump: major",
        "releaserc.toml: src/lens.py:__version__ is not written: name it in version-files, "
        'for example as src/lens.py:__version__ = "{version}"',
        "releaserc.toml: build_command has no effect here: "
        "commands are not run; build in a step of the workflow",
        "releaserc.toml: changelog.template_dir has no effect here: "
        "its templates see other values; see the notes' own templates",
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("tag_format = 'v'", "tag_format in releaserc.toml must be a tag name with {version} in it once"),
        ("major_on_zero = 'no'", "major_on_zero in releaserc.toml must be true or false"),
        ("changelog = 1", "changelog in releaserc.toml must be a table"),
        ("version_toml = [1]", "version_toml in releaserc.toml must be a list of texts"),
        ("branches.main.match = '('", "branches.main.match in releaserc.toml must be a regular expression"),
        (
            "commit_parser_options.default_bump_level = 9",
            "commit_parser_options.default_bump_level in releaserc.toml must be a number from 0 to 4",
        ),
    ],
)
def test_a_value_that_cannot_be_followed_is_an_error(line: str, what: str) -> None:
    with pytest.raises(ActionError) as caught:
        read_config({"releaserc.toml": f"[semantic_release]\n{line}\n"})
    assert caught.value.what.startswith(what)


def test_a_file_that_does_not_parse_names_the_place() -> None:
    with pytest.raises(ActionError) as caught:
        read_config({"releaserc.toml": "[semantic_release]\ntag_format = v\n"})
    assert (caught.value.file, caught.value.line, caught.value.column) == ("releaserc.toml", 2, 14)


def test_a_branch_without_a_rule_is_unset() -> None:
    config = read_config({"pyproject.toml": _WHOLE})
    assert [config.prerelease_on(name) for name in ("main", "next/2", "feature")] == ["", "beta", Unset()]


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ((), "RawConfig"),
        (("changelog",), "ChangelogConfig"),
        (("changelog", "default_templates"), "DefaultChangelogTemplatesConfig"),
        (("publish",), "PublishConfig"),
        (("branches", "main"), "BranchConfig"),
    ],
)
def test_every_key_of_the_installed_python_semantic_release_is_known(
    table: tuple[str, ...], model: str
) -> None:
    from semantic_release.cli import config as theirs

    for key in getattr(theirs, model).model_fields:
        text = json.dumps({"semantic_release": _nested((*table, key), None)})
        told = read_config({"releaserc.json": text}).warnings
        assert not [warning for warning in told if warning.endswith("is not known")]


def test_every_option_of_its_parser_is_known() -> None:
    from semantic_release.commit_parser.conventional.options_monorepo import (
        ConventionalCommitMonorepoParserOptions,
    )

    options = {field.name: None for field in dataclasses.fields(ConventionalCommitMonorepoParserOptions)}
    text = json.dumps({"semantic_release": {"commit_parser_options": options}})
    assert read_config({"releaserc.json": text}).warnings == ()


def _nested(keys: tuple[str, ...], value: object) -> object:
    return {keys[0]: _nested(keys[1:], value)} if keys else value

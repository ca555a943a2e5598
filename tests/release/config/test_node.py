"""semantic-release's settings, so that a project can move without rewriting them."""

from __future__ import annotations

import json
import re

import pytest

from actionkit.errors import ActionError
from actionkit.semver import Level, TagFormat
from release.commits import CommitRules, LevelRule
from release.config import Config, Unset, is_config, read_config
from release.config.globs import branch_pattern
from release.notes import Section

_WHOLE = {
    "tagFormat": "lens-${version}",
    "branches": [
        "+([0-9])?(.{+([0-9]),x}).x",
        "main",
        {"name": "next", "prerelease": True},
        {"name": "b", "prerelease": "beta"},
    ],
    "plugins": [
        [
            "@semantic-release/commit-analyzer",
            {
                "preset": "conventionalcommits",
                "releaseRules": [
                    {"type": "docs", "scope": "README", "release": "patch"},
                    {"type": "refactor", "release": "minor"},
                    {"breaking": True, "release": "minor"},
                    {"revert": True, "release": False},
                ],
            },
        ],
        [
            "@semantic-release/release-notes-generator",
            {
                "presetConfig": {
                    "types": [
                        {"type": "feat", "section": "New"},
                        {"type": "fix", "section": "Mended"},
                        {"type": "perf", "section": "Mended"},
                        {"type": "chore", "section": "Chores", "hidden": True},
                    ]
                }
            },
        ],
        ["@semantic-release/changelog", {"changelogFile": "docs/NEWS.md"}],
        ["@semantic-release/git", {"message": "release ${nextRelease.version}"}],
        ["@semantic-release/github", {"assets": ["dist/*.tar.gz", {"path": "lens.deb", "label": "Debian"}]}],
    ],
}


def test_every_setting_that_has_a_meaning_here_is_read() -> None:
    config = read_config({".releaserc": json.dumps(_WHOLE)})
    assert config == Config(
        source=".releaserc",
        tag_format=TagFormat("lens-{version}"),
        rules=CommitRules(
            levels=(
                LevelRule(type="docs", scope="README", level=Level.PATCH),
                LevelRule(type="refactor", level=Level.MINOR),
                LevelRule(breaking=True, level=Level.MINOR),
                LevelRule(type="revert", level=Level.NONE),
            )
        ),
        sections=(Section(title="New", types=("feat",)), Section(title="Mended", types=("fix", "perf"))),
        branches=config.branches,
        changelog="docs/NEWS.md",
        commit_message="release ${nextRelease.version}",
        assets=("dist/*.tar.gz", "lens.deb"),
    )
    assert [config.prerelease_on(name) for name in ("main", "1.2.x", "next", "b", "feature")] == [
        "",
        "",
        "next",
        "beta",
        Unset(),
    ]


def test_a_branch_that_the_file_does_not_name_is_closed() -> None:
    config = read_config({".releaserc": json.dumps(_WHOLE)})
    assert [config.closes(name) for name in ("main", "1.2.x", "next", "b", "feature", "")] == [
        *(False for _ in range(4)),
        True,
        False,
    ]
    assert not read_config({".releaserc": "tagFormat: 'v${version}'\n"}).closes("feature")


@pytest.mark.parametrize("path", [".releaserc", ".releaserc.yaml", ".releaserc.yml"])
def test_yaml_is_read_like_json(path: str) -> None:
    assert read_config({path: "tagFormat: 'lens-${version}'\n"}).tag_format == TagFormat("lens-{version}")


def test_json_indented_with_tabs_is_read_in_a_file_without_an_ending() -> None:
    text = '{\n\t"tagFormat": "lens-${version}"\n}\n'
    assert read_config({".releaserc": text}).tag_format == TagFormat("lens-{version}")


def test_the_key_release_of_package_json_is_read() -> None:
    text = json.dumps({"name": "lens", "release": {"tagFormat": "${version}"}})
    assert read_config({"package.json": text}).tag_format == TagFormat("{version}")
    assert read_config({"package.json": json.dumps({"scripts": {"release": "x"}})}) == Config()


def test_the_first_file_of_the_documented_order_is_followed_and_the_others_named() -> None:
    files = {
        "package.json": json.dumps({"release": {"tagFormat": "c-${version}"}}),
        ".releaserc": "tagFormat: b-${version}",
        "pyproject.toml": "[tool.semantic_release]\ntag_format = 'a-{version}'\n",
    }
    config = read_config(files)
    assert (config.tag_format, config.warnings) == (
        TagFormat("a-{version}"),
        (".releaserc is not followed, pyproject.toml is", "package.json is not followed, pyproject.toml is"),
    )


def test_a_configuration_that_is_a_program_is_not_run() -> None:
    assert read_config({"release.config.js": "module.exports = {}"}).warnings == (
        "release.config.js is a program and is not run: write its settings into .releaserc.json",
    )


def test_what_is_not_followed_is_reported() -> None:
    text = json.dumps(
        {
            "extends": "@acme/config",
            "preset": "eslint",
            "colour": "red",
            "plugins": [
                "@semantic-release/npm",
                "semantic-release-cargo",
                [
                    "@semantic-release/commit-analyzer",
                    {"releaseRules": [{"subject": "x", "release": "patch"}], "parserOpts": {}},
                ],
                ["@semantic-release/github", {"successComment": False, "asset": "x"}],
            ],
            "branches": ["main", {"name": "old", "range": "1.2.x", "channel": "old"}],
        }
    )
    assert read_config({".releaserc.json": text}).warnings == (
        ".releaserc.json: preset eslint is not followed: commits are read as conventional ones",
        ".releaserc.json: the release rule {'subject': 'x', 'release': 'patch'} is not followed",
        ".releaserc.json: the plugin @semantic-release/npm has no effect here: "
        "publish in a workflow of your own, on release: published",
        ".releaserc.json: the plugin semantic-release-cargo has no effect here: "
        "Cargo manifests and locks are written without it",
        ".releaserc.json: commit-analyzer.parserOpts has no effect here: "
        "commits are read as conventional ones",
        ".releaserc.json: github.successComment has no effect here: nothing is commented",
        ".releaserc.json: github.asset is not known",
        ".releaserc.json: range of the branch old has no effect here: "
        "a branch's own name says its range, and there are no channels",
        ".releaserc.json: channel of the branch old has no effect here: "
        "a branch's own name says its range, and there are no channels",
        ".releaserc.json: extends has no effect here: "
        "shared configurations are not installed; write the settings here",
        ".releaserc.json: colour is not known",
    )


@pytest.mark.parametrize(("text", "line"), [('{\n"tagFormat": 1,,\n}', 2), ("a: b\nplugins: [", 2), ("{", 1)])
def test_a_file_that_does_not_parse_names_the_line(text: str, line: int) -> None:
    with pytest.raises(ActionError, match=r"\.releaserc cannot be read") as caught:
        read_config({".releaserc": text})
    assert (caught.value.file, caught.value.line) == (".releaserc", line)


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"tagFormat": "v"}, "tagFormat in .releaserc must be a tag name with ${version} in it once"),
        ({"branches": [1]}, "branches in .releaserc must be a list of names, or of tables with a name"),
        ({"plugins": [1]}, "plugins in .releaserc must be a list of names, or of names with their options"),
    ],
)
def test_a_value_that_cannot_be_followed_is_an_error(settings: object, what: str) -> None:
    with pytest.raises(ActionError) as caught:
        read_config({".releaserc": json.dumps(settings)})
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("glob", "names", "others"),
    [
        ("+([0-9])?(.{+([0-9]),x}).x", ["1.x", "1.2.x", "10.20.x", "1.x.x"], ["main", "x", "1.2", "a1.x"]),
        ("beta/*", ["beta/1"], ["beta", "beta/1/2", "alpha/1"]),
        ("beta/**", ["beta/1/2"], ["beta"]),
        ("release-[0-9]", ["release-1"], ["release-a"]),
        ("{main,master}", ["main", "master"], ["mainmaster"]),
        ("a.b", ["a.b"], ["axb"]),
    ],
)
def test_branch_names_are_globs(glob: str, names: list[str], others: list[str]) -> None:
    pattern = branch_pattern(glob)
    assert [re.fullmatch(pattern, name) is not None for name in [*names, *others]] == [
        *(True for _ in names),
        *(False for _ in others),
    ]


def test_only_files_at_the_root_are_configuration() -> None:
    assert [is_config(path) for path in (".releaserc", "pyproject.toml", "sub/.releaserc", "Cargo.toml")] == [
        True,
        True,
        False,
        False,
    ]

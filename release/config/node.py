"""Read semantic-release's settings.

Keys: https://semantic-release.gitbook.io/semantic-release/usage/configuration and the pages of its plugins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from actionkit.errors import InputError
from actionkit.semver import Level, TagFormat
from release.commits.model import CommitRules, LevelRule
from release.config.globs import branch_pattern
from release.config.model import Branch, Config, Unset
from release.config.settings import Settings, given
from release.notes.model import DEFAULT_SECTIONS, Section

_ELSEWHERE: Final = {
    "extends": "shared configurations are not installed; write the settings here",
    "repositoryUrl": "the workflow's repository is released",
    "dryRun": "use the input dry-run",
    "ci": "",
    "debug": "",
    "$schema": "",
}
_PLUGINS: Final = {
    "commit-analyzer": "",
    "release-notes-generator": "",
    "changelog": "",
    "github": "",
    "git": "",
    "npm": "publish in a workflow of your own, on release: published",
    "exec": "commands are not run",
    "semantic-release-cargo": "Cargo manifests and locks are written without it",
    "gitlab": "releases are made on GitHub",
    "error": "",
}
_OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "commit-analyzer": {"parserOpts": "commits are read as conventional ones"},
    "release-notes-generator": {
        "parserOpts": "commits are read as conventional ones",
        "writerOpts": "write a template and name it in the input notes-template",
        "host": "links lead to the workflow's server",
        "linkCompare": "the comparison is always linked",
        "linkReferences": "references are always linked",
        "commit": "links lead to the workflow's repository",
        "issue": "links lead to the workflow's repository",
        "language": "",
    },
    "changelog": {"changelogTitle": "a title of your own stays: commit the file with it"},
    "git": {"assets": "what the release changes is committed: manifests, locks, version-files, changelog"},
    "github": {
        "githubUrl": "the workflow's server is used",
        "githubApiPathPrefix": "the workflow's server is used",
        "githubApiUrl": "the workflow's server is used",
        "proxy": "set HTTPS_PROXY for the job",
        "successComment": "nothing is commented",
        "successCommentCondition": "nothing is commented",
        "failComment": "nothing is commented",
        "failCommentCondition": "nothing is commented",
        "failTitle": "no issue is opened: the run fails",
        "labels": "no issue is opened: the run fails",
        "assignees": "no issue is opened: the run fails",
        "releasedLabels": "nothing is labelled",
        "addReleases": "nothing is added to the notes",
        "draftRelease": "use the input draft",
        "releaseNameTemplate": "the release is named after its tag",
        "releaseBodyTemplate": "use the input notes-template",
        "discussionCategoryName": "no discussion is opened",
    },
}
_BRANCH: Final = ("name", "prerelease")
_LEVELS: Final = {"major": Level.MAJOR, "minor": Level.MINOR, "patch": Level.PATCH}
_PRESETS: Final = ("angular", "conventionalcommits")


def read_node(path: str, values: Mapping[str, object]) -> Config:
    """Read a ``.releaserc``; raise ActionError for a value that cannot be followed."""
    settings = Settings(path, values)
    plugins = {
        name: Settings(path, options, prefix=f"{name}.") for name, options in _plugins(settings).items()
    }
    analyzer = plugins.get("commit-analyzer", Settings(path, {}))
    notes = plugins.get("release-notes-generator", Settings(path, {}))
    changelog = plugins.get("changelog")
    rules, rule_warnings = _rules(analyzer, settings)
    return Config(
        source=path,
        tag_format=_tag_format(settings),
        rules=CommitRules(levels=rules),
        sections=_sections(notes, analyzer, settings),
        branches=_branches(settings),
        changelog=given(changelog.text("changelogFile"), "CHANGELOG.md") if changelog else Unset(),
        commit_message=plugins["git"].text("message") if "git" in plugins else Unset(),
        assets=_assets(plugins["github"]) if "github" in plugins else (),
        warnings=(
            *_preset_warnings(path, (settings, analyzer, notes)),
            *rule_warnings,
            *_plugin_warnings(path, plugins),
            *_option_warnings(plugins),
            *_branch_warnings(path, settings),
            *settings.elsewhere(_ELSEWHERE),
            *settings.unknown(),
        ),
    )


def _tag_format(settings: Settings) -> TagFormat | Unset:
    text = settings.text("tagFormat")
    try:
        return text if isinstance(text, Unset) else TagFormat(text.replace("${version}", "{version}"))
    except InputError as error:
        raise settings.wrong("tagFormat", "a tag name with ${version} in it once") from error


def _plugins(settings: Settings) -> dict[str, dict[str, object]]:
    """Each plugin's short name with its own options; a plugin is a name, or a name with options."""
    found: dict[str, dict[str, object]] = {}
    listed = settings.any("plugins")
    for one in listed if isinstance(listed, list) else []:
        name, options = (
            (one[0], one[1] if len(one) > 1 else {}) if isinstance(one, list) and one else (one, {})
        )
        if not isinstance(name, str) or not isinstance(options, dict):
            raise settings.wrong("plugins", "a list of names, or of names with their options")
        found[name.removeprefix("@semantic-release/")] = options
    return found


def _rules(analyzer: Settings, settings: Settings) -> tuple[tuple[LevelRule, ...], tuple[str, ...]]:
    """Its rules say type, scope, breaking, revert and release; rules about other words are not followed."""
    listed = given_any(analyzer, settings, "releaseRules")
    if isinstance(listed, str):
        return (), (f"{settings.path}: releaseRules in {listed} are a program: write them into the file",)
    rules: list[LevelRule] = []
    warnings: list[str] = []
    for one in listed if isinstance(listed, list) else []:
        if not isinstance(one, dict) or set(one) - {"type", "scope", "breaking", "revert", "release"}:
            warnings.append(f"{settings.path}: the release rule {one!r} is not followed")
            continue
        release = one.get("release")
        rules.append(
            LevelRule(
                level=_LEVELS.get(release, Level.NONE) if isinstance(release, str) else Level.NONE,
                type="revert" if one.get("revert") else str(one.get("type", "*")),
                scope=str(one.get("scope", "*")),
                breaking=bool(one.get("breaking")),
            )
        )
    return tuple(rules), tuple(warnings)


def given_any(first: Settings, second: Settings, key: str) -> object:
    """A plugin's option, or the one that stands for all plugins."""
    own, shared = first.any(key), second.any(key)
    return shared if isinstance(own, Unset) else own


def _sections(notes: Settings, analyzer: Settings, settings: Settings) -> tuple[Section, ...]:
    """The sections of ``presetConfig.types``, in their order; hidden types have none."""
    analyzer.any("presetConfig")
    shared = settings.any("presetConfig")
    own = notes.any("presetConfig")
    preset = shared if isinstance(own, Unset) else own
    types = preset.get("types") if isinstance(preset, dict) else None
    by_title: dict[str, list[str]] = {}
    for one in types if isinstance(types, list) else []:
        if isinstance(one, dict) and not one.get("hidden") and "section" in one and "type" in one:
            by_title.setdefault(str(one["section"]), []).append(str(one["type"]).lower())
    if not by_title:
        return DEFAULT_SECTIONS
    return tuple(Section(title=title, types=tuple(kinds)) for title, kinds in by_title.items())


def _branches(settings: Settings) -> tuple[Branch, ...]:
    listed = settings.any("branches")
    if isinstance(listed, Unset):
        return ()
    branches = [_branch(one) for one in (listed if isinstance(listed, list) else [listed])]
    if not all(isinstance(branch, Branch) for branch in branches):
        raise settings.wrong("branches", "a list of names, or of tables with a name")
    return tuple(branch for branch in branches if isinstance(branch, Branch))


def _branch(one: object) -> Branch | Unset:
    match one:
        case str(name):
            return Branch(pattern=branch_pattern(name))
        case {"name": str(name), "prerelease": str(token)}:
            return Branch(pattern=branch_pattern(name), prerelease=token)
        case {"name": str(name), "prerelease": True}:
            return Branch(pattern=branch_pattern(name), prerelease=re.sub(r"[^0-9A-Za-z-]+", "-", name))
        case {"name": str(name)}:
            return Branch(pattern=branch_pattern(name))
        case _:
            return Unset()


def _assets(github: Settings) -> tuple[str, ...]:
    listed = github.any("assets")
    found: list[str] = []
    for one in listed if isinstance(listed, list) else [listed]:
        path = one.get("path") if isinstance(one, dict) else one
        found += path if isinstance(path, list) else [path] if isinstance(path, str) else []
    return tuple(str(path) for path in found)


def _preset_warnings(path: str, places: tuple[Settings, ...]) -> tuple[str, ...]:
    presets = [preset for place in places if isinstance(preset := place.text("preset"), str)]
    return tuple(
        f"{path}: preset {preset} is not followed: commits are read as conventional ones"
        for preset in dict.fromkeys(presets)
        if preset not in _PRESETS
    )


def _plugin_warnings(path: str, plugins: Mapping[str, Settings]) -> tuple[str, ...]:
    unknown = "it is not one of semantic-release's own"
    return tuple(
        f"{path}: the plugin {_whole_name(name)} has no effect here: {_PLUGINS.get(name, unknown)}"
        for name in plugins
        if _PLUGINS.get(name, unknown)
    )


def _option_warnings(plugins: Mapping[str, Settings]) -> Iterator[str]:
    """Options of the plugins whose work is done here, those that nobody asked for."""
    for name, elsewhere in _OPTIONS.items():
        if name in plugins:
            yield from plugins[name].elsewhere(elsewhere)
            yield from plugins[name].unknown()


def _branch_warnings(path: str, settings: Settings) -> Iterator[str]:
    listed = settings.any("branches")
    for one in listed if isinstance(listed, list) else []:
        for key in one if isinstance(one, dict) else ():
            if key not in _BRANCH:
                yield (
                    f"{path}: {key} of the branch {one.get('name')} has no effect here: "
                    "a branch's own name says its range, and there are no channels"
                )


def _whole_name(name: str) -> str:
    return name if name == "semantic-release-cargo" or name not in _PLUGINS else f"@semantic-release/{name}"

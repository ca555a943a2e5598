"""Read python-semantic-release's settings.

Keys: https://python-semantic-release.readthedocs.io/en/stable/configuration/configuration.html. Only what is
written counts; its defaults for what is not (1.0.0 as the first version, say) are not taken over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from actionkit.errors import InputError
from actionkit.semver import Level, TagFormat
from release.commits.model import CommitRules
from release.config.model import Branch, Config, Unset
from release.config.settings import Settings, given
from release.version.model import ZeroRule

_ELSEWHERE: Final = {
    "build_command": "commands are not run; build in a step of the workflow",
    "build_command_env": "commands are not run",
    "commit_author": "the commit's author is the token's owner",
    "no_git_verify": "no hook of git runs",
    "remote": "the workflow's repository is released",
    "signoff_commit": "commits are not signed off",
    "add_partial_tags": "only the version's own tag is made",
    "repo_dir": "",
    "logging_use_named_masks": "",
    "assets": "only version files, locks and the changelog are committed",
}
_CHANGELOG_ELSEWHERE: Final = {
    "environment": "templates are rendered with the action's own settings",
    "mode": "the changelog is always inserted into",
    "template_dir": "its templates see other values; see the notes' own templates",
}
_PARSERS: Final = ("conventional", "angular", "conventional-monorepo")


def read_python(path: str, values: Mapping[str, object]) -> Config:
    """Read the table ``semantic_release``; raise ActionError for a value that cannot be followed."""
    settings = Settings(path, values)
    changelog, publish = settings.inner("changelog"), settings.inner("publish")
    templates = changelog.inner("default_templates")
    options = settings.inner("commit_parser_options")
    return Config(
        source=path,
        tag_format=_tag_format(settings),
        zero_version=_zero_version(settings),
        rules=_rules(options),
        branches=_branches(settings.inner("branches")),
        changelog=given(templates.text("changelog_file"), changelog.text("changelog_file")),
        insertion_flag=changelog.text("insertion_flag"),
        exclude=_patterns(changelog),
        version_files=_version_files(settings),
        commit_message=settings.text("commit_message"),
        assets=given(publish.texts("dist_glob_patterns"), ()),
        warnings=(
            *_parser_warning(settings),
            *_zero_warning(settings),
            *_variable_warnings(settings),
            *settings.elsewhere(_ELSEWHERE),
            *changelog.elsewhere(_CHANGELOG_ELSEWHERE),
            *templates.elsewhere({"output_format": "", "mask_initial_release": ""}),
            *publish.elsewhere({"upload_to_vcs_release": ""}),
            *(
                warning
                for part in (settings, changelog, templates, publish, options)
                for warning in part.unknown()
            ),
        ),
    )


def _tag_format(settings: Settings) -> TagFormat | Unset:
    text = settings.text("tag_format")
    try:
        return text if isinstance(text, Unset) else TagFormat(text)
    except InputError as error:
        raise settings.wrong("tag_format", "a tag name with {version} in it once") from error


def _zero_version(settings: Settings) -> ZeroRule | Unset:
    match settings.flag("major_on_zero"):
        case True:
            return ZeroRule.MAJOR
        case False:
            return ZeroRule.MINOR
        case unset:
            return unset


def _zero_warning(settings: Settings) -> tuple[str, ...]:
    if settings.flag("allow_zero_version") is not False:
        return ()
    return (
        f"{settings.path}: allow_zero_version = false has no effect here: leave 0.x once, with bump: major",
    )


def _rules(options: Settings) -> CommitRules:
    known = CommitRules()
    minor = given(options.texts("minor_tags"), known.minor)
    patch = given(options.texts("patch_tags"), known.patch)
    allowed = given(options.texts("allowed_tags"), ())
    others = given(options.texts("other_allowed_tags"), known.others)
    prefix = given(options.text("scope_prefix"), "")
    return CommitRules(
        minor=_lower(minor),
        patch=_lower(patch),
        others=tuple(kind for kind in _lower((*others, *allowed)) if kind not in _lower((*minor, *patch))),
        default_level=_default_level(options),
        split_squashes=given(options.flag("parse_squash_commits"), True),  # noqa: FBT003 - a default
        count_merges=not given(options.flag("ignore_merge_commits"), True),  # noqa: FBT003 - a default
        paths=_paths(given(options.texts("path_filters"), ())),
        scopes=(f"{prefix.removesuffix('*').replace(chr(92), '')}*",) if prefix else (),
    )


def _lower(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind.lower() for kind in kinds))


def _paths(globs: tuple[str, ...]) -> tuple[str, ...]:
    """Its paths start at the working directory, ours at the repository's root; ``.`` means all."""
    return tuple(glob for glob in globs if glob not in (".", "./"))


def _default_level(options: Settings) -> Level:
    by_number = {0: Level.NONE, 1: Level.PATCH, 2: Level.PATCH, 3: Level.MINOR, 4: Level.MAJOR}
    match options.any("default_bump_level"):
        case Unset():
            return Level.NONE
        case bool():
            raise options.wrong("default_bump_level", "a number from 0 to 4")
        case int(number) if number in by_number:
            return by_number[number]
        case _:
            raise options.wrong("default_bump_level", "a number from 0 to 4")


def _branches(groups: Settings) -> tuple[Branch, ...]:
    return tuple(_branch(groups.inner(name)) for name in groups.keys())  # noqa: SIM118 - no mapping


def _branch(group: Settings) -> Branch:
    pattern = given(group.text("match"), "(main|master)")
    token = given(group.text("prerelease_token"), "rc")
    branch = Branch(
        # It looks for the pattern at the start of the name, and takes a lone star for everything.
        pattern=".*" if pattern == "*" else rf"(?:{pattern}).*",
        prerelease=token if group.flag("prerelease") is True else "",
    )
    _compiled(group, "match", branch.pattern)
    return branch


def _patterns(changelog: Settings) -> tuple[str, ...]:
    patterns = given(changelog.texts("exclude_commit_patterns"), ())
    for pattern in patterns:
        _compiled(changelog, "exclude_commit_patterns", pattern)
    return patterns


def _compiled(settings: Settings, key: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise settings.wrong(key, f"a regular expression, which {pattern!r} is not: {error}") from error


def _version_files(settings: Settings) -> tuple[str, ...]:
    """``file:key`` of TOML files whose version is known by the file's name; Cargo's are written anyway."""
    named = given(settings.texts("version_toml"), ())
    paths = (entry.partition(":")[0] for entry in named)
    return tuple(dict.fromkeys(path for path in paths if path.rpartition("/")[2] == "pyproject.toml"))


def _variable_warnings(settings: Settings) -> tuple[str, ...]:
    named = given(settings.texts("version_variables"), ())
    loose = [
        entry
        for entry in given(settings.texts("version_toml"), ())
        if entry.partition(":")[0].rpartition("/")[2] not in ("pyproject.toml", "Cargo.toml")
    ]
    return tuple(
        f"{settings.path}: {entry} is not written: name it in version-files, "
        f"for example as {entry.partition(':')[0]}:{entry.split(':')[1:2][0] if ':' in entry else ''} = "
        '"{version}"'
        for entry in (*named, *loose)
    )


def _parser_warning(settings: Settings) -> tuple[str, ...]:
    parser = given(settings.text("commit_parser"), "conventional")
    if parser in _PARSERS:
        return ()
    return (
        f"{settings.path}: commit_parser {parser} is not followed: commits are read as conventional ones",
    )

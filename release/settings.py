"""Settle what is asked: a given input goes before the configuration file, that before the default."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeVar

from actionkit.semver import TagFormat
from release.cargo import Selection
from release.cargo.version_files import VersionFile, parse_version_files
from release.commits import CommitRules
from release.config import Config, Unset
from release.inputs import Choices, InitialVersion, MakeLatestInput, parse_path
from release.notes import Section
from release.version import Bump, ZeroRule, parse_prerelease

CHANGELOG: Final = "CHANGELOG.md"
MESSAGE: Final = "chore(release): {tag}"

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that decides, settled.

    ``changelog`` is a path, empty for none; ``insertion_flag`` the line below which releases are inserted,
    empty for the changelog's own headings. ``closed`` says why the branch releases nothing, empty where it
    may release. ``commit_message`` may hold ``{version}`` and ``{tag}``.
    """

    bump: Bump
    prerelease: str
    zero_version: ZeroRule
    initial_version: InitialVersion
    tag_format: TagFormat
    rules: CommitRules
    selection: Selection
    version_files: tuple[VersionFile, ...]
    changelog: str
    insertion_flag: str
    notes_template: str
    changelog_template: str
    sections: tuple[Section, ...]
    exclude: tuple[str, ...]
    commit_message: str
    assets: tuple[str, ...]
    make_latest: MakeLatestInput
    draft: bool
    closed: str
    warnings: tuple[str, ...]


def settle(choices: Choices, config: Config, branch: str) -> Settings:
    """Settle the inputs and the configuration file for a release from ``branch``."""
    of_branch = config.prerelease_on(branch)
    return Settings(
        bump=choices.bump,
        prerelease=choices.prerelease or parse_prerelease(_else(of_branch, "")),
        zero_version=_else(choices.zero_version, _else(config.zero_version, ZeroRule.MINOR)),
        initial_version=choices.initial_version,
        tag_format=_else(choices.tag_format, _else(config.tag_format, TagFormat())),
        rules=replace(
            config.rules,
            paths=choices.paths or config.rules.paths,
            scopes=choices.scopes or config.rules.scopes,
        ),
        selection=choices.selection,
        version_files=(*choices.version_files, *parse_version_files("\n".join(config.version_files))),
        changelog=parse_path(_else(choices.changelog, _else(config.changelog, CHANGELOG))),
        insertion_flag=_else(config.insertion_flag, ""),
        notes_template=choices.notes_template,
        changelog_template=choices.changelog_template,
        sections=config.sections,
        exclude=config.exclude,
        commit_message=_else(config.commit_message, MESSAGE),
        assets=config.assets,
        make_latest=choices.make_latest,
        draft=choices.draft,
        closed=f"{config.source} names the branches that release, and {branch} is none of them"
        if config.closes(branch)
        else "",
        warnings=config.warnings,
    )


def _else(value: Value | Unset, fallback: Value) -> Value:
    return fallback if isinstance(value, Unset) else value

"""The inputs of the action, parsed once; ids, descriptions and defaults live in action.yml alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from actionkit.errors import InputError
from actionkit.inputs import InputReader
from actionkit.semver import TagFormat, Version, parse_version
from release.cargo import Selection, parse_selection
from release.cargo.version_files import VersionFile, parse_version_files
from release.version import Auto, Bump, ZeroRule, parse_bump, parse_prerelease

_NONE: Final = "none"


class MakeLatestInput(StrEnum):
    """GitHub's three words, and ``auto``: the highest stable version is the latest."""

    AUTO = "auto"
    TRUE = "true"
    FALSE = "false"
    LEGACY = "legacy"


class CommitWith(StrEnum):
    """Who makes the commit: git here, in one push with the tag, or GitHub, which signs it."""

    GIT = "git"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromManifests:
    """The first release takes the version that the manifests state."""


InitialVersion = Version | FromManifests


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The inputs that decide what is released; the command line takes the same ones.

    ``changelog`` is a path, or empty for none; ``prerelease`` an identifier, or empty for a stable version.
    """

    bump: Bump
    prerelease: str
    zero_version: ZeroRule
    initial_version: InitialVersion
    tag_format: TagFormat
    selection: Selection
    version_files: tuple[VersionFile, ...]
    changelog: str
    make_latest: MakeLatestInput
    draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All inputs of the action: ``choices`` decide, the rest says how to carry it out."""

    choices: Choices
    token: str
    assets: tuple[str, ...]
    commit_with: CommitWith
    images_workflow: str
    dry_run: bool


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Parse ``INPUT_*``; raise every problem together."""
    reader = InputReader(environ=environ)
    inputs = Inputs(
        choices=read_choices(reader),
        token=reader.require("token", why="it pushes the commit and makes the GitHub Release"),
        assets=reader.lines("assets"),
        commit_with=reader.choice("commit-with", CommitWith),
        images_workflow=_or_none(reader.text("images-workflow")),
        dry_run=reader.flag("dry-run"),
    )
    reader.finish()
    return inputs


def read_choices(reader: InputReader) -> Choices:
    """Parse the deciding inputs; problems stay in ``reader`` until its ``finish``."""
    exclude = reader.text("exclude")
    return Choices(
        bump=reader.parsed("bump", parse_bump, _BY_COMMITS),
        prerelease=reader.parsed("prerelease", parse_prerelease, ""),
        zero_version=reader.choice("zero-version", ZeroRule),
        initial_version=reader.parsed("initial-version", _parse_initial, _STATED),
        tag_format=reader.parsed("tag-format", TagFormat, TagFormat()),
        selection=reader.parsed("packages", lambda text: parse_selection(text, exclude), _ALL_IN_LOCKSTEP),
        version_files=reader.parsed("version-files", parse_version_files, ()),
        changelog=reader.parsed("changelog", _parse_changelog, ""),
        make_latest=reader.choice("make-latest", MakeLatestInput),
        draft=reader.flag("draft"),
    )


_ALL_IN_LOCKSTEP: Final = parse_selection("lockstep", "")
_BY_COMMITS: Final[Bump] = Auto()
_STATED: Final[InitialVersion] = FromManifests()


def _parse_initial(text: str) -> InitialVersion:
    return parse_version(text) if text else FromManifests()


def _parse_changelog(text: str) -> str:
    path = _or_none(text)
    if path.startswith(("/", "-")) or ".." in path.split("/"):
        raise InputError(
            f"changelog {text!r} is not a path in the repository",
            fix="give a path relative to the repository's root, or none",
        )
    return path


def _or_none(text: str) -> str:
    return "" if text.lower() == _NONE else text

"""The inputs of the action, parsed once; ids, descriptions and defaults live in action.yml alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from actionkit.errors import InputError
from actionkit.inputs import InputReader
from actionkit.semver import TagFormat, Version, parse_version
from release.cargo import Selection, parse_selection
from release.cargo.version_files import VersionFile, parse_version_files
from release.config import Unset
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

    What is left out is ``Unset``, or empty: then the project's configuration file says, else the default.
    ``paths`` and ``scopes`` choose one part of a repository; the templates are paths in it.
    """

    bump: Bump
    prerelease: str
    zero_version: ZeroRule | Unset
    initial_version: InitialVersion
    tag_format: TagFormat | Unset
    paths: tuple[str, ...]
    scopes: tuple[str, ...]
    selection: Selection
    version_files: tuple[VersionFile, ...]
    changelog: str | Unset
    notes_template: str
    changelog_template: str
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
        zero_version=reader.choice("zero-version", ZeroRule) if reader.text("zero-version") else Unset(),
        initial_version=reader.parsed("initial-version", _parse_initial, _STATED),
        tag_format=reader.parsed("tag-format", _parse_tag_format, _UNSET_FORMAT),
        paths=reader.lines("paths"),
        scopes=reader.words("scopes"),
        selection=reader.parsed("packages", lambda text: parse_selection(text, exclude), _ALL_IN_LOCKSTEP),
        version_files=reader.parsed("version-files", parse_version_files, ()),
        changelog=reader.parsed("changelog", _parse_changelog, _UNSET_CHANGELOG),
        notes_template=reader.parsed("notes-template", parse_path, ""),
        changelog_template=reader.parsed("changelog-template", parse_path, ""),
        make_latest=reader.choice("make-latest", MakeLatestInput),
        draft=reader.flag("draft"),
    )


_ALL_IN_LOCKSTEP: Final = parse_selection("lockstep", "")
_BY_COMMITS: Final[Bump] = Auto()
_STATED: Final[InitialVersion] = FromManifests()
_UNSET_FORMAT: Final[TagFormat | Unset] = Unset()
_UNSET_CHANGELOG: Final[str | Unset] = Unset()


def _parse_initial(text: str) -> InitialVersion:
    return parse_version(text) if text else FromManifests()


def _parse_tag_format(text: str) -> TagFormat | Unset:
    return TagFormat(text) if text else Unset()


def _parse_changelog(text: str) -> str | Unset:
    return parse_path(_or_none(text)) if text else Unset()


def parse_path(text: str) -> str:
    """Read a path in the repository, ``./a//b`` as ``a/b``; empty stays empty. Raise InputError."""
    path = str(PurePosixPath(text)) if text else ""
    parts = path.lower().split("/")
    if path.startswith(("/", "-")) or path == "." or {"..", ".git"} & {*parts} or not path.isprintable():
        raise InputError(
            f"{text!r} is not a path of a file in the repository",
            fix="give a path relative to the repository's root",
        )
    return path


def _or_none(text: str) -> str:
    return "" if text.lower() == _NONE else text

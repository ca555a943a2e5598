"""Everything that the decision depends on, read once from git."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Final

from actionkit.git import Commit, Git, Tag
from actionkit.git.history import (
    all_modes,
    commits,
    is_ancestor,
    merged_tags,
    read_files,
    tag_names,
    tags,
    top_modes,
    touched_paths,
)
from actionkit.semver import Version
from release import cargo
from release.cargo.version_files import wanted_paths
from release.config import is_config
from release.settings import Settings
from release.version import bases, candidates
from release.version.tags import Candidate

LOCAL_TAGS: Final = "refs/tags/"

_FILE: Final = "100"  # how the mode of a file begins that is no link

Read = Callable[[str], Tag]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRelease:
    """No release of this tag format is merged into the branch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A release that is merged into the branch."""

    version: Version
    tag: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One look at a repository.

    ``prior`` is the release that the next one continues, ``newest`` the highest merged one, pre-releases of
    any identifier included; ``existing`` are the versions of all tags, merged or not; ``commits`` come
    newest first; ``tracked`` are all files of ``head``, ``files`` the texts of those that matter, and
    ``others`` the links and submodules.
    """

    head: str
    branch: str
    prior: Merged | FirstRelease
    newest: Merged | FirstRelease
    existing: tuple[Version, ...]
    merged_prereleases: tuple[Version, ...]
    commits: tuple[Commit, ...]
    tracked: frozenset[str]
    others: frozenset[str]
    files: Mapping[str, str]


def read_configuration(git: Git, head: str) -> Mapping[str, str]:
    """Read the configuration files that ``head`` has; all of them stand at the top of a repository."""
    found = (path for path, mode in top_modes(git, head).items() if mode.startswith(_FILE))
    return read_files(git, head, filter(is_config, found))


def read_snapshot(
    git: Git, *, head: str, branch: str, settings: Settings, namespace: str = LOCAL_TAGS
) -> Snapshot:
    """Look at ``head``, with the tags below ``namespace``."""
    read = cache(partial(_read_tag, git, namespace))
    found = candidates(tag_names(git, namespace), settings.tag_format)
    merged = _merged(git, head, namespace, found, read)
    prior = _highest(bases(merged, prerelease=settings.prerelease), read)
    modes = all_modes(git, head)
    tracked = {path: mode for path, mode in modes.items() if mode.startswith(_FILE)}
    return Snapshot(
        head=head,
        branch=branch,
        prior=prior,
        newest=_highest(merged, read),
        existing=tuple(version for version, _ in found),
        merged_prereleases=_prereleases_after(prior, merged),
        commits=_commits_since(git, prior, head, with_paths=bool(settings.rules.paths)),
        tracked=frozenset(tracked),
        others=frozenset(modes.keys() - tracked.keys()),
        files=read_files(git, head, _wanted(tracked, settings)),
    )


def _merged(
    git: Git, head: str, namespace: str, found: Sequence[Candidate], read: Read
) -> Sequence[Candidate]:
    """Leave out what is not merged into ``head``.

    Mostly the highest stable release is merged, and nothing below it matters: git answers that in a few
    milliseconds. Else one walk through the whole history answers for all tags.
    """
    stable = next((index for index, (version, _) in enumerate(found) if not version.prerelease), len(found))
    highest = found[: stable + 1]
    if len(highest) == 1 and is_ancestor(git, read(highest[0][1]).commit_sha, head):
        return highest
    merged = merged_tags(git, head, namespace)
    return tuple(candidate for candidate in found if candidate[1] in merged)


def _highest(merged: Sequence[Candidate], read: Read) -> Merged | FirstRelease:
    for version, name in merged[:1]:
        return Merged(version=version, tag=read(name))
    return FirstRelease()


def _read_tag(git: Git, namespace: str, name: str) -> Tag:
    (tag,) = tags(git, namespace, (name,))
    return tag


def _prereleases_after(prior: Merged | FirstRelease, merged: Sequence[Candidate]) -> tuple[Version, ...]:
    floor = prior.version if isinstance(prior, Merged) else Version(0)
    return tuple(version for version, _ in merged if version.prerelease and version > floor)


def _commits_since(
    git: Git, prior: Merged | FirstRelease, head: str, *, with_paths: bool
) -> tuple[Commit, ...]:
    since = prior.tag.commit_sha if isinstance(prior, Merged) else ""
    found = commits(git, since, head)
    if not with_paths:
        return found
    paths = touched_paths(git, since, head)
    return tuple(replace(commit, paths=paths.get(commit.sha, ())) for commit in found)


def _wanted(tracked: Mapping[str, str], settings: Settings) -> tuple[str, ...]:
    named = {settings.changelog, settings.notes_template, settings.changelog_template}
    others = named | {*wanted_paths(settings.version_files, tracked)}
    return tuple(path for path in tracked if cargo.is_input(path) or path in others)

"""What the decision depends on, as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from actionkit.forge.releases import NoRelease, Release
from actionkit.registry.oci import Missing
from actionkit.semver import Version
from images.declared.document import Declared

REVISION: Final = "org.opencontainers.image.revision"
FINGERPRINT: Final = "release-pipeline.inputs"
"""The label that names what an image was built from: two images with the same value are the same."""


class Lack(StrEnum):
    """Why a part of the commit is not in the folder."""

    SPARSE = "sparse checkout"
    LFS = "LFS pointer"
    SUBMODULE = "submodule"
    NESTED = "submodule of a submodule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A part of the commit that is not in the folder: a file, or the folder of a submodule."""

    path: str
    lack: Lack


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where to build: ``folder`` holds ``commit``, made at ``created`` (ISO 8601; ``seconds`` since 1970).

    ``paths`` are the files that git tracks there or would; ``changed`` are those that differ from the
    commit, and ``changes`` names their content (empty when there are none). ``ignored`` are the files and
    whole folders there that git ignores. ``lacking`` is what the commit has and the folder has not.
    ``is_apart`` says that the folder is no workspace: that stands on another commit.
    """

    folder: Path
    commit: str
    created: str
    seconds: int
    paths: tuple[str, ...]
    changed: tuple[str, ...]
    ignored: tuple[str, ...]
    changes: str
    lacking: tuple[Lacking, ...] = ()
    is_apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a version tag points to: ``contents`` name what it runs, one for each platform.

    ``gone`` are the digests of images that it lists and the registry does not have any more.

    ``size`` is the compressed size of the largest image; ``revision`` and ``fingerprint`` are empty where
    the image does not say what it was built from.
    """

    tag: str
    digest: str
    contents: tuple[str, ...]
    gone: tuple[str, ...]
    revision: str
    fingerprint: str
    size: int
    platforms: tuple[str, ...]

    def runs_as(self, contents: tuple[str, ...]) -> bool:
        """Tell whether it is whole and runs the same as an image with these ``contents``."""
        return self.contents == contents and not self.gone


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryState:
    """One repository of a registry as it is now; ``prior`` is the stable version before this one."""

    repository: str
    tags: tuple[str, ...]
    published: Published | Missing
    prior: Published | Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that was read.

    ``repositories`` maps each target to its repositories, one per registry; ``withdrawn`` are versions that
    look stable and are not, because their GitHub Release is a draft or marked as a pre-release.
    """

    declared: Declared
    repositories: Mapping[str, tuple[RepositoryState, ...]]
    git_versions: tuple[Version, ...]
    withdrawn: frozenset[Version]
    release: Release | NoRelease


def why_unstable(release: Release | NoRelease) -> str:
    """Say why a version is not stable, though it looks so; empty where it is."""
    match release:
        case Release(draft=True):
            return "the GitHub Release is a draft"
        case Release(prerelease=True):
            return "the GitHub Release is marked as a pre-release"
        case _:
            return ""

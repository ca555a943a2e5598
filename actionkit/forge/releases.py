"""GitHub Releases: find, draft, fill with assets, publish.

Source: https://docs.github.com/rest/releases/releases and …/assets
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from actionkit.errors import ActionError
from actionkit.forge.client import Forge

if TYPE_CHECKING:
    from github.GitRelease import GitRelease
    from github.GitReleaseAsset import GitReleaseAsset

MakeLatest = Literal["true", "false", "legacy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file of a release; an upload that broke leaves ``state`` other than ``uploaded``.

    ``name`` is what GitHub made of the file's name, ``label`` that name as it was.
    """

    identity: int
    name: str
    label: str
    state: str
    size: int

    def holds(self, path: Path) -> bool:
        """Tell whether ``path`` arrived whole."""
        return self.is_of(path) and self.state == "uploaded" and self.size == path.stat().st_size

    def is_of(self, path: Path) -> bool:
        """Tell whether this is an upload of ``path``, broken or not."""
        return path.name in (self.name, self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A GitHub Release as it is now; a draft has no tag until it is published."""

    identity: int
    tag: str
    title: str
    body: str
    draft: bool
    prerelease: bool
    url: str
    upload_url: str
    assets: tuple[Asset, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRelease:
    """There is neither a release nor a draft for ``tag``."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseText:
    """What a release says: title, body in Markdown, and the pre-release flag."""

    title: str
    body: str
    prerelease: bool


def find_release(forge: Forge, tag: str) -> Release | NoRelease:
    """Find the release or draft of ``tag``; the published one wins over drafts of the same name.

    ``releases/tags/{tag}`` hides drafts: they are only in the list, and only for a token that may write.
    """
    with forge.doing("read the releases", permission="contents: write"):
        for published in _published(forge, tag):
            return _release(published)
        drafts = [release for release in forge.repo.get_releases() if release.tag_name == tag]
    if not drafts:
        return NoRelease(tag=tag)
    return _release(min(drafts, key=lambda release: (release.draft, release.id)))


def create_draft(forge: Forge, tag: str, text: ReleaseText) -> Release:
    """Create a draft for the existing ``tag``, and return the release that stays when several runs did so.

    GitHub takes any number of drafts of a name. Of those that were made at the same time all runs keep the
    same one, the first, or what is published already.

    No ``target_commitish`` is sent: GitHub refuses one on a commit that touches ``.github/workflows``.
    """
    with forge.doing(f"create the release {tag}", permission="contents: write"):
        made = forge.repo.create_git_release(
            tag, name=text.title, message=text.body, draft=True, prerelease=text.prerelease
        )
        kept = find_release(forge, tag)
        if isinstance(kept, NoRelease) or kept.identity == made.id:
            return _release(made)
        made.delete_release()
        return kept


def upload_asset(forge: Forge, release: Release, path: Path, media_type: str) -> None:
    """Upload ``path``, after deleting a broken upload of it; do nothing when it is there.

    GitHub changes names with spaces and the like; the label keeps the file's own name, by which the asset is
    known again (https://docs.github.com/rest/releases/assets#upload-a-release-asset).
    """
    with forge.doing(f"upload the asset {path.name}", permission="contents: write"):
        remote = forge.repo.get_release(release.identity)
        for asset in remote.get_assets():
            if _asset(asset).holds(path):
                return
            if _asset(asset).is_of(path):
                asset.delete_asset()
        uploaded = remote.upload_asset(str(path), path.name, content_type=media_type, name=path.name)
    if uploaded.size != path.stat().st_size:
        raise ActionError(
            f"the asset {path.name} arrived with {uploaded.size} of {path.stat().st_size} bytes",
            fix="run again: the broken upload is replaced",
        )


def publish(forge: Forge, release: Release, text: ReleaseText, make_latest: MakeLatest) -> Release:
    """Publish a draft, last of all: an immutable release cannot be changed afterwards."""
    with forge.doing(f"publish the release {release.tag}", permission="contents: write"):
        remote = forge.repo.get_release(release.identity)
        return _release(
            remote.update_release(
                text.title,
                text.body,
                draft=False,
                prerelease=text.prerelease,
                tag_name=release.tag,
                make_latest=make_latest,
            )
        )


def update_body(forge: Forge, release: Release, body: str) -> Release:
    """Replace the body of a release and nothing else.

    PyGithub's ``update_release`` always sends the flags too, which would make a draft again of a release that
    was published since ``release`` was read.
    """
    with forge.doing(f"change the notes of the release {release.tag}", permission="contents: write"):
        remote = forge.repo.get_release(release.identity)
        _, data = remote.requester.requestJsonAndCheck("PATCH", remote.url, input={"body": body})
        return _release(forge.client.create_from_raw_data(type(remote), data))


def _published(forge: Forge, tag: str) -> Iterator[GitRelease]:
    from github import UnknownObjectException

    try:
        yield forge.repo.get_release(tag)
    except UnknownObjectException:
        return


def _release(remote: GitRelease) -> Release:
    return Release(
        identity=remote.id,
        tag=remote.tag_name,
        title=remote.name or remote.tag_name,
        body=remote.body or "",
        draft=remote.draft,
        prerelease=remote.prerelease,
        url=remote.html_url,
        upload_url=remote.upload_url,
        assets=tuple(_asset(asset) for asset in remote.assets),
    )


def _asset(remote: GitReleaseAsset) -> Asset:
    return Asset(
        identity=remote.id,
        name=remote.name,
        label=remote.label or "",
        state=remote.state,
        size=remote.size,
    )

"""Releases and their assets as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from pipeline.rehearsal.github.links import Links
from pipeline.rehearsal.github.records import Asset, Json, Release, Repository
from pipeline.rehearsal.github.views.users import node_id, simple_user


def page_name(release: Release) -> str:
    """The last part of a release's address: a draft has no tag yet and hides behind ``untagged-…``."""
    return f"untagged-{release.id:020x}" if release.draft else release.tag_name


def release(repo: Repository, found: Release, assets: Sequence[Asset], links: Links) -> dict[str, Json]:
    """Describe a release (``release``)."""
    url = f"{links.repo(repo.full_name)}/releases/{found.id}"
    upload = f"{links.uploads}/repos/{repo.full_name}/releases/{found.id}/assets{{?name,label}}"
    tag = quote(found.tag_name)
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": upload,
        "html_url": f"{links.html(repo.full_name)}/releases/tag/{quote(page_name(found))}",
        "id": found.id,
        "author": simple_user(found.author, links),
        "node_id": node_id("RE", found.id),
        "tag_name": found.tag_name,
        "target_commitish": found.target_commitish,
        "name": found.name or None,
        "draft": found.draft,
        "immutable": found.immutable,
        "prerelease": found.prerelease,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "published_at": found.published_at or None,
        "assets": [asset(repo, found, one, links) for one in assets],
        "tarball_url": None if found.draft else f"{links.repo(repo.full_name)}/tarball/{tag}",
        "zipball_url": None if found.draft else f"{links.repo(repo.full_name)}/zipball/{tag}",
        "body": found.body,
    }


def asset(repo: Repository, owner: Release, found: Asset, links: Links) -> dict[str, Json]:
    """Describe a release's asset (``release-asset``)."""
    place = f"{links.html(repo.full_name)}/releases/download/{quote(page_name(owner))}"
    return {
        "url": f"{links.repo(repo.full_name)}/releases/assets/{found.id}",
        "id": found.id,
        "node_id": node_id("RA", found.id),
        "name": found.name,
        "label": found.label,
        "uploader": simple_user(found.uploader, links),
        "content_type": found.content_type,
        "state": found.state,
        "size": found.size,
        "digest": found.digest or None,
        "download_count": found.downloads,
        "created_at": found.created_at,
        "updated_at": found.created_at,
        "browser_download_url": f"{place}/{quote(found.name)}",
    }

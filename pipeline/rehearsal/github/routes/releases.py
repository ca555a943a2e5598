"""Releases: drafts, publication, which one is the latest."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pipeline.rehearsal.github import publication, wish
from pipeline.rehearsal.github.errors import not_found
from pipeline.rehearsal.github.exchange import NO_CONTENT, Response, json_response
from pipeline.rehearsal.github.records import Asset, Json, Release
from pipeline.rehearsal.github.routes.paging import page
from pipeline.rehearsal.github.service import Call, Route, table
from pipeline.rehearsal.github.views import releases as view


def list_releases(call: Call) -> Response:
    """Releases, newest first; drafts only for those who may write."""
    drafts = call.may("contents", "write")
    found = [one for one in call.repository.releases.all() if drafts or not one.draft]
    found.sort(key=lambda one: (one.draft, one.published_at or one.created_at, one.id), reverse=True)
    return page(call, [_shown(call, one) for one in found])


def create_release(call: Call) -> Response:
    """Make a draft, or make and publish at once."""
    asked = wish.read_new(call)
    wish.check_new(call, asked)
    now, number = call.state.now(), call.state.next_id()
    release = Release(
        id=number,
        tag_name=asked.tag_name,
        target_commitish=asked.target or call.repo.default_branch,
        name=asked.name,
        body=asked.body,
        draft=True,
        prerelease=asked.prerelease,
        author=call.token.login,
        created_at=now,
        published_at="",
        updated_at=now,
    )
    if not asked.draft:
        release = publication.publish(call, release, asked, was_draft=False)
    call.repository.releases.put(number, release)
    shown = _shown(call, release)
    return json_response(shown, 201, {"Location": shown["url"]})


def get_release(call: Call) -> Response:
    """A release by its number; a draft is hidden from those who may not write."""
    return json_response(_shown(call, visible(call, call.number("release_id"))))


def get_latest(call: Call) -> Response:
    """The release marked as latest."""
    return json_response(_shown(call, publication.latest(call.repository)))


def get_by_tag(call: Call) -> Response:
    """A published release by its tag; drafts are not found even when their tag exists."""
    for one in call.repository.releases.all():
        if one.tag_name == call.values["tag"] and not one.draft:
            return json_response(_shown(call, one))
    raise not_found()


def update_release(call: Call) -> Response:
    """Change a release, or publish it by ``draft: false``."""
    before = call.repository.releases.get(call.number("release_id"))
    asked = wish.read_change(call, before)
    wish.check_change(call, before, asked)
    changed = replace(
        before,
        tag_name=asked.tag_name,
        target_commitish=asked.target or before.target_commitish,
        name=asked.name,
        body=asked.body,
        prerelease=asked.prerelease,
        updated_at=call.state.now(),
    )
    if before.draft and not asked.draft:
        changed = publication.publish(call, changed, asked, was_draft=True)
    elif not before.draft and asked.draft:
        changed = replace(changed, draft=True, published_at="")
    call.repository.releases.put(changed.id, changed)
    if not before.draft and not asked.draft:
        if asked.make_latest != "unset":
            publication.mark_latest(call.repository, changed, asked.make_latest)
        publication.fire(call, changed, "edited", quiet=True)
    return json_response(_shown(call, changed))


def delete_release(call: Call) -> Response:
    """Delete a release and its assets; the tag stays."""
    release = call.repository.releases.get(call.number("release_id"))
    for asset in assets_of(call, release.id):
        call.repository.assets.delete(asset.id)
        call.repository.asset_file(asset.id).unlink(missing_ok=True)
    call.repository.releases.delete(release.id)
    if not release.draft:
        publication.fire(call, release, "deleted", quiet=True)
    return NO_CONTENT


def visible(call: Call, release_id: int) -> Release:
    """A release, if the caller may see it; raise the 404."""
    release = call.repository.releases.get(release_id)
    if release.draft and not call.may("contents", "write"):
        raise not_found()
    return release


def assets_of(call: Call, release_id: int) -> list[Asset]:
    """The assets of a release, oldest first."""
    return [one for one in call.repository.assets.all() if one.release == release_id]


def immutability(call: Call) -> Response:
    """Whether new releases become immutable."""
    if not call.repo.immutable_releases:
        raise not_found()
    return json_response({"enabled": True, "enforced_by_owner": False})


def enable_immutability(call: Call) -> Response:
    """Make releases immutable from now on."""
    call.repository.save(replace(call.repo, immutable_releases=True))
    return NO_CONTENT


def disable_immutability(call: Call) -> Response:
    """Leave new releases changeable; those that are immutable stay so."""
    call.repository.save(replace(call.repo, immutable_releases=False))
    return NO_CONTENT


def _shown(call: Call, release: Release) -> dict[str, Json]:
    return view.release(call.repo, release, assets_of(call, release.id), call.links)


_REPO: Final = "/repos/{owner}/{repo}"
ROUTES: Final[tuple[Route, ...]] = (
    *table(
        "rest/releases/releases",
        ("GET", f"{_REPO}/releases", list_releases, "contents:read", "list-releases"),
        ("POST", f"{_REPO}/releases", create_release, "contents:write", "create-a-release"),
        ("GET", f"{_REPO}/releases/latest", get_latest, "contents:read", "get-the-latest-release"),
        ("GET", f"{_REPO}/releases/tags/{{tag+}}", get_by_tag, "contents:read", "get-a-release-by-tag-name"),
        ("GET", f"{_REPO}/releases/{{release_id}}", get_release, "contents:read", "get-a-release"),
        ("PATCH", f"{_REPO}/releases/{{release_id}}", update_release, "contents:write", "update-a-release"),
        ("DELETE", f"{_REPO}/releases/{{release_id}}", delete_release, "contents:write", "delete-a-release"),
    ),
    *table(
        "rest/repos/repos",
        ("GET", f"{_REPO}/immutable-releases", immutability, "administration:read", "check"),
        ("PUT", f"{_REPO}/immutable-releases", enable_immutability, "administration:write", "enable"),
        ("DELETE", f"{_REPO}/immutable-releases", disable_immutability, "administration:write", "disable"),
    ),
)

"""Release assets: upload, list, rename, delete, download."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Final

from pipeline.rehearsal.github.errors import ApiError, field_error, missing_keys, not_found, unprocessable
from pipeline.rehearsal.github.errors import validation_failed as invalid
from pipeline.rehearsal.github.exchange import NO_CONTENT, Response, json_response
from pipeline.rehearsal.github.faults import Effect
from pipeline.rehearsal.github.records import Asset, Json
from pipeline.rehearsal.github.routes.paging import page
from pipeline.rehearsal.github.routes.releases import assets_of, visible
from pipeline.rehearsal.github.service import Call, Route, table
from pipeline.rehearsal.github.views import releases as view


def list_assets(call: Call) -> Response:
    """A release's assets, also those whose upload broke off."""
    release = visible(call, call.number("release_id"))
    return page(call, [_shown(call, one) for one in assets_of(call, release.id)])


def upload_asset(call: Call) -> Response:
    """Store the body as an asset; a second one of a name is refused until the first is deleted."""
    release = visible(call, call.number("release_id"))
    name = stored_name(call.request.parameters.get("name", ""))
    if not name:
        raise missing_keys("name")
    if release.immutable:
        raise unprocessable("Cannot upload assets to an immutable release.")
    if not call.request.body:
        raise ApiError(400, "Bad Content-Length: ")
    if name in [one.name for one in assets_of(call, release.id)]:
        raise invalid(field_error("ReleaseAsset", "already_exists", "name"))
    asset = _store(call, release.id, name)
    return json_response(_shown(call, asset), 201)


def get_asset(call: Call) -> Response:
    """An asset's description, or its bytes when the caller accepts ``application/octet-stream``."""
    asset = _asset(call)
    if "application/octet-stream" in call.request.headers.get("accept", ""):
        return download(call, asset)
    return json_response(_shown(call, asset))


def update_asset(call: Call) -> Response:
    """Rename or relabel an asset."""
    asset, given = _asset(call), call.request.json()
    if call.repository.releases.get(asset.release).immutable:
        raise unprocessable("Cannot modify assets of an immutable release.")
    name = stored_name(str(given.get("name", asset.name)))
    if name in [one.name for one in assets_of(call, asset.release) if one.id != asset.id]:
        raise invalid(field_error("ReleaseAsset", "already_exists", "name"))
    changed = replace(asset, name=name, label=str(given.get("label", asset.label)))
    return json_response(_shown(call, call.repository.assets.put(asset.id, changed)))


def delete_asset(call: Call) -> Response:
    """Delete an asset."""
    asset = _asset(call)
    if call.repository.releases.get(asset.release).immutable:
        raise unprocessable("Cannot delete assets from an immutable release.")
    call.repository.assets.delete(asset.id)
    call.repository.asset_file(asset.id).unlink(missing_ok=True)
    return NO_CONTENT


def download(call: Call, asset: Asset) -> Response:
    """An asset's bytes; one whose upload broke off has none."""
    if asset.state != "uploaded":
        raise not_found()
    call.repository.assets.put(asset.id, replace(asset, downloads=asset.downloads + 1))
    headers = {
        "Content-Type": asset.content_type,
        "Content-Disposition": f"attachment; filename={asset.name}",
    }
    return Response(headers=headers, body=call.repository.asset_file(asset.id).read_bytes())


def stored_name(name: str) -> str:
    """The name that GitHub stores: what is not a letter, digit, or one of ``._-+@`` becomes a dot."""
    return re.sub(r"[^A-Za-z0-9._+@-]+", ".", name)


def _store(call: Call, release_id: int, name: str) -> Asset:
    half = call.fault.effect is Effect.HALF_UPLOADED
    body = call.request.body
    asset = Asset(
        id=call.state.next_id(),
        release=release_id,
        name=name,
        label=call.request.parameters.get("label", ""),
        state="starter" if half else "uploaded",
        content_type=call.request.headers.get("content-type", "application/octet-stream"),
        size=len(body),
        digest="" if half else f"sha256:{hashlib.sha256(body).hexdigest()}",
        uploader=call.token.login,
        created_at=call.state.now(),
    )
    call.repository.assets.put(asset.id, asset)
    call.repository.asset_file(asset.id).write_bytes(b"" if half else body)
    return asset


def _asset(call: Call) -> Asset:
    asset = call.repository.assets.get(call.number("asset_id"))
    visible(call, asset.release)
    return asset


def _shown(call: Call, asset: Asset) -> dict[str, Json]:
    return view.asset(call.repo, call.repository.releases.get(asset.release), asset, call.links)


_REPO: Final = "/repos/{owner}/{repo}/releases"
_UPLOAD: Final = f"{_REPO}/{{release_id}}/assets"
ROUTES: Final[tuple[Route, ...]] = table(
    "rest/releases/assets",
    ("GET", _UPLOAD, list_assets, "contents:read", "list-release-assets"),
    ("GET", f"{_REPO}/assets/{{asset_id}}", get_asset, "contents:read", "get-a-release-asset"),
    ("PATCH", f"{_REPO}/assets/{{asset_id}}", update_asset, "contents:write", "update-a-release-asset"),
    ("DELETE", f"{_REPO}/assets/{{asset_id}}", delete_asset, "contents:write", "delete-a-release-asset"),
)
UPLOADS: Final[tuple[Route, ...]] = table(
    "rest/releases/assets", ("POST", _UPLOAD, upload_asset, "contents:write", "upload-a-release-asset")
)

"""Release assets: upload, the second of a name, broken uploads, download."""

from __future__ import annotations

import pytest

from pipeline.rehearsal.github import Effect, Fault, LocalGitHub


@pytest.fixture
def draft(api):
    return api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True}).json


@pytest.fixture
def upload(api, draft):
    def call(name: str, data: bytes, label: str = "", **more):
        query = f"?name={name}&label={label}" if label else f"?name={name}"
        return api("POST", "", data, url=draft["upload_url"].replace("{?name,label}", query), **more)

    return call


def test_an_asset_is_stored_with_its_digest_and_comes_back(api, upload, draft, github: LocalGitHub) -> None:
    asset = upload("tool.tar.gz", b"data", label="The%20tool", headers={"Content-Type": "application/gzip"})
    assert asset.status == 201
    expected = {
        "name": "tool.tar.gz",
        "label": "The tool",
        "content_type": "application/gzip",
        "state": "uploaded",
        "size": 4,
        "digest": "sha256:3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7",
    }
    assert {key: asset.json[key] for key in expected} == expected
    api("PATCH", f"/releases/{draft['id']}", {"draft": False})
    place = f"{github.url}/octo-org/sample/releases/download/v1.0.0/tool.tar.gz"
    assert api("GET", f"/releases/assets/{asset.json['id']}").json["browser_download_url"] == place
    assert api("GET", "", url=place, token="").body == b"data"
    octets = {"Accept": "application/octet-stream"}
    assert api("GET", f"/releases/assets/{asset.json['id']}", headers=octets).body == b"data"
    assert api("GET", f"/releases/assets/{asset.json['id']}").json["download_count"] == 2


def test_a_second_asset_of_a_name_is_refused_until_the_first_is_deleted(api, upload) -> None:
    first = upload("a.txt", b"1")
    refused = upload("a.txt", b"2")
    entry = {"resource": "ReleaseAsset", "code": "already_exists", "field": "name"}
    assert (refused.status, refused.json["errors"]) == (422, [entry])
    assert api("DELETE", f"/releases/assets/{first.json['id']}").status == 204
    assert api("GET", f"/releases/assets/{first.json['id']}").status == 404
    assert upload("a.txt", b"2").status == 201


def test_a_broken_upload_leaves_a_starter_that_blocks_the_name(
    api, upload, draft, github: LocalGitHub
) -> None:
    github.inject(Fault(method="POST", path="/assets$", effect=Effect.HALF_UPLOADED, status=502))
    assert upload("a.txt", b"1").status == 502
    (left,) = api("GET", f"/releases/{draft['id']}/assets").json
    assert (left["name"], left["state"], left["digest"]) == ("a.txt", "starter", None)
    assert upload("a.txt", b"1").status == 422
    assert api("DELETE", f"/releases/assets/{left['id']}").status == 204
    assert upload("a.txt", b"1").status == 201


def test_assets_can_be_renamed_but_not_onto_another(api, upload) -> None:
    first, second = upload("a.txt", b"1").json, upload("b.txt", b"2").json
    assert api("PATCH", f"/releases/assets/{second['id']}", {"name": "a.txt"}).status == 422
    renamed = api("PATCH", f"/releases/assets/{first['id']}", {"name": "c.txt", "label": "C"}).json
    assert (renamed["name"], renamed["label"]) == ("c.txt", "C")


def test_a_name_is_stored_the_way_github_writes_it(upload) -> None:
    assert upload("my%20tool(1)%2F..%2Fx.txt", b"1").json["name"] == "my.tool.1....x.txt"


def test_an_upload_needs_a_name_a_body_and_the_permission(upload, github: LocalGitHub, sample: str) -> None:
    assert upload("", b"1").status == 422
    assert upload("a.txt", b"").status == 400
    reader = github.issue_token(sample, permissions={"contents": "read"})
    refused = upload("a.txt", b"1", token=reader)
    assert (refused.status, refused.headers["x-accepted-github-permissions"]) == (403, "contents=write")


def test_lists_come_in_pages_with_links_to_the_others(api, upload, draft) -> None:
    for number in range(5):
        upload(f"{number}.txt", b"x")
    path = f"/releases/{draft['id']}/assets"
    first, second, last = (api("GET", f"{path}?per_page=2&page={page}") for page in (1, 2, 3))
    assert [[one["name"] for one in page.json] for page in (first, second, last)] == [
        ["0.txt", "1.txt"],
        ["2.txt", "3.txt"],
        ["4.txt"],
    ]
    links = [part.partition("; rel=")[2].strip('"') for part in second.headers["link"].split(", ")]
    assert links == ["prev", "next", "last", "first"]
    url = second.headers["link"].split("<")[2].split(">")[0]
    assert api("GET", "", url=url).json == last.json
    assert 'rel="next"' not in last.headers["link"]
    assert "link" not in api("GET", path).headers

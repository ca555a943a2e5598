"""Nothing that comes over the network leaves the state's folder."""

from __future__ import annotations

import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipeline.rehearsal.github import LocalGitHub
from pipeline.rehearsal.github.state import Missing

PATHS = (
    "/api/v3/repos/../../../../etc",
    "/api/v3/repos/%2e%2e/%2e%2e",
    "/api/v3/repos/..%2f..%2f..%2fetc/passwd",
    "/api/v3/repos/octo-org/..",
    "/api/v3/repos/octo-org/%2e",
    "/api/v3/repos/octo-org/sample%00",
    "/api/v3/repos/octo-org/sample/releases/../../../secret",
    "/api/v3/repos/octo-org/sample/releases/assets/..%2f..%2fsecret",
    "/api/v3/repos/octo-org/sample/contents/..%2f..%2fsecret",
    "/api/v3/repos/octo-org/sample/contents/%2fetc%2fpasswd",
    "/api/v3/repos/octo-org/sample/commits/--output=%2ftmp%2fx",
    "/api/v3/repos/octo-org/sample/commits/main%0amain",
    "/api/v3/repos/octo-org/sample/git/ref/..%2f..%2fHEAD",
    "/api/v3/repos/octo-org/sample/git/trees/--help",
    "/api/v3/repos/octo-org/sample/compare/--output=x...main",
    "/octo-org/sample/releases/download/..%2f..%2fsecret/x",
    "/octo-org/sample/tree/--output=%2ftmp%2fx",
    "/octo-org/../../secret/info/refs?service=git-upload-pack",
    "/%2e%2e/%2e%2e/info/refs?service=git-upload-pack",
    "/octo-org/sample/objects/../../secret",
    "//etc/passwd",
    "/..%2f..%2fetc/passwd",
)


@pytest.fixture
def raw(github: LocalGitHub, sample: str, tmp_path: Path):
    """Send a path exactly as written, which urllib would tidy up."""
    (tmp_path / "secret").write_text("the secret")

    def get(path: str) -> tuple[int, bytes]:
        place = urlsplit(github.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
        connection.putrequest("GET", path, skip_host=False)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()

    return get


def test_a_path_that_climbs_finds_nothing(raw, recorder) -> None:
    answers = {path: raw(path) for path in PATHS}
    recorder.exchanges.clear()  # these paths belong to no operation
    # Git is asked who it is before it is told that nothing is there.
    statuses = {path: status for path, (status, _) in answers.items() if status not in (401, 404, 422)}
    leaks = [path for path, (_, body) in answers.items() if b"the secret" in body or b"root:" in body]
    assert (statuses, leaks) == ({}, [])


def test_a_repository_cannot_be_made_outside(github: LocalGitHub, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    for name in ("../x", "octo-org/..", "octo-org/.", "octo-org/a b", "-x/y", "octo-org/", "/etc", ""):
        with pytest.raises(Missing):
            github.create_repository(name)
    assert sorted(tmp_path.iterdir()) == before


def test_names_in_bodies_stay_names(api, github: LocalGitHub, sample: str, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if "state" not in path.parts}
    draft = api("POST", "/releases", {"tag_name": "../../../escape", "draft": True}).json
    assert api("PATCH", f"/releases/{draft['id']}", {"draft": False}).status == 422
    query = "?name=..%2F..%2F..%2Fescape"
    upload = api("POST", "", b"x", url=draft["upload_url"].replace("{?name,label}", query))
    assert upload.json["name"] == ".........escape"
    head = api("GET", "/git/ref/heads/main").json["object"]["sha"]
    for name in ("refs/heads/../../../escape", "refs/heads/x.lock", "refs/heads/a\nb", "refs/heads/-x y"):
        assert api("POST", "/git/refs", {"ref": name, "sha": head}).status == 422
    entry = {"path": "../escape", "mode": "100644", "type": "blob", "content": "x"}
    assert api("POST", "/git/trees", {"tree": [entry]}).status == 422
    assert {path for path in tmp_path.rglob("*") if "state" not in path.parts} == before


def test_a_person_cannot_forge_lines_of_a_commit(api, sample: str) -> None:
    head = api("GET", "/git/ref/heads/main").json["object"]["sha"]
    tree = api("GET", f"/git/commits/{head}").json["tree"]["sha"]
    author = {"name": "x\ncommitter Evil <e> 0 +0000", "email": "a>b", "date": "2026-01-01T00:00:00Z"}
    made = api("POST", "/git/commits", {"message": "m", "tree": tree, "author": author})
    assert made.json["author"]["name"] == "xcommitter Evil e 0 +0000"

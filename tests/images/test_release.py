"""What the GitHub Release says decides tags, and is told what was published."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from actionkit.git import Git
from pipeline.rehearsal import lab
from pipeline.rehearsal.github.exchange import Request, Response
from pipeline.rehearsal.github.local import LocalGitHub

pytestmark = pytest.mark.engine

FILES = {"api.Dockerfile": "FROM scratch\nCOPY api.txt /\n", "api.txt": "api"}

Api = Callable[..., Any]


@pytest.fixture
def github(engine: lab.Engine, tmp_path: Path) -> Iterator[LocalGitHub]:
    with LocalGitHub.serve(tmp_path / "github", host=engine.address) as running:
        yield running


@pytest.fixture
def repository(github: LocalGitHub, shop) -> str:
    """The shop's repository on the local GitHub, with the tags v1.0.0 and v1.1.0."""
    shop.release("v1.0.0", FILES)
    shop.release("v1.1.0", {"api.txt": "1.1"})
    return github.create_repository(shop.name, source=shop.workspace, description="Sells things.").full_name


@pytest.fixture
def api(github: LocalGitHub, repository: str) -> Api:
    token = github.issue_token(repository, permissions={"contents": "write"})

    def ask(method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        url = f"{github.api_url}/repos/{repository}{path}"
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.request(method, url, json=body, headers=headers, timeout=20)
        answer.raise_for_status()
        return answer.json()

    return ask


def run_on(shop, github: LocalGitHub, repository: str, tag: str, *, contents: str = "write", **inputs: str):
    token = github.issue_token(repository, permissions={"contents": contents})
    addresses = ("-e", f"GITHUB_API_URL={github.api_url}", "-e", f"GITHUB_SERVER_URL={github.url}")
    return shop.run(tag, *addresses, token=token, **inputs)


def test_the_notes_get_one_section_however_often_it_runs(shop, github, repository, api, reader) -> None:
    release = api("POST", "/releases", {"tag_name": "v1.1.0", "name": "1.1.0", "body": "By hand.\n"})
    first = run_on(shop, github, repository, "v1.1.0")
    assert first.errors == []
    body = api("GET", f"/releases/{release['id']}")["body"]
    (image,) = json.loads(first.outputs["images"])
    assert body.startswith("By hand.\n\n<!-- images -->\n## Docker images\n")
    assert f"| `{image['name']}` | `1.1.0`, `1.1`, `1`, `latest` | `{image['digest']}` |" in body
    assert f"docker pull {image['name']}:1.1.0" in body

    api("PATCH", f"/releases/{release['id']}", {"body": f"{body}\nAdded later.\n"})
    second = run_on(shop, github, repository, "v1.1.0")
    assert second.errors == []
    again = api("GET", f"/releases/{release['id']}")["body"]
    assert again == f"{body}\nAdded later.\n"


def test_a_token_that_may_only_read_publishes_and_warns(shop, github, repository, api, reader) -> None:
    api("POST", "/releases", {"tag_name": "v1.1.0", "name": "1.1.0", "body": "By hand."})
    run = run_on(shop, github, repository, "v1.1.0", contents="read")
    assert (run.status, run.errors) == (0, [])
    assert "1.1.0" in reader.tags(shop.repository("api"))
    assert "::warning title=the images are published" in run.log
    assert "contents: write" in run.log


def test_a_release_marked_as_prerelease_takes_no_general_tag(shop, github, repository, api, reader) -> None:
    api("POST", "/releases", {"tag_name": "v1.1.0", "name": "1.1.0", "prerelease": True})
    run = run_on(shop, github, repository, "v1.1.0")
    assert run.errors == []
    assert reader.tags(shop.repository("api")) == ["1.1.0"]
    assert "the GitHub Release is marked as a pre-release" in run.summary


def test_a_higher_release_that_is_only_a_prerelease_holds_nothing_back(
    shop, github, repository, api, reader
) -> None:
    api("POST", "/releases", {"tag_name": "v1.1.0", "name": "1.1.0", "prerelease": True})
    api("POST", "/releases", {"tag_name": "v1.0.0", "name": "1.0.0"})
    assert run_on(shop, github, repository, "v1.1.0").errors == []
    assert run_on(shop, github, repository, "v1.0.0").errors == []
    served = {
        tag: reader.manifest(shop.repository("api"), tag)[0] for tag in reader.tags(shop.repository("api"))
    }
    assert served["latest"] == served["1"] == served["1.0"] == served["1.0.0"] != served["1.1.0"]


def test_a_higher_prerelease_that_appears_in_the_middle_gets_no_general_tag(
    shop, github, repository, api, reader
) -> None:
    place = shop.repository("api")
    assert run_on(shop, github, repository, "v1.0.0").errors == []
    other = reader.manifest(place, "1.0.0")[0]
    bare = Git(directory=github.repository(repository).git.path)

    def appear(request: Request, response: Response) -> None:
        if request.path.endswith("/releases/tags/v1.1.0") and "2.0.0" not in reader.tags(place):
            shop.release("v2.0.0")
            bare.run("fetch", "--quiet", str(shop.workspace), "refs/tags/*:refs/tags/*")
            api("POST", "/releases", {"tag_name": "v2.0.0", "name": "2.0.0", "prerelease": True})
            reader.retag(place, "1.0.0", "2.0.0")

    github.observe(appear)
    api("POST", "/releases", {"tag_name": "v1.1.0", "name": "1.1.0"})
    run = run_on(shop, github, repository, "v1.1.0")
    assert run.errors == []
    served = {tag: reader.manifest(place, tag)[0] for tag in reader.tags(place)}
    assert served["2.0.0"] == other
    assert served["latest"] == served["1"] == served["1.1.0"] != other


def test_a_prerelease_is_given_no_tag_though_a_higher_release_has_no_image_yet(
    shop, github, repository, api, reader
) -> None:
    place = shop.repository("api")
    api("POST", "/releases", {"tag_name": "v1.1.0", "name": "1.1.0"})
    assert run_on(shop, github, repository, "v1.0.0").errors == []
    assert run_on(shop, github, repository, "v1.1.0").errors == []
    reader.retag(place, "1.0.0", "2.0.0")
    for tag in ("v2.0.0", "v3.0.0"):
        shop.release(tag)
    bare = Git(directory=github.repository(repository).git.path)
    bare.run("fetch", "--quiet", str(shop.workspace), "refs/tags/*:refs/tags/*")
    api("POST", "/releases", {"tag_name": "v2.0.0", "name": "2.0.0", "prerelease": True})
    api("POST", "/releases", {"tag_name": "v3.0.0", "name": "3.0.0"})
    run = run_on(shop, github, repository, "v1.1.0")
    assert run.errors == []
    served = {tag: reader.manifest(place, tag)[0] for tag in reader.tags(place)}
    assert served["latest"] == served["1.1.0"] != served["2.0.0"]
    assert "`latest` stays where it is: 3.0.0 is higher" in run.summary


def test_a_draft_takes_no_general_tag_until_it_is_published(shop, github, repository, api, reader) -> None:
    release = api("POST", "/releases", {"tag_name": "v1.1.0", "name": "1.1.0", "draft": True})
    run_on(shop, github, repository, "v1.1.0")
    assert reader.tags(shop.repository("api")) == ["1.1.0"]
    api("PATCH", f"/releases/{release['id']}", {"draft": False})
    run_on(shop, github, repository, "v1.1.0")
    assert reader.tags(shop.repository("api")) == ["1", "1.1", "1.1.0", "latest"]


def test_no_section_is_written_where_nobody_wants_one(shop, github, repository, api) -> None:
    release = api("POST", "/releases", {"tag_name": "v1.1.0", "name": "1.1.0", "body": "By hand."})
    assert run_on(shop, github, repository, "v1.1.0", release_notes="false").errors == []
    assert api("GET", f"/releases/{release['id']}")["body"] == "By hand."

"""The pages a person opens."""

from __future__ import annotations

from pipeline.rehearsal.github import LocalGitHub


def test_a_release_has_a_page_with_its_notes_rendered_and_their_html_as_text(
    api, github: LocalGitHub
) -> None:
    body = (
        "## Features\n\n- **core**: `Vec<T>` <script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    release = api("POST", "/releases", {"tag_name": "v0.1.0", "name": "One <b>", "body": body}).json
    page = api("GET", "", url=release["html_url"], token="").body.decode()
    assert "<h2>Features</h2>" in page
    assert "<strong>core</strong>: <code>Vec&lt;T&gt;</code> &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<td>1</td>" in page
    assert "<h1>One &lt;b&gt; · octo-org/sample</h1>" in page
    assert '<span class="mark">Latest</span>' in page
    listed = api("GET", "", url=f"{github.url}/octo-org/sample/releases", token="").body.decode()
    assert '<a href="/octo-org/sample/releases/tag/v0.1.0">One &lt;b&gt;</a>' in listed


def test_the_repository_links_to_branches_tags_and_commits(api, github: LocalGitHub) -> None:
    page = api("GET", "", url=f"{github.url}/octo-org/sample", token="").body.decode()
    assert '<a href="/octo-org/sample/tree/main">main</a>' in page
    commit = api("GET", "/commits/main").json
    shown = api("GET", "", url=commit["html_url"], token="").body.decode()
    assert commit["sha"] in shown
    assert "fix: two" in shown
    assert api("GET", "", url=f"{github.url}/octo-org/sample/tree/v0.1.0", token="").status == 200


def test_a_draft_has_a_page_under_its_hidden_name_only(api, github: LocalGitHub) -> None:
    draft = api("POST", "/releases", {"tag_name": "v1.0.0", "draft": True}).json
    assert api("GET", "", url=draft["html_url"], token="").status == 200
    assert api("GET", "", url=f"{github.url}/octo-org/sample/releases/tag/v1.0.0", token="").status == 404


def test_pages_that_are_not_there_are_404(api, github: LocalGitHub) -> None:
    for path in ("", "/octo-org", "/octo-org/none", "/octo-org/sample/tree/none", "/octo-org/sample/wiki"):
        answer = api("GET", "", url=github.url + path, token="")
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actionkit.semver import Level
from pipeline.rehearsal.story.model import Decision, Image, Link, Log, Release, Story
from pipeline.rehearsal.story.page import render_page, write_page

Read = Callable[[str], Any]
_SAFE_ELEMENTS = set(
    """
    html head meta title link style body header main section footer article nav div p span strong b ol ul li
    dl dt dd pre code time table thead tbody tr th td details summary h1 h2 h3 h4 a svg path line rect text
    mark br em blockquote s hr
    """.split()  # noqa: SIM905 (a list of fifty strings does not read)
)


def test_every_page_is_well_formed(any_story: Story, read_page: Read) -> None:
    assert read_page(render_page(any_story)).faults == []


def test_no_page_holds_an_element_that_could_fetch_or_run(any_story: Story, read_page: Read) -> None:
    elements = read_page(render_page(any_story)).elements
    assert {tag for tag, _ in elements} <= _SAFE_ELEMENTS
    assert [attrs["href"] for tag, attrs in elements if tag == "link"] == ["data:,"]
    loading = {"src", "srcset", "data", "action", "poster", "background", "xlink:href", "style"}
    assert [names for _, attrs in elements if (names := loading & attrs.keys()) and names != {"style"}] == []
    assert [name for _, attrs in elements for name in attrs if name.startswith("on")] == []


def test_the_page_forbids_itself_every_request(story: Story, read_page: Read) -> None:
    policies = [
        attrs["content"]
        for tag, attrs in read_page(render_page(story)).elements
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    ]
    assert "url(" not in render_page(story)
    assert "@import" not in render_page(story)


def test_links_lead_only_to_sections_files_and_the_web(any_story: Story, read_page: Read) -> None:
    elements = read_page(render_page(any_story)).elements
    targets = [attrs["href"] for tag, attrs in elements if tag == "a" and "href" in attrs]
    ids = {f"#{attrs['id']}" for _, attrs in elements if "id" in attrs}
    sections = {target for target in targets if target.startswith("#")}
    assert sections <= ids
    assert [one for one in targets if not one.startswith(("#", "file:///", "http://", "https://"))] == []


def test_the_same_story_gives_the_same_page(any_story: Story) -> None:
    assert render_page(any_story) == render_page(any_story)


def test_hostile_text_stays_text(hostile_story: Story, read_page: Read) -> None:
    html = render_page(hostile_story)
    page = read_page(html)
    shown = "<script>alert(1)</script> @everyone red desrever {{ 7 * 7 }} &lt; \"'><img src="
    assert page.text.count(shown) >= 30
    assert [character for character in html if not character.isprintable() and character not in "\n\t"] == []


def test_what_was_decided_and_why_is_told(story: Story, read_page: Read) -> None:
    text = read_page(render_page(story)).text
    for told in (
        "v0.5.0 · octo-org/sample · rehearsal Rehearsed octo-org/sample Sample KMS 22 Nov 2026, 11:29 UTC",
        "minor 1f6b2a9 is breaking (feat(core)!), and while the version is 0.x a breaking change raises",
        "8 commits 6 files changed 3 images published 1 min 48 s in all",
        "0:21 Run workflow was pressed → release.yml workflow_dispatch, with bump: auto 0:27 v0.5.0 was",
        "8 commits since v0.4.0: 2 minor, 2 patch, 4 ignored.",
        "1f6b2a9 feat(core)!: refuse a share that is given twice breaking by ! and footer; minor while 0.x",
        "minor decides b3a4d88",
        "e9150f3 Tidy the bake file not conventional: listed ignored",
        "sample-kms-core 0.4.0 → 0.5.0 bumped inherits the workspace's version",
        "sample-kms-testing 0.0.0 kept has a version of its own; the workspace's is 0.4.0",
        '6 version = "0. 4 .0" 6 version = "0. 5 .0"',
        "v0.5.0 v0.5.0 Latest ⚠ Breaking changes core: refuse a share that is given twice ( 1f6b2a9 )",
        "127.0.0.1:5000/octo-org/sample/ kms-server 0.5.0 0.5 latest sha256:8d0f7a11c28d 31.4 MB +1.2 MB",
        "linux/amd64 docker pull 127.0.0.1:5000/octo-org/sample/kms-server@sha256:8d0f7a11c28d0f7a",
        "Compile the workspace once Compile the workspace once: 48 s 48 s",
        "Repository /home/dev/sample/rehearsal-out/github/octo-org/sample.git until the next rehearsal",
        "release.yml: Release: Release 3 lines Reading 8 commits since v0.4.0 v0.5.0 is free",
    ):
        assert told in text


def test_exactly_one_row_is_the_one_that_decided(story: Story, read_page: Read) -> None:
    rows = [attrs.get("class") for tag, attrs in read_page(render_page(story)).elements if tag == "tr"]
    assert [rows.count(name) for name in ("decided", "counted", "ignored", "moved")] == [1, 3, 5, 5]


def test_the_whole_digest_is_in_the_title_of_the_short_one(story: Story, read_page: Read) -> None:
    titles = [
        attrs.get("title", "") for tag, attrs in read_page(render_page(story)).elements if tag == "code"
    ]
    digests = [image.digest for image in story.images if isinstance(image, Image)]
    assert [title for title in titles if title.startswith("sha256:")] == digests


def test_a_local_address_is_linked_only_while_it_answers(story: Story, read_page: Read) -> None:
    def local(told: Story) -> int:
        links = (attrs.get("href", "") for tag, attrs in read_page(render_page(told)).elements if tag == "a")
        return sum(href.startswith("http://127.0.0.1:41873/") for href in links)

    assert (local(story), local(replace(story, stopped=()))) == (0, 8)


def test_a_path_is_a_link_to_the_file_with_its_odd_characters_quoted(story: Story, read_page: Read) -> None:
    told = replace(story, links=(Link(label="Logs", target="/data/a b#c"), Link(label="Odd", target="c/d")))
    hrefs = (attrs.get("href", "") for _, attrs in read_page(render_page(told)).elements)
    links = [href for href in hrefs if href.startswith("file:")]
    assert links == ["file:///data/a%20b%23c"]


def test_a_failure_shows_what_why_what_to_change_and_the_yaml_whole(
    failed_story: Story, read_page: Read
) -> None:
    html = render_page(failed_story)
    text = read_page(html).text
    assert "Failed octo-org/sample" in text
    assert (
        "The images workflow could not be started. Where .github/workflows/release.yml:92 Why GitHub" in text
    )
    assert '<pre class="paste">permissions:\n  contents: write\n  actions: write\n</pre>' in html
    assert 'id="images"' not in html


def test_before_a_decision_there_are_the_error_and_the_time(undecided_story: Story, read_page: Read) -> None:
    elements = read_page(render_page(undecided_story)).elements
    assert [attrs["id"] for tag, attrs in elements if tag == "section" and "id" in attrs] == ["time", "look"]


def test_planned_images_are_told_from_published_ones(planned_story: Story, read_page: Read) -> None:
    text = read_page(render_page(planned_story)).text
    assert "3 images planned" in text
    assert "The images were only planned. This machine runs no Docker engine" in text
    assert "127.0.0.1:5000/octo-org/sample/ kms-server 0.5.0 0.5 latest linux/amd64" in text


def test_with_nothing_to_release_the_ignored_commits_say_why(nothing_story: Story, read_page: Read) -> None:
    text = read_page(render_page(nothing_story)).text
    assert "v0.4.0 stays None of the 3 commits since v0.4.0 asks for a release." in text
    assert "Why nothing 3 commits since v0.4.0: 3 ignored." in text


def test_a_first_release_has_no_version_before_it(story: Story, read_page: Read) -> None:
    decision = Decision(version="0.1.0", tag="v0.1.0", reason="There was no release: the manifest's version.")
    text = read_page(render_page(replace(story, decision=decision))).text
    assert "v0.1.0 first release There was no release: the manifest's version." in text


def test_drafts_and_prereleases_are_labelled(story: Story, read_page: Read) -> None:
    assert isinstance(story.release, Release)
    release = replace(story.release, draft=True, prerelease=True, latest=False)
    assert "v0.5.0 v0.5.0 Draft Pre-release ⚠" in read_page(render_page(replace(story, release=release))).text


def test_of_300_commits_most_are_folded_and_none_is_lost(huge_story: Story, read_page: Read) -> None:
    html = render_page(huge_story)
    page = read_page(html)
    assert "275 more commits that weigh less" in page.text
    assert "60 more files" in page.text
    assert "25 more packages" in page.text
    assert sum("/Cargo.toml" in text for text in page.texts) == 80
    assert sum("of a long list of changes" in text for text in page.texts) == 300
    assert len(html) < 500_000


def test_of_a_long_log_the_end_is_shown(story: Story) -> None:
    text = "".join(f"line {number}\n" for number in range(40_000))
    html = render_page(replace(story, logs=(Log(title="long", text=text),)))
    assert "… 21819 lines above this are in the log&#39;s file\nline 21819\n" in html
    assert "line 39999</pre>" in html


@pytest.mark.parametrize("level", list(Level))
def test_every_level_can_decide(story: Story, level: Level, read_page: Read) -> None:
    assert isinstance(story.decision, Decision)
    assert read_page(render_page(replace(story, decision=replace(story.decision, bump=level)))).faults == []


def test_the_page_is_written_where_it_is_wanted(story: Story, tmp_path: Path) -> None:
    path = write_page(story, tmp_path / "out" / "rehearsal.html")
    assert path.read_text("utf-8") == render_page(story)

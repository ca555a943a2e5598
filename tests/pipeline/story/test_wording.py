from __future__ import annotations

import pytest

from pipeline.rehearsal.story import wording
from pipeline.rehearsal.story.model import Image, Outcome, Story
from pipeline.rehearsal.story.wording import Headline


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_914, "12.9 kB"),
        (204_118, "204 kB"),
        (999_999, "1.0 MB"),
        (31_412_077, "31.4 MB"),
        (4_200_000_000, "4.2 GB"),
        (4_200_000_000_000, "4200 GB"),
    ],
)
def test_sizes_are_in_powers_of_1000_with_three_digits(count: int, shown: str) -> None:
    assert wording.size(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (68, "1 min 08 s"),
        (3725, "1 h 02 min"),
    ],
)
def test_durations_get_coarser_as_they_get_longer(seconds: float, shown: str) -> None:
    assert wording.duration(seconds) == shown


@pytest.mark.parametrize(
    ("size", "prior", "shown"),
    [
        (31_400_000, 30_200_000, "+1.2 MB"),
        (29_900_000, 30_201_000, "\N{MINUS SIGN}301 kB"),
        (5, 5, "same"),
        (5, 0, "new"),
    ],
)
def test_a_size_is_compared_with_the_release_before(size: int, prior: int, shown: str) -> None:
    image = Image(name="a", tags=(), digest="", size=size, prior_size=prior, platforms=(), pull="")
    assert wording.size_change(image) == shown


@pytest.mark.parametrize(
    ("started", "shown"),
    [
        ("2026-11-22T11:29:04+00:00", "22 Nov 2026, 11:29 UTC"),
        ("2026-11-22T11:29:04Z", "22 Nov 2026, 11:29 UTC"),
        ("2026-01-02T03:04:05+05:30", "2 Jan 2026, 03:04 +05:30"),
        ("2026-01-02T03:04:05", "2 Jan 2026, 03:04"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_time_is_shown_with_its_zone_and_what_is_none_stays(started: str, shown: str) -> None:
    assert wording.day(started) == shown


def test_plain_text_keeps_lines_and_loses_what_steers_a_terminal_or_reorders() -> None:
    text = "\x1b]0;title\x07a\x1b[1;31mb\x1b[0m\r\nc\rd\te\x07\x9b2J\u202ef\u2066"
    assert wording.plain(text) == "ab\nc\nd\te2Jf"


def test_only_what_lies_below_a_stopped_origin_answers_no_more() -> None:
    stopped = ("http://127.0.0.1:80",)
    addresses = (
        "http://127.0.0.1:80",
        "http://127.0.0.1:80/a",
        "http://127.0.0.1:8080/a",
        "https://github.com",
    )
    assert [wording.answers(address, stopped) for address in addresses] == [False, False, True, True]


def test_the_headline_of_a_release_names_both_tags_and_the_reason(story: Story) -> None:
    assert wording.headline(story) == Headline(
        before="v0.4.0",
        after="v0.5.0",
        sentence="1f6b2a9 is breaking (feat(core)!), and while the version is 0.x "
        "a breaking change raises the minor version.",
        badge="Rehearsed",
    )


def test_the_headline_of_a_failure_says_that_it_failed(failed_story: Story) -> None:
    assert wording.headline(failed_story) == Headline(
        before="v0.4.0",
        after="v0.5.0",
        sentence="The release is published; the workflow that builds its images was not started.",
        badge="Failed",
    )


def test_a_failure_before_the_decision_has_no_version(undecided_story: Story) -> None:
    assert wording.headline(undecided_story) == Headline(
        words="No version was decided", sentence="Nothing was changed.", badge="Failed"
    )


def test_with_nothing_to_release_the_tag_stays_and_the_reason_is_told(nothing_story: Story) -> None:
    assert wording.headline(nothing_story) == Headline(
        words="v0.4.0 stays",
        sentence="None of the 3 commits since v0.4.0 asks for a release.",
        badge="Nothing to release",
    )


def test_every_outcome_has_a_badge() -> None:
    assert [wording.badge(outcome) for outcome in Outcome] == [
        "Rehearsed",
        "Nothing to release",
        "Images only planned",
        "Failed",
    ]

"""A body over GitHub's limit is cut at an entry, with a link to the rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from release.notes import LIMIT, fit_body

_NOTES = "### Features\n\n- one\n- two\n\n### Bug fixes\n\n- three\n"


def test_what_fits_stays() -> None:
    assert fit_body(_NOTES, link="L") == _NOTES


def test_it_is_cut_before_an_entry() -> None:
    long = _NOTES + "- four is long\n" * 10
    assert fit_body(long, limit=100, link="L") == (
        "### Features\n\n- one\n- two\n\n### Bug fixes\n\n- three\n\n… and more: [the rest of the notes](L)\n"
    )


def test_a_heading_whose_entries_are_cut_goes_too() -> None:
    assert fit_body(_NOTES + "x" * 99, limit=83, link="L") == (
        "### Features\n\n- one\n- two\n\n… and more: [the rest of the notes](L)\n"
    )


def test_without_a_link_it_still_says_that_there_is_more() -> None:
    assert fit_body(_NOTES, limit=40) == "### Features\n\n- one\n- two\n\n… and more.\n"


@given(st.integers(60, 400), st.lists(st.text("ab \n-#", max_size=30), max_size=30))
def test_it_never_exceeds_the_limit(limit: int, entries: list[str]) -> None:
    assert len(fit_body("".join(f"- {entry}\n" for entry in entries), limit=limit, link="L")) <= limit


def test_the_limit_is_githubs() -> None:
    assert LIMIT == 125_000

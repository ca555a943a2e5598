"""What people read."""

from __future__ import annotations

import pytest

from images.report import human_size, with_section

SECTION = "<!-- images -->\nnew table\n<!-- /images -->"


def test_the_section_is_added_at_the_end() -> None:
    assert with_section("Notes.\n", SECTION) == f"Notes.\n\n{SECTION}\n"
    assert with_section("", SECTION) == f"{SECTION}\n"


def test_a_second_run_replaces_the_section_and_nothing_else() -> None:
    body = f"Notes.\n\n{SECTION.replace('new', 'old')}\n\nWritten by hand afterwards.\n"
    once = with_section(body, SECTION)
    assert once == f"Notes.\n\n{SECTION}\n\nWritten by hand afterwards.\n"
    assert with_section(once, SECTION) == once


def test_a_section_that_somebody_broke_is_left_and_one_stands_afterwards() -> None:
    broken = "<!-- images -->\nmine now"
    body = f"Notes.\n\n{broken}\n\n{SECTION}\n\nBetween.\n\n{SECTION}\n\nEnd.\n"
    assert with_section(body, SECTION) == f"Notes.\n\n{broken}\n\n{SECTION}\n\nBetween.\n\nEnd.\n"


def test_windows_line_ends_of_notes_are_kept() -> None:
    once = with_section("One.\r\n\r\nTwo.\r\n", SECTION)
    assert once == f"One.\r\n\r\nTwo.\n\n{SECTION}\n"
    assert with_section(once, SECTION) == once


def test_notes_that_are_nearly_full_get_the_table_alone() -> None:
    fold = "<details><summary>Pull and verify</summary>"
    long = SECTION.replace("new table", f"new table\n\n{fold}\n{'x' * 1000}\n</details>")
    told = with_section("n" * 124_500, long)
    assert len(told) < 125_000
    assert told.endswith("new table\n<!-- /images -->\n")


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_500_000, "1.4 MiB"), (5 * 1024**3, "5.0 GiB")],
)
def test_sizes_are_written_for_people(size: int, text: str) -> None:
    assert human_size(size) == text

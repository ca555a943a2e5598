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


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_500_000, "1.4 MiB"), (5 * 1024**3, "5.0 GiB")],
)
def test_sizes_are_written_for_people(size: int, text: str) -> None:
    assert human_size(size) == text

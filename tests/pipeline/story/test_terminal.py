from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Final

import pytest

from pipeline.rehearsal.story.model import Story
from pipeline.rehearsal.story.terminal import render_terminal, tell, wants_colour
from pipeline.rehearsal.story.terminal.cells import width

PAGE: Final = Path("/home/dev/sample/rehearsal-out/rehearsal.html")
EXPECTED: Final = Path(__file__).with_name("expected")


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("name", ["story", "failed_story", "planned_story", "huge_story"])
def test_the_summary_reads_as_expected(name: str, request: pytest.FixtureRequest) -> None:
    story: Story = request.getfixturevalue(name)
    expected = (EXPECTED / f"{name}.txt").read_text("utf-8")
    assert render_terminal(story, page=PAGE, colour=False) == expected


def test_with_nothing_to_tell_it_is_short(empty_story: Story) -> None:
    assert render_terminal(empty_story, page=PAGE, colour=False) == (
        "Nothing to release  octo-org/sample · 22 Nov 2026, 11:29 UTC\n"
        "\n"
        "  v0.4.0 stays\n"
        "  There is no commit since v0.4.0.\n"
        "\n"
        "The page: /home/dev/sample/rehearsal-out/rehearsal.html\n"
    )


@pytest.mark.parametrize("columns", [60, 80, 100, 300])
def test_no_line_is_wider_than_the_terminal_or_a_hundred_columns(any_story: Story, columns: int) -> None:
    text = render_terminal(any_story, page=PAGE, colour=False, width=columns)
    copied = re.compile(r"https?://|/home/|javascript:|^  in |^ {9}<script|^The page: |^ +\S+$")
    wide = [line for line in text.splitlines() if width(line) > min(columns, 100) and not copied.search(line)]
    assert wide == []


def test_colour_changes_no_character(any_story: Story) -> None:
    plain = render_terminal(any_story, page=PAGE, colour=False)
    painted = render_terminal(any_story, page=PAGE, colour=True)
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_nobody_steers_the_terminal(hostile_story: Story) -> None:
    text = render_terminal(hostile_story, page=PAGE, colour=False)
    assert [character for character in text if not character.isprintable() and character != "\n"] == []


@pytest.mark.parametrize(
    ("stream", "env", "wanted"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_it_is_painted_on_a_terminal_unless_no_color_is_set(
    stream: io.StringIO, env: dict[str, str], wanted: bool
) -> None:
    assert wants_colour(stream, env) is wanted


def test_a_stream_that_cannot_write_a_character_gets_another(story: Story) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    tell(story, page=PAGE, stream=stream, env={})
    assert "  v0.4.0 ? v0.5.0  (minor)\n" in raw.getvalue().decode()

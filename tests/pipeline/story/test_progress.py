from __future__ import annotations

import io

import pytest

from pipeline.rehearsal.story.progress import Progress, progress_on


class Clock:
    """Goes on when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")


def test_without_a_terminal_every_line_is_printed_once(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Progress(stream, clock, tty=False)
    with progress.step("Make ready"):
        with progress.step("Start the engine"):
            clock.now += 6.2
            progress.tick("waiting for its socket")
        progress.note("it is the private one")
        clock.now += 62
    progress.note("done")
    assert stream.getvalue() == (
        "… Make ready\n"
        "  … Start the engine\n"
        "  ✓ Start the engine  6.2 s\n"
        "  it is the private one\n"
        "✓ Make ready  1 min 08 s\n"
        "done\n"
    )


@pytest.mark.usefixtures("columns")
def test_on_a_terminal_the_working_line_is_drawn_over(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Progress(stream, clock, tty=True)
    with progress.step("Build"):
        clock.now += 1
        progress.tick("#1 a line of the build that is far too long for this terminal")
        clock.now += 0.01
        progress.tick("#2 too soon after the last")
        clock.now += 1
    assert stream.getvalue().split("\r\x1b[K") == [
        "",
        "… Build  0.0 s",
        "… Build  1.0 s  #1 a line of the build that is far too lon…",
        "✓ Build  2.0 s\n",
    ]


@pytest.mark.usefixtures("columns")
def test_on_a_terminal_an_outer_step_leaves_its_line_above_the_inner_ones(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Progress(stream, clock, tty=True)
    with progress.step("Outer"):
        with progress.step("First"):
            clock.now += 1
        with progress.step("Second"):
            clock.now += 1
    assert seen(stream.getvalue()) == ["… Outer", "  ✓ First  1.0 s", "  ✓ Second  1.0 s", "✓ Outer  2.0 s"]


def test_a_step_that_fails_says_so_and_lets_the_error_go_on(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Progress(stream, clock, tty=False)
    with pytest.raises(ZeroDivisionError), progress.step("Divide"):
        clock.now /= 0
    assert stream.getvalue() == "… Divide\n✗ Divide  0.0 s\n"


def test_text_of_others_cannot_steer_the_terminal(clock: Clock) -> None:
    stream = io.StringIO()
    Progress(stream, clock, tty=False).note("a\x1b[2J\rb\nc")
    assert stream.getvalue() == "a b c\n"


def test_in_ci_and_on_a_dumb_terminal_nothing_is_drawn_over() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    environments: tuple[dict[str, str], ...] = ({}, {"CI": "true"}, {"TERM": "dumb"}, {"TERM": "xterm"})
    assert [progress_on(Terminal(), env).tty for env in environments] == [True, False, False, True]
    assert progress_on(io.StringIO(), {}).tty is False


def seen(written: str) -> list[str]:
    """What stays on a terminal's lines."""
    return [line.rpartition("\r\x1b[K")[2] for line in written.rstrip("\n").split("\n")]

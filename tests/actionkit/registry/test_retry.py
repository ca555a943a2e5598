"""Trying again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from actionkit.errors import CommandFailed
from actionkit.registry.answers import Answer
from actionkit.registry.retry import AskedToWait, Patience, seconds_until


class Caller:
    """Fails with each text or error in turn, then answers."""

    def __init__(self, *failures: str | CommandFailed) -> None:
        self.failures = list(failures)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.failures:
            failure = self.failures.pop(0)
            raise (
                CommandFailed("failed", returncode=1, stderr=failure) if isinstance(failure, str) else failure
            )
        return "done"


def patience(slept: list[float]) -> Patience:
    return Patience(sleep=slept.append, delays=(1, 2, 4), limited=(10, 20, 40, 80), hung=(3,))


def test_passing_trouble_is_tried_again_with_longer_waits() -> None:
    slept: list[float] = []
    assert patience(slept).attempt(Caller("502 Bad Gateway", "connection reset by peer")) == "done"
    assert slept == [1, 2]


def test_patience_ends_with_the_last_error() -> None:
    slept: list[float] = []
    with pytest.raises(CommandFailed):
        patience(slept).attempt(Caller(*["502 Bad Gateway"] * 9))
    assert slept == [1, 2, 4]


@pytest.mark.parametrize("text", ["denied: permission_denied", "authentication required", "manifest unknown"])
def test_a_refusal_is_never_tried_again(text: str) -> None:
    slept: list[float] = []
    caller = Caller(text)
    with pytest.raises(CommandFailed):
        patience(slept).attempt(caller)
    assert (caller.calls, slept) == (1, [])


def test_what_was_just_written_may_take_a_moment_to_show() -> None:
    slept: list[float] = []
    assert patience(slept).attempt(Caller("manifest unknown"), also=(Answer.MISSING,)) == "done"
    assert slept == [1]


def test_too_many_requests_are_repeated_after_longer_waits() -> None:
    slept: list[float] = []
    assert patience(slept).attempt(
        Caller("toomanyrequests: slow", "502 Bad Gateway", "429 Too Many Requests")
    )
    assert slept == [10, 2, 40]


def test_a_program_that_hangs_is_not_waited_for_all_day() -> None:
    slept: list[float] = []
    caller = Caller(*["no end after 3600 seconds"] * 9)
    with pytest.raises(CommandFailed):
        patience(slept).attempt(caller)
    assert (caller.calls, slept) == (2, [3])


def test_a_registry_that_says_how_long_to_wait_is_obeyed_up_to_two_minutes() -> None:
    slept: list[float] = []
    asked = [AskedToWait("busy", stderr="HTTP status: 429", seconds=seconds) for seconds in (40, 0, 7200)]
    assert patience(slept).attempt(Caller(*asked)) == "done"
    assert slept == [40, 2, 120]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("40", 40.0), (" 0 ", 0.0), ("-5", 0.0), ("soon", 0.0), ("", 0.0), ("1.5", 0.0)],
)
def test_a_wait_is_read_in_seconds(header: str, seconds: float) -> None:
    assert seconds_until(header, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == seconds


def test_a_wait_is_read_as_a_date() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert seconds_until(format_datetime(now + timedelta(seconds=12), usegmt=True), now) == 12
    assert seconds_until(format_datetime(now - timedelta(seconds=12), usegmt=True), now) == 0

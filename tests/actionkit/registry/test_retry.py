"""Trying again."""

from __future__ import annotations

import pytest

from actionkit.errors import CommandFailed
from actionkit.registry.answers import Answer
from actionkit.registry.retry import Patience


class Caller:
    """Fails with each text in turn, then answers."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.texts:
            raise CommandFailed("failed", returncode=1, stderr=self.texts.pop(0))
        return "done"


def patience(slept: list[float]) -> Patience:
    return Patience(sleep=slept.append, delays=(1, 2, 4))


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

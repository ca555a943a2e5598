"""Words and numbers that the page and the terminal share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from pipeline.rehearsal.story.model import Decision, Image, Outcome, PlannedImage, Story, Undecided

_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
# Controls, and the marks that reorder text so that it reads as what it is not (CVE-2021-42574)
_HIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_THOUSAND: Final = 1000
_MINUTE: Final = 60
_HOUR: Final = 3600
_TENTHS_UNTIL: Final = 10
_MINUS: Final = "\N{MINUS SIGN}"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHORT_SHA: Final = 7
_SHORT_DIGEST: Final = 12


def plain(text: str) -> str:
    """Drop what steers a terminal or reorders text; newlines and tabs stay."""
    return _HIDDEN.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def line(text: str) -> str:
    """As ``plain``, in one line."""
    return " ".join(plain(text).split())


def size(count: float) -> str:
    """Bytes for people, in powers of 1000 as registries show them: ``24.3 MB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if round(abs(count)) < _THOUSAND or unit == "GB":
            break
        count /= _THOUSAND
    return f"{count:.0f} {unit}" if unit == "B" or abs(count) >= _THOUSAND / 10 else f"{count:.1f} {unit}"


def size_change(image: Image) -> str:
    """How the size compares with the release before: ``+1.2 MB``, ``same``, ``new``."""
    if not image.prior_size:
        return "new"
    change = image.size - image.prior_size
    return "same" if change == 0 else f"{'+' if change > 0 else _MINUS}{size(abs(change))}"


def duration(seconds: float) -> str:
    """A length of time for people: ``0.4 s``, ``12 s``, ``1 min 08 s``, ``1 h 02 min``."""
    if round(seconds, 1) < _TENTHS_UNTIL:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"


def moment(seconds: float) -> str:
    """A point in time after the beginning: ``0:07``, ``1:42``."""
    return f"{int(seconds) // _MINUTE}:{int(seconds) % _MINUTE:02d}"


def day(started: str) -> str:
    """An ISO 8601 time for people, ``22 Nov 2026, 11:29 UTC``; what is none stays as it is."""
    try:
        time = datetime.fromisoformat(started)
    except ValueError:
        return line(started)
    zone = time.strftime("%z")
    shown = {"": "", "+0000": " UTC"}.get(zone, f" {zone[:3]}:{zone[3:]}")
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}, {time:%H:%M}{shown}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 commit``, ``12 commits``."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def short_sha(sha: str) -> str:
    """The first seven digits of a commit's hash."""
    return sha[:_SHORT_SHA]


def short_digest(digest: str) -> str:
    """A digest's algorithm and first twelve digits."""
    algorithm, colon, digits = digest.partition(":")
    return f"{algorithm}{colon}{digits[:_SHORT_DIGEST]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The story in a glance: ``before`` → ``after`` (either may be empty), or else ``words``; and why.

    ``badge`` is the outcome in two or three words.
    """

    before: str = ""
    after: str = ""
    words: str = ""
    sentence: str
    badge: str


def headline(story: Story) -> Headline:
    """Say what came of it and why."""
    match story.decision:
        case Decision(tag="") as decision if story.outcome is not Outcome.FAILED:
            return _nothing(story, decision)
        case Undecided() | Decision(tag=""):
            return Headline(
                words="No version was decided", sentence=_failure(story), badge=badge(story.outcome)
            )
        case Decision() as decision:
            return Headline(
                before=line(decision.prior_tag),
                after=line(decision.tag),
                sentence=_failure(story) if story.outcome is Outcome.FAILED else line(decision.reason),
                badge=badge(story.outcome),
            )
        case _ as unreachable:
            assert_never(unreachable)


def _failure(story: Story) -> str:
    return line(story.reason) or "The rehearsal stopped before its end."


def _nothing(story: Story, decision: Decision) -> Headline:
    words = f"{line(decision.prior_tag)} stays" if decision.prior_tag else "Nothing to release"
    why = line(story.reason or decision.reason)
    return Headline(words=words, sentence=why, badge=badge(story.outcome))


def badge(outcome: Outcome) -> str:
    """The outcome in two or three words."""
    match outcome:
        case Outcome.SUCCEEDED:
            return "Rehearsed"
        case Outcome.NOTHING_TO_RELEASE:
            return "Nothing to release"
        case Outcome.IMAGES_ONLY_PLANNED:
            return "Images only planned"
        case Outcome.FAILED:
            return "Failed"
        case _ as unreachable:
            assert_never(unreachable)


def published(story: Story) -> tuple[Image, ...]:
    """The images that stand in the registry."""
    return tuple(image for image in story.images if isinstance(image, Image))


def planned(story: Story) -> tuple[PlannedImage, ...]:
    """The images that would be built."""
    return tuple(image for image in story.images if isinstance(image, PlannedImage))


def is_address(target: str) -> bool:
    """Tell an address from a path."""
    return target.startswith(("http://", "https://"))


def answers(address: str, stopped: Sequence[str]) -> bool:
    """Tell whether somebody still answers at an address: its origin is not among the stopped ones."""
    return not any(address == origin or address.startswith(f"{origin.rstrip('/')}/") for origin in stopped)

"""Where the bars of the drawn timeline stand: everything in per cent of the whole time, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.rehearsal.story.model import Span, SpanKind, SpanOutcome, Story
from pipeline.rehearsal.story.wording import duration, line

_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_MOST_TICKS: Final = 6
_THINNEST: Final = 0.4  # per cent: a short step stays visible
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line across the drawing: ``at`` per cent from the left."""

    at: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One span, drawn: ``left`` and ``width`` in per cent, ready to be written into SVG."""

    name: str
    depth: int
    kind: SpanKind
    outcome: SpanOutcome
    left: str
    width: str
    took: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole drawing."""

    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]


def draw(story: Story) -> Timeline:
    """Place every span of the story."""
    whole = max(story.seconds, 0.1)
    return Timeline(ticks=_ticks(whole), bars=tuple(_bar(span, whole) for span in story.spans))


def _bar(span: Span, whole: float) -> Bar:
    width = max(100 * span.seconds / whole, _THINNEST)
    left = min(100 * span.started / whole, 100 - width)
    return Bar(
        name=line(span.name),
        depth=span.depth,
        kind=span.kind,
        outcome=span.outcome,
        left=f"{left:.2f}",
        width=f"{width:.2f}",
        took="skipped" if span.outcome is SpanOutcome.SKIPPED else duration(span.seconds),
    )


def _ticks(whole: float) -> tuple[Tick, ...]:
    step = next((step for step in _STEPS if whole / step <= _MOST_TICKS), whole / _MOST_TICKS)
    count = int(whole / step)
    return tuple(
        Tick(at=f"{100 * step * number / whole:.2f}", label=_label(step * number))
        for number in range(count + 1)
    )


def _label(seconds: float) -> str:
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    minutes, rest = divmod(whole, _MINUTE)
    return f"{minutes}:{rest:02d}" if rest else f"{minutes} min"

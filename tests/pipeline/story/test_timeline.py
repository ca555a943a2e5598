from __future__ import annotations

from dataclasses import replace

from pipeline.rehearsal.story.model import Span, SpanKind, SpanOutcome, Story
from pipeline.rehearsal.story.timeline import Bar, Tick, Timeline, draw


def test_bars_stand_in_per_cent_and_short_ones_stay_visible(story: Story) -> None:
    spans = (
        Span(name="Make ready", started=0, seconds=10, kind=SpanKind.ENGINE),
        Span(name="blink", started=39.99, seconds=0.01, depth=1),
        Span(name="not run", started=20, seconds=0, outcome=SpanOutcome.SKIPPED, kind=SpanKind.JOB),
    )
    assert draw(replace(story, spans=spans)) == Timeline(
        ticks=(
            Tick(at="0.00", label="0 s"),
            Tick(at="25.00", label="10 s"),
            Tick(at="50.00", label="20 s"),
            Tick(at="75.00", label="30 s"),
            Tick(at="100.00", label="40 s"),
        ),
        bars=(
            Bar(name="Make ready", depth=0, kind=SpanKind.ENGINE, outcome=SpanOutcome.SUCCESS,
                left="0.00", width="25.00", took="10 s"),
            Bar(name="blink", depth=1, kind=SpanKind.STEP, outcome=SpanOutcome.SUCCESS,
                left="99.60", width="0.40", took="0.0 s"),
            Bar(name="not run", depth=0, kind=SpanKind.JOB, outcome=SpanOutcome.SKIPPED,
                left="50.00", width="0.40", took="skipped"),
        ),
    )  # fmt: skip


def test_ticks_stay_few_however_long_it_takes(story: Story) -> None:
    for seconds in (0.0, 0.2, 7, 100, 5000, 100_000):
        ticks = draw(replace(story, spans=(Span(name="a", started=0, seconds=seconds),))).ticks
        assert 1 <= len(ticks) <= 7


def test_minutes_are_labelled_as_minutes(story: Story) -> None:
    ticks = draw(story).ticks
    assert [tick.label for tick in ticks] == ["0 s", "30 s", "1 min", "1:30"]

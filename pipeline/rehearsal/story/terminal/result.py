"""The second half of the summary: what came of it, how long it took, where to look."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.rehearsal.story.model import Image, Release, Span, SpanOutcome, Story
from pipeline.rehearsal.story.terminal.cells import columns, fit, joined, pad, width
from pipeline.rehearsal.story.terminal.sheet import INDENT, Sheet, Style
from pipeline.rehearsal.story.wording import (
    count,
    duration,
    line,
    plain,
    planned,
    published,
    short_digest,
    size,
    size_change,
)

_MOST_NOTES: Final = 16
_MOST_DEPTH: Final = 1  # of the spans that are shown
_BAR: Final = 30
_LABEL: Final = 26
_AMOUNTS: Final = frozenset((3, 4))
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


def release(story: Story, sheet: Sheet) -> Iterator[str]:
    """The release: its address, the first lines of its notes, its assets."""
    match story.release:
        case Release() as made:
            yield sheet.title("Release", " · ".join((line(made.title), *_kinds(made))))
            yield INDENT + line(made.url)
            yield from _notes(made, sheet)
            rows = [(line(asset.name), size(asset.size)) for asset in made.assets]
            yield from (sheet.line(joined(cells)) for cells in columns(rows, most=sheet.room, flexible=0))
        case missing if missing.reason:
            yield sheet.title("Release")
            yield from sheet.paragraph(line(missing.reason))
        case _:
            return


def images(story: Story, sheet: Sheet) -> Iterator[str]:
    """Every image with tags, digest, size and change; or what would be built."""
    if made := published(story):
        yield sheet.title("Images", f"{len(made)} published")
        yield from _named([_image(image) for image in made], sheet)
    if plans := planned(story):
        yield sheet.title("Images", f"{len(plans)} planned, none built")
        yield from _named([(line(plan.name), line(" ".join(plan.tags))) for plan in plans], sheet)


def time(story: Story, sheet: Sheet) -> Iterator[str]:
    """The outer spans as bars."""
    spans = tuple(span for span in story.spans if span.depth <= _MOST_DEPTH)
    if not spans:
        return
    whole = max(story.seconds, 0.1)
    yield sheet.title("Time", duration(story.seconds))
    rows = [(INDENT * span.depth + line(span.name), _bar(span, whole), _took(span)) for span in spans]
    laid = columns(rows, most=sheet.room, flexible=0, right=frozenset((2,)))
    for span, (name, bar, took) in zip(spans, laid, strict=True):
        failed = span.outcome is SpanOutcome.FAILURE
        name_style, bar_style = (Style.BAD, Style.BAD) if failed else (Style.PLAIN, Style.ACCENT)
        yield INDENT + joined((sheet.paint(name_style, name), sheet.paint(bar_style, bar), took))


def places(story: Story, sheet: Sheet) -> Iterator[str]:
    """Where to look, and how long it is there."""
    if not story.links:
        return
    yield sheet.title("Where to look")
    labels = [fit(line(link.label), _LABEL) for link in story.links]
    widest = max(map(width, labels))
    for label, link in zip(labels, story.links, strict=True):
        target = line(link.target)
        lives = f"  ({line(link.lives)})" if link.lives else ""
        fits = widest + width(target) + width(lives) + len(INDENT) <= sheet.room
        yield f"{INDENT}{pad(label, widest)}  {target}{sheet.paint(Style.FAINT, lives) if fits else ''}"
        if lives and not fits:
            yield sheet.line(lives.strip(), Style.FAINT, INDENT * 2 + " " * widest)


def _kinds(made: Release) -> Iterator[str]:
    kinds = (("draft", made.draft), ("pre-release", made.prerelease), ("latest", made.latest))
    yield from (word for word, applies in kinds if applies)


def _notes(made: Release, sheet: Sheet) -> Iterator[str]:
    """The notes as they were written, less what only a page can show."""
    text = _LINK.sub(r"\1", _COMMENT.sub("", plain(made.notes)))
    lines = [_ESCAPED.sub(r"\1", one).rstrip() for one in text.splitlines() if one.strip("|-: \t")]
    yield from (sheet.line(f"│ {one}", Style.FAINT) for one in lines[:_MOST_NOTES])
    if len(lines) > _MOST_NOTES:
        yield sheet.line(f"│ and {count(len(lines) - _MOST_NOTES, 'more line')}", Style.FAINT)


def _image(image: Image) -> tuple[str, ...]:
    digest = line(short_digest(image.digest))
    return (line(image.name), line(" ".join(image.tags)), digest, size(image.size), size_change(image))


def _named(rows: Sequence[tuple[str, ...]], sheet: Sheet) -> Iterator[str]:
    """A table of images; the folder that they have in common is said once, below."""
    folders = {row[0].rpartition("/")[0] for row in rows}
    folder = f"{folders.pop()}/" if len(folders) == 1 else ""
    short = [(row[0].removeprefix(folder), *row[1:]) for row in rows]
    for cells in columns(short, most=sheet.room, flexible=0, right=_AMOUNTS):
        yield sheet.line(joined(cells))
    if folder.strip("/"):
        yield INDENT + sheet.paint(Style.FAINT, f"in {folder}")


def _bar(span: Span, whole: float) -> str:
    """Draw a span in ``_BAR`` cells, a short one in one."""
    if span.outcome is SpanOutcome.SKIPPED:
        return " " * _BAR
    start = min(round(_BAR * span.started / whole), _BAR - 1)
    cells = min(max(round(_BAR * span.seconds / whole), 1), _BAR - start)
    return " " * start + "━" * cells + " " * (_BAR - start - cells)


def _took(span: Span) -> str:
    return "skipped" if span.outcome is SpanOutcome.SKIPPED else duration(span.seconds)

"""The first half of the summary: what was decided, why, and what changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from actionkit.semver import Level
from pipeline.rehearsal.story.diff import FileDiff, LineKind, read_diff
from pipeline.rehearsal.story.folding import fold_commits, is_lock, tally
from pipeline.rehearsal.story.model import Commit, Decision, Outcome, Story
from pipeline.rehearsal.story.terminal.cells import columns, fit, joined, pad
from pipeline.rehearsal.story.terminal.sheet import INDENT, Sheet, Style
from pipeline.rehearsal.story.wording import count, day, headline, line, moment, plain, short_sha

_MOST_COMMITS: Final = 14
_MOST_NAMES: Final = 12
_MOST_CHANGES: Final = 4  # lines shown of one file
_MOODS: Final[Mapping[Outcome, Style]] = {
    Outcome.SUCCEEDED: Style.GOOD,
    Outcome.NOTHING_TO_RELEASE: Style.BOLD,
    Outcome.IMAGES_ONLY_PLANNED: Style.WARN,
    Outcome.FAILED: Style.BAD,
}
_SIGNS: Final[Mapping[LineKind, tuple[str, Style]]] = {
    LineKind.REMOVED: ("-", Style.BAD),
    LineKind.ADDED: ("+", Style.GOOD),
}


def head(story: Story, sheet: Sheet) -> Iterator[str]:
    """Who, what came of it, why, and what to look at."""
    said, decision = headline(story), _decision(story)
    where = " · ".join(line(part) for part in (story.repository, story.title, day(story.started)) if part)
    yield f"{sheet.paint(_MOODS[story.outcome], said.badge)}  {fit(where, sheet.room - len(said.badge))}"
    yield ""
    bump = "" if said.words or decision.bump is Level.NONE else f"  ({decision.bump})"
    words = said.words or " → ".join(part for part in (said.before, said.after) if part)
    yield f"{INDENT}{sheet.paint(Style.BOLD, fit(words, sheet.room - len(bump)))}{bump}"
    yield from sheet.paragraph(said.sentence)
    if story.outcome is Outcome.IMAGES_ONLY_PLANNED:
        yield from sheet.paragraph(line(story.reason), Style.WARN, "! ")
    for warning in decision.warnings:
        yield from sheet.paragraph(line(warning), Style.WARN, "! ")


def problems(story: Story, sheet: Sheet) -> Iterator[str]:
    """For each: what failed, why, what to change, what to paste."""
    for problem in story.problems:
        yield from sheet.paragraph(line(problem.what), Style.BAD, "✗ ")
        for word, text in (("at", problem.place), ("why", problem.why), ("fix", problem.fix)):
            yield from sheet.paragraph(line(text), mark=f"  {word:<5}")
        yield from (f"{INDENT}{' ' * 7}{text}" for text in plain(problem.yaml).rstrip().splitlines())


def events(story: Story, sheet: Sheet) -> Iterator[str]:
    """What started what."""
    if story.events:
        yield sheet.title("What happened")
    for event in story.events:
        time = pad(moment(event.at), 5, right=True)
        started = f" → {line(event.started)}" if event.started else ""
        yield sheet.line(f"{time}  {line(event.cause)}{started}")
        if event.rule:
            yield sheet.line(line(event.rule), Style.FAINT, INDENT + " " * 7)


def commits(story: Story, sheet: Sheet) -> Iterator[str]:
    """Which commits there are, what each asks for, and by which rule."""
    decision = _decision(story)
    if not decision.commits:
        return
    since = f" since {line(decision.prior_tag)}" if decision.prior_tag else ""
    asked = ", ".join(f"{number} {_asks(level)}" for level, number in tally(decision.commits))
    yield sheet.title("Commits", f"{len(decision.commits)}{since}: {asked}")
    folded = fold_commits(decision.commits, _MOST_COMMITS)
    rows = columns([_commit(commit) for commit in folded.shown], most=sheet.room, flexible=3)
    for commit, cells in zip(folded.shown, rows, strict=True):
        yield INDENT + sheet.paint(_weight(commit), joined(cells))
    if folded.hidden:
        yield sheet.line(f"and {count(len(folded.hidden), 'more commit')} that weigh less", Style.FAINT)


def packages(story: Story, sheet: Sheet) -> Iterator[str]:
    """How many packages move, and by name those that do not."""
    decision = _decision(story)
    staying = tuple(one for one in decision.packages if one.version == one.prior_version)
    moving = len(decision.packages) - len(staying)
    if not decision.packages:
        return
    rest = f", {len(staying)} as before" if staying else ""
    yield sheet.title("Packages", f"{moving} to {decision.version}{rest}")
    rows = [(line(one.name), one.version, line(one.outcome), line(one.reason)) for one in staying]
    for cells in columns(rows[:_MOST_NAMES], most=sheet.room, flexible=3):
        yield sheet.line(joined(cells))
    if len(staying) > _MOST_NAMES:
        yield sheet.line(f"and {len(staying) - _MOST_NAMES} more", Style.FAINT)


def files(story: Story, sheet: Sheet) -> Iterator[str]:
    """Which files change, and the first changed lines of those that people write."""
    diffs = tuple(read_diff(edit) for edit in story.edits)
    if not diffs:
        return
    yield sheet.title("Files", f"{len(diffs)} changed")
    shown = diffs[:_MOST_NAMES]
    rows = columns([(line(file.path), _stat(file)) for file in shown], most=sheet.room, flexible=0)
    told: set[str] = set()
    for file, cells in zip(shown, rows, strict=True):
        yield sheet.line(joined(cells))
        yield from _changes(file, sheet, told)
    if len(diffs) > len(shown):
        yield sheet.line(f"and {count(len(diffs) - len(shown), 'more file')}", Style.FAINT)


def _decision(story: Story) -> Decision:
    return story.decision if isinstance(story.decision, Decision) else Decision()


def _asks(level: Level) -> str:
    return "ignored" if level is Level.NONE else str(level)


def _commit(commit: Commit) -> tuple[str, ...]:
    mark = "▸" if commit.decided else " "
    bump = "-" if commit.bump is Level.NONE else str(commit.bump)
    return (f"{mark} {short_sha(commit.sha)}", bump, line(commit.subject), line(commit.rule))


def _weight(commit: Commit) -> Style:
    if commit.decided:
        return Style.STRONG
    return Style.FAINT if commit.bump is Level.NONE else Style.PLAIN


def _stat(file: FileDiff) -> str:
    return f"+{file.added} -{file.removed}"


def _changes(file: FileDiff, sheet: Sheet, told: set[str]) -> Iterator[str]:
    """The changed lines that no file before has told, unless the file is a lock."""
    changed = [one for one in file.lines if one.kind in _SIGNS and one.text.strip()]
    for one in () if is_lock(file.path) else changed[:_MOST_CHANGES]:
        sign, style = _SIGNS[one.kind]
        text = f"{sign} {line(one.text)}"
        if text not in told:
            told.add(text)
            yield sheet.line(text, style, INDENT * 2)

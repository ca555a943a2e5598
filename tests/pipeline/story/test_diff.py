from __future__ import annotations

from pipeline.rehearsal.story.diff import DiffLine, FileDiff, LineKind, read_diff
from pipeline.rehearsal.story.model import Edit
from release.edits import FileEdit


def read(before: str, after: str, path: str = "Cargo.toml") -> FileDiff:
    return read_diff(Edit(path=path, diff=FileEdit(path=path, before=before, after=after).diff()))


def test_lines_are_numbered_on_both_sides_and_the_changed_word_is_marked() -> None:
    assert read('[package]\nversion = "0.4.0"\n', '[package]\nversion = "0.5.0"\n') == FileDiff(
        path="Cargo.toml",
        lines=(
            DiffLine(kind=LineKind.HUNK, head="@@ -1,2 +1,2 @@"),
            DiffLine(kind=LineKind.SAME, before=1, after=1, head="[package]"),
            DiffLine(kind=LineKind.REMOVED, before=2, head='version = "0.', changed="4", tail='.0"'),
            DiffLine(kind=LineKind.ADDED, after=2, head='version = "0.', changed="5", tail='.0"'),
        ),
        added=1,
        removed=1,
    )


def test_lines_that_share_little_are_not_marked_within() -> None:
    assert read("apples and pears\n", "something else\n").lines[1:] == (
        DiffLine(kind=LineKind.REMOVED, before=1, head="apples and pears"),
        DiffLine(kind=LineKind.ADDED, after=1, head="something else"),
    )


def test_added_lines_alone_are_not_paired() -> None:
    assert read("a\n", "a\nb\nc\n").lines[2:] == (
        DiffLine(kind=LineKind.ADDED, after=2, head="b"),
        DiffLine(kind=LineKind.ADDED, after=3, head="c"),
    )


def test_a_removed_line_that_looks_like_a_header_is_a_line() -> None:
    shown = read("-- a\nb\n", "++ a\nb\n").lines
    assert [(line.kind, line.text) for line in shown[1:]] == [
        (LineKind.REMOVED, "-- a"),
        (LineKind.ADDED, "++ a"),
        (LineKind.SAME, "b"),
    ]


def test_an_equal_text_has_no_lines() -> None:
    assert read("a\n", "a\n") == FileDiff(path="Cargo.toml", lines=(), added=0, removed=0)


def test_a_very_long_diff_is_cut_and_says_by_how_much() -> None:
    diff = read("", "".join(f"{number}\n" for number in range(1000)))
    assert (diff.added, len(diff.lines), diff.lines[-1].text) == (
        1000,
        401,
        "601 more lines in the repository",
    )

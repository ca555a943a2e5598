from __future__ import annotations

import pytest

from pipeline.rehearsal.story.terminal.cells import columns, fit, joined, pad, width


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("a\u200bb", 2), ("", 0)]
)
def test_wide_characters_take_two_cells_and_combining_ones_none(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("ab cd", 4, "ab…"),
        ("a", 0, ""),
    ],
)
def test_text_is_cut_to_its_cells(text: str, most: int, shown: str) -> None:
    assert fit(text, most) == shown


def test_text_is_padded_on_either_side() -> None:
    assert (pad("日", 4), pad("日", 4, right=True)) == ("日  ", "  日")


def test_columns_stand_below_each_other_and_the_flexible_one_gives_way() -> None:
    rows = (("a", "a long long text", "1"), ("bcd", "日本", "10"))
    laid = columns(rows, most=20, flexible=1, right=frozenset((2,)))
    assert [joined(row) for row in laid] == ["a    a long lon…   1", "bcd  日本         10"]


def test_where_the_flexible_column_is_not_enough_the_others_give_way_too() -> None:
    laid = columns((("x" * 30, "y" * 30),), most=40, flexible=0)
    assert [joined(row) for row in laid] == ["xxxxxxx…  " + "y" * 30]
    assert [len(joined(row)) for row in columns((("x" * 30, "y" * 30),), most=20, flexible=0)] == [20]


def test_no_rows_are_no_lines() -> None:
    assert columns((), most=80, flexible=0) == ()

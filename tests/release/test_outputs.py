"""Outputs stay below what GitHub passes from job to job."""

from __future__ import annotations

import json

from release.outputs import NOTES_LIMIT, PLAN_LIMIT, notes_output, plan_output


def told(*, commits: int = 1, diff: str = "d", notes: str = "n", subject: str = "s") -> dict[str, object]:
    return {
        "version": "1.0.0",
        "commits": [{"sha": "a" * 40, "subject": subject} for _ in range(commits)],
        "edits": [{"path": "Cargo.toml", "diff": diff}],
        "notes": notes,
    }


def test_a_plan_of_usual_size_is_whole() -> None:
    assert json.loads(plan_output(told())) == told()


def test_a_long_plan_goes_without_its_diffs_first() -> None:
    large = told(diff="x" * PLAN_LIMIT)
    assert json.loads(plan_output(large)) == {**large, "edits": [{"path": "Cargo.toml", "diff": ""}]}


def test_the_longest_plan_still_fits() -> None:
    text = plan_output(told(commits=20_000, notes="ü" * 2_000_000, subject="é" * 10_000))
    assert len(text.encode()) < 1_000_000
    assert json.loads(text)["version"] == "1.0.0"


def test_notes_are_cut_where_github_cuts_a_body() -> None:
    assert notes_output(told(notes="x" * NOTES_LIMIT)) == "x" * NOTES_LIMIT
    assert len(notes_output(told(notes="x" * 10 * NOTES_LIMIT))) == NOTES_LIMIT

"""Whatever people write, it is judged."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from actionkit.semver import Level
from release.commits import Commit, Treatment, judge

_FRAGMENTS = (
    "feat: see far",
    "Fix(lens)!: turn",
    "BREAKING CHANGE: mount it the other way",
    "BREAKING CHANGE:",
    "* fix: hold it tight",
    "- feat!: look",
    '* Revert "fix: hold it tight"',
    'Revert "feat: see far"',
    "This reverts commit 1234567890.",
    "(cherry picked from commit 1234567890)",
    "Release-As: 2.0.0",
    "Refs: #1, 1234567890",
    "Closes #2",
    "commit 1234567890",
    "Author: Ada",
    "```",
    "---------",
    "    feat: indented",
    "prose",
    "",
    "\0",
    "\r",
)
_MESSAGES = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_FRAGMENTS), max_size=9).map("\n".join))


def _commits(messages: list[str], author: str) -> list[Commit]:
    return [
        Commit(
            sha=f"{number:x}".rjust(40, "0"),
            parents=(f"{number + 1:x}".rjust(40, "0"),),
            author_name=author,
            author_email="who@example.org",
            message=message,
        )
        for number, message in enumerate(messages, 1)
    ]


@settings(deadline=None)  # the first example waits for an import
@given(st.lists(_MESSAGES, min_size=1, max_size=6))
def test_every_commit_has_a_judgement_that_fits_together(messages: list[str]) -> None:
    made = _commits(messages, "Ada")
    judged = judge(made)
    assert [one.commit for one in judged] == made
    for one in judged:
        highest = max(
            (change.level for change in one.changes), key=lambda level: level.rank, default=Level.NONE
        )
        assert one.level is highest
        assert bool(one.changes) == (one.treatment is Treatment.COUNTED)
        assert all(change.breaking for change in one.changes if change.level is Level.MAJOR)
        assert "\n" not in one.rule


@settings(deadline=None)
@given(st.lists(st.sampled_from(_FRAGMENTS), max_size=9).map("\n".join))
def test_no_body_of_a_bot_raises_anything(body: str) -> None:
    [judged] = judge(_commits([f"fix(deps): bump lens\n\n{body}"], "dependabot[bot]"))
    assert judged.level in (Level.PATCH, Level.NONE)

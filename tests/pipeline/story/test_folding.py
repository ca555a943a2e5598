from __future__ import annotations

from actionkit.semver import Level
from pipeline.rehearsal.story.diff import read_diff
from pipeline.rehearsal.story.folding import Folded, fold_commits, open_files, tally
from pipeline.rehearsal.story.model import Commit, Edit, Story
from release.edits import FileEdit


def commit(sha: str, bump: Level, *, decided: bool = False) -> Commit:
    return Commit(sha=sha, subject="s", bump=bump, rule="r", decided=decided)


def test_few_commits_are_all_shown() -> None:
    commits = (commit("a", Level.NONE), commit("b", Level.PATCH))
    assert fold_commits(commits, 2) == Folded(shown=commits, hidden=())


def test_of_many_the_one_that_decided_and_the_weightiest_are_shown_in_their_order() -> None:
    none, patch, minor, decided = (
        commit("a", Level.NONE),
        commit("b", Level.PATCH),
        commit("c", Level.MINOR),
        commit("d", Level.NONE, decided=True),
    )
    assert fold_commits((none, patch, minor, decided), 2) == Folded(
        shown=(minor, decided), hidden=(none, patch)
    )


def test_commits_are_counted_by_what_they_ask_for(story: Story) -> None:
    decision = story.decision
    assert tally(getattr(decision, "commits")) == ((Level.MINOR, 2), (Level.PATCH, 2), (Level.NONE, 4))  # noqa: B009


def test_short_diffs_stand_open_and_locks_do_not() -> None:
    edits = [
        FileEdit(path=path, before="", after="line\n" * lines)
        for path, lines in (
            ("Cargo.lock", 1),
            ("long.toml", 200),
            ("a.toml", 20),
            ("b.toml", 20),
            ("c.toml", 20),
        )
    ]
    files = tuple(read_diff(Edit(path=edit.path, diff=edit.diff())) for edit in edits)
    assert open_files(files) == {"a.toml", "b.toml"}

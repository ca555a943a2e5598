"""Several commits together: reverts, merges, cherry-picks, and the parts of a repository."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from actionkit.semver import Level, parse_version
from release.commits import Commit, CommitRules, Judgement, Treatment, judge

Make = Callable[..., Commit]


def _rules(judged: Sequence[Judgement]) -> list[str]:
    return [one.rule for one in judged]


def _highest(judged: Sequence[Judgement]) -> Level:
    return max((one.level for one in judged), key=lambda level: level.rank)


def _revert_of(made: Commit) -> str:
    return f'Revert "{made.subject}"\n\nThis reverts commit {made.sha}.'


def test_a_revert_cancels_what_it_reverts(commit: Make) -> None:
    feature = commit("feat: see far")
    revert = commit(_revert_of(feature))
    assert _rules(judge([revert, feature])) == [
        f"reverts {feature.short} of this release: neither counts",
        f"reverted by {revert.short}: ignored",
    ]


def test_a_revert_of_a_revert_restores(commit: Make) -> None:
    feature = commit("feat: see far")
    revert = commit(_revert_of(feature))
    again = commit(f'Revert "Revert "feat: see far""\n\nThis reverts commit {revert.sha}.')
    assert _rules(judge([again, revert, feature])) == [
        f"reverts {revert.short} of this release: neither counts",
        f"reverted by {again.short}: ignored",
        "feat → minor",
    ]


def test_git_says_reapply_for_a_revert_of_a_revert(commit: Make) -> None:
    feature = commit("feat: see far")
    revert = commit(_revert_of(feature))
    again = commit(f'Reapply "feat: see far"\n\nThis reverts commit {revert.sha}.')
    assert judge([again, revert, feature])[2].level is Level.MINOR


def test_a_rebased_reapply_is_matched_by_the_words_of_the_revert(commit: Make) -> None:
    feature = commit("feat: see far (#1)")
    revert = commit('Revert "feat: see far (#1)" (#2)')
    again = commit('Reapply "feat: see far (#1)" (#3)')
    assert [judgement.level for judgement in judge([again, revert, feature])] == [
        Level.NONE,
        Level.NONE,
        Level.MINOR,
    ]


def test_three_reverts_cancel_again(commit: Make) -> None:
    feature = commit("feat: see far")
    first = commit(_revert_of(feature))
    second = commit(_revert_of(first))
    third = commit(_revert_of(second))
    assert _highest(judge([third, second, first, feature])) is Level.NONE


def test_a_change_made_again_after_its_revert_counts(commit: Make) -> None:
    feature = commit("feat: see far", authored="1")
    revert = commit(_revert_of(feature))
    again = commit("feat: see far", authored="1")
    assert _rules(judge([again, revert, feature]))[0] == "feat → minor"


def test_a_revert_of_what_was_released_is_a_patch(commit: Make) -> None:
    [judged] = judge([commit('Revert "feat: see far"\n\nThis reverts commit 1234567890.')])
    assert (judged.level, judged.rule) == (Level.PATCH, "revert of feat → patch")
    assert [(change.type, change.description) for change in judged.changes] == [("revert", "see far")]


def test_a_revert_of_what_raised_nothing_raises_nothing(commit: Make) -> None:
    [judged] = judge([commit('Revert "ci: run twice"\n\nThis reverts commit 1234567890.')])
    assert (judged.level, judged.rule) == (Level.NONE, "revert of ci → no release")


def test_a_restored_change_that_was_released_without_counts_as_itself(commit: Make) -> None:
    for subject in ('Reapply "feat: see far"', 'Revert "Revert "feat: see far""'):
        [judged] = judge([commit(f"{subject}\n\nThis reverts commit 1234567890.")])
        assert (judged.level, judged.rule) == (Level.MINOR, "brings back a reverted change: feat → minor")


@pytest.mark.parametrize(
    "message",
    [
        'revert: "feat: see far"',
        "revert: feat: see far",
        "revert(lens): feat: see far",
        'Revert "feat: see far" (#15)',
        "revert: let us not speak of this\n\nRefs: {short}",
        "Undo it\n\nThis reverts commit {short}.",
    ],
)
def test_reverts_are_known_in_all_their_spellings(message: str, commit: Make) -> None:
    feature = commit("feat: see far")
    assert _highest(judge([commit(message.format(short=feature.short)), feature])) is Level.NONE


def test_a_commit_with_a_header_of_its_own_counts_and_cancels_what_it_takes_back(commit: Make) -> None:
    stop = commit("fix: build no image")
    again = commit(f"feat: build images again\n\nThis reverts commit {stop.sha}.")
    assert _rules(judge([again, stop])) == ["feat → minor", f"reverted by {again.short}: ignored"]


def test_a_revert_in_the_list_of_a_squash_is_not_the_whole_squash(commit: Make) -> None:
    feature = commit("feat: see far (#1)")
    squash = commit(
        f'chore!: tidy sight (#2)\n\n* Revert "feat: see far (#1)"\n\nThis reverts commit {feature.sha}.'
        "\n\n* fix: see again, but near"
    )
    assert _rules(judge([squash, feature])) == [
        "chore! → major, the highest of 2 squashed changes",
        "feat → minor",
    ]


def test_a_change_that_its_own_squash_takes_back_is_none(commit: Make) -> None:
    squash = commit(
        'fix: see (#2)\n\n* feat: look far away\n* Revert "feat: look far away"\n* fix: look near by\n'
        '* feat: glow at night\n* Revert "feat: glow at night"\n* Reapply "feat: glow at night"'
    )
    [judged] = judge([squash])
    assert [change.description for change in judged.changes] == ["see", "look near by", "glow at night"]


def test_a_reverted_pull_request_is_known_by_its_number(commit: Make) -> None:
    feature = commit("feat: see far (#12)")
    revert = commit('Revert "Far sight" (#15)\n\nReverts acme/lens#12')
    assert _highest(judge([revert, feature])) is Level.NONE


def test_a_rebased_revert_is_matched_by_its_words(commit: Make) -> None:
    feature = commit("feat: see far")
    revert = commit('Revert "feat: see far"\n\nThis reverts commit 9999999999.')
    assert _highest(judge([revert, feature])) is Level.NONE


def test_a_revert_takes_the_nearest_older_commit_of_its_words(commit: Make) -> None:
    old, new = commit("fix: turn", authored="1"), commit("fix: turn", authored="2")
    revert = commit('Revert "fix: turn"')
    assert _rules(judge([revert, new, old])) == [
        f"reverts {new.short} of this release: neither counts",
        f"reverted by {revert.short}: ignored",
        "fix → patch",
    ]


def test_a_commit_newer_than_the_revert_is_not_reverted(commit: Make) -> None:
    newer = commit("feat: see far")
    assert judge([newer, commit('Revert "feat: see far"')])[0].level is Level.MINOR


def test_a_reverted_merge_takes_its_side_back(commit: Make) -> None:
    base = commit("fix: base")
    side = commit("feat: see far", parents=(base.sha,))
    main = commit("fix: turn", parents=(base.sha,))
    merge = commit("Merge branch 'far'", parents=(main.sha, side.sha))
    revert = commit(
        f"Revert \"Merge branch 'far'\"\n\nThis reverts commit {merge.sha}, reversing\n"
        f"changes made to {main.sha}.",
        parents=(merge.sha,),
    )
    assert [str(one.level) for one in judge([revert, merge, main, side, base])] == [
        "none",
        "none",
        "patch",
        "none",
        "patch",
    ]


def test_merge_commits_are_ignored_and_what_they_merge_counts(commit: Make) -> None:
    feature = commit("feat: see far")
    merge = commit("feat: see far (#12)", parents=("a" * 40, feature.sha))
    judged = judge([merge, feature])
    assert _rules(judged) == ["merge commit: ignored, what it merges counts by itself", "feat → minor"]
    assert judged[0].treatment is Treatment.IGNORED


def test_merge_commits_count_where_a_project_wants_it(commit: Make) -> None:
    merge = commit("feat: see far (#12)", parents=("a" * 40, "b" * 40))
    assert judge([merge], rules=CommitRules(count_merges=True))[0].level is Level.MINOR


def test_release_as_counts_in_a_merge_commit(commit: Make) -> None:
    merge = commit("Merge branch 'far'\n\nRelease-As: 2.0.0", parents=("a" * 40, "b" * 40))
    assert judge([merge])[0].release_as == (parse_version("2.0.0"),)


def test_a_cherry_pick_of_the_same_release_counts_once(commit: Make) -> None:
    picked = commit("feat: see far", authored="2026-11-01T12:00:00Z")
    again = commit("feat: see far", authored="2026-11-01T12:00:00Z")
    assert _rules(judge([again, picked])) == [
        f"same change as {picked.short}: counted once",
        "feat → minor",
    ]


def test_a_cherry_pick_that_names_its_origin_counts_once(commit: Make) -> None:
    picked = commit("feat: see far")
    again = commit(f"feat: see far, on the left\n\n(cherry picked from commit {picked.sha})")
    assert _rules(judge([again, picked]))[0] == f"same change as {picked.short}: counted once"


def test_a_cherry_picked_pull_request_counts_once(commit: Make) -> None:
    picked = commit("feat: see far (#12)")
    again = commit("feat: see far (#12) (#15)")
    assert _rules(judge([again, picked]))[0] == f"same change as {picked.short}: counted once"


def test_a_revert_takes_back_all_copies_before_it(commit: Make) -> None:
    picked = commit("feat: see far")
    copy = commit("feat: see far")
    assert _highest(judge([commit(_revert_of(copy)), copy, picked])) is Level.NONE


def test_two_changes_of_the_same_words_are_two(commit: Make) -> None:
    one, two = commit("fix: typo", authored="1"), commit("fix: typo", authored="2")
    assert _rules(judge([two, one])) == ["fix → patch", "fix → patch"]


@pytest.mark.parametrize(
    ("paths", "counts"),
    [
        (("crates/lens/src/lib.rs",), True),
        (("crates/lens/src/lib.rs", "README.md"), True),
        (("crates/lens/README.md",), False),
        (("crates/lense/src/lib.rs",), False),
        (("README.md",), False),
        ((), False),
    ],
)
def test_a_path_filter_counts_commits_that_touch_the_part(
    paths: tuple[str, ...], counts: bool, commit: Make
) -> None:
    rules = CommitRules(paths=("crates/lens", "!**/README.md"))
    [judged] = judge([commit("feat: see far", paths=paths)], rules=rules)
    outside = "outside this part of the repository: ignored"
    assert judged.rule == ("feat → minor" if counts else outside)


@pytest.mark.parametrize(
    ("glob", "path", "counts"),
    [
        ("crates/*/Cargo.toml", "crates/lens/Cargo.toml", True),
        ("crates/*/Cargo.toml", "crates/lens/sub/Cargo.toml", False),
        ("crates/**/Cargo.toml", "crates/lens/sub/Cargo.toml", True),
        ("**/*.rs", "src/lib.rs", True),
        ("./src/", "src/lib.rs", True),
    ],
)
def test_path_globs_stay_in_their_folder_unless_doubled(
    glob: str, path: str, counts: bool, commit: Make
) -> None:
    [judged] = judge([commit("feat: x", paths=(path,))], rules=CommitRules(paths=(glob,)))
    assert judged.counted is counts


def test_a_scope_filter_counts_the_changes_of_the_part(commit: Make) -> None:
    squash = commit("see (#9)\n\n* feat(lens): look far away\n* fix(tube)!: hold it tight")
    [judged] = judge([squash], rules=CommitRules(scopes=("lens*",)))
    assert ([change.scope for change in judged.changes], judged.level) == (["lens"], Level.MINOR)


def test_paths_or_scopes_choose_a_part(commit: Make) -> None:
    rules = CommitRules(paths=("lens",), scopes=("lens",))
    judged = judge(
        [
            commit("feat: by path", paths=("lens/a",)),
            commit("feat(lens): by scope", paths=("tube/a",)),
            commit("feat: neither", paths=("tube/a",)),
        ],
        rules=rules,
    )
    assert [one.counted for one in judged] == [True, True, False]

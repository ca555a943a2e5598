"""One message alone: what python-semantic-release's parser and the specification make of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from actionkit.semver import Level
from release.commits import Change, Commit, CommitRules, Judgement, LevelRule, Treatment, judge

_CASES = Path(__file__).parents[2] / "cases" / "commits" / "messages.toml"
_MESSAGES = tomllib.loads(_CASES.read_text(encoding="utf-8"))["case"]

Make = Callable[..., Commit]


@pytest.mark.parametrize("case", _MESSAGES, ids=lambda case: case["rule"])
def test_message(case: dict[str, object], commit: Make) -> None:
    [judged] = judge([commit(str(case["message"]), author_name=str(case.get("author", "Ada")))])
    assert {
        "level": str(judged.level),
        "says": judged.rule,
        "changes": [_shown(change) for change in judged.changes],
    } == {"level": case["level"], "says": case["says"], "changes": case.get("changes", [])}


def _shown(change: Change) -> str:
    scope = f"({change.scope})" if change.scope else ""
    references = "".join(f" {reference.kind} {reference}" for reference in change.references)
    breaking = "".join(f" | BREAKING {text!r}" for text in change.breaking)
    return f"{change.type}{scope}: {change.description}{references}{breaking}"


def test_a_change_carries_its_commit_and_author(commit: Make) -> None:
    made = commit("feat(core): reason about graphs (#12)")
    assert judge([made]) == (
        Judgement(
            commit=made,
            level=Level.MINOR,
            rule="feat → minor",
            changes=(
                Change(
                    sha=made.sha,
                    type="feat",
                    scope="core",
                    description="reason about graphs",
                    level=Level.MINOR,
                    references=judge([made])[0].changes[0].references,
                    author_name="Ada",
                    author_email="ada@example.org",
                ),
            ),
            treatment=Treatment.COUNTED,
        ),
    )


def test_commits_that_are_not_conventional_are_listed_not_lost(commit: Make) -> None:
    [judged] = judge([commit("Polish the lenses")])
    assert (judged.treatment, judged.level, judged.counted) == (Treatment.LISTED, Level.NONE, False)


def test_a_bots_header_counts_as_written(commit: Make) -> None:
    [judged] = judge([commit("feat(deps)!: bump lens to 3", author_name="renovate[bot]")])
    assert judged.level is Level.MAJOR


@pytest.mark.parametrize(
    "who",
    [
        {"author_name": "dependabot[bot]"},
        {"author_name": "Renovate Bot", "author_email": "bot@renovateapp.example"},
        {"author_email": "49699333+dependabot[bot]@users.noreply.github.com"},
    ],
)
def test_bots_are_known_by_name_or_address(who: dict[str, str], commit: Make) -> None:
    [judged] = judge([commit("fix(deps): bump lens\n\nBREAKING CHANGE: lens is round now", **who)])
    assert (judged.level, judged.rule) == (Level.PATCH, "fix → patch; bot: breaking prose not counted")


def test_a_bots_body_is_not_split_into_changes(commit: Make) -> None:
    body = "chore(deps): bump lens\n\nRelease notes:\n\nfeat: a new lens\n\n* fix!: grind all anew"
    [judged] = judge([commit(body, author_name="dependabot[bot]")])
    assert [change.description for change in judged.changes] == ["bump lens"]


def test_types_of_a_project_get_the_levels_it_gives_them(commit: Make) -> None:
    rules = CommitRules(minor=("feat", "add"), patch=("fix", "docs"), others=("chore",))
    messages = ["add: a lens", "docs: the lens", "perf: the lens", "chore: clean"]
    assert [str(one.level) for one in judge([commit(text) for text in messages], rules=rules)] == [
        "minor",
        "patch",
        "none",
        "none",
    ]


def test_a_type_without_a_rule_raises_the_default_level(commit: Make) -> None:
    [judged] = judge([commit("polish: the lens")], rules=CommitRules(default_level=Level.PATCH))
    assert (judged.level, judged.rule) == (Level.PATCH, "polish → patch")


def test_a_projects_own_rule_goes_before_the_types(commit: Make) -> None:
    rules = CommitRules(
        levels=(
            LevelRule(type="docs", scope="readme", level=Level.PATCH),
            LevelRule(type="feat", level=Level.PATCH),
        )
    )
    judged = judge([commit("docs(README): x"), commit("feat: y"), commit("docs: z")], rules=rules)
    assert [one.rule for one in judged] == [
        "docs, by the project's own rule → patch",
        "feat, by the project's own rule → patch",
        "docs → no release",
    ]


def test_the_highest_of_the_own_rules_that_match_wins(commit: Make) -> None:
    rules = CommitRules(
        levels=(LevelRule(type="*", scope="core", level=Level.MINOR), LevelRule(type="fix", level=Level.NONE))
    )
    assert judge([commit("fix(core): x")], rules=rules)[0].level is Level.MINOR


def test_an_own_rule_lowers_a_breaking_change_only_if_it_says_breaking(commit: Make) -> None:
    about_feat = CommitRules(levels=(LevelRule(type="feat", level=Level.PATCH),))
    about_breaking = CommitRules(levels=(LevelRule(breaking=True, level=Level.MINOR),))
    assert judge([commit("feat!: x")], rules=about_feat)[0].level is Level.MAJOR
    assert judge([commit("feat!: x")], rules=about_breaking)[0].level is Level.MINOR


def test_squashes_stay_whole_when_splitting_is_off(commit: Make) -> None:
    rules = CommitRules(split_squashes=False)
    [judged] = judge([commit("fix: a (#1)\n\n* feat: b for all\n* fix: a then")], rules=rules)
    assert [change.type for change in judged.changes] == ["fix"]


def test_nothing_is_judged_without_loading_the_engine() -> None:
    assert judge([]) == ()

"""A release goes to its place in a changelog: tests/cases/changelog/<case>/{in,out}."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from actionkit.errors import ActionError
from actionkit.semver import parse_version
from release.changelog import insert_release

_CASES = Path(__file__).parents[2] / "cases" / "changelog"
_VERSION = parse_version("1.3.0")
_SECTION = "## [1.3.0](https://example.org/compare) - 2026-11-22\n\n### Features\n\n- see in the dark\n"
_NEW = "# Changelog\n\nWhat changed in each release, the latest first.\n\n"


@pytest.mark.parametrize("case", sorted(_CASES.iterdir()), ids=lambda path: path.name)
def test_the_release_is_inserted_at_its_place(case: Path) -> None:
    before = (case / "in" / "CHANGELOG.md").read_text(encoding="utf-8")
    after = (case / "out" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert insert_release(before, _SECTION, version=_VERSION) == after


@pytest.mark.parametrize("case", sorted(_CASES.iterdir()), ids=lambda path: path.name)
def test_inserting_again_changes_nothing(case: Path) -> None:
    after = (case / "out" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert insert_release(after, _SECTION, version=_VERSION) == after


@pytest.mark.parametrize(
    "heading",
    [
        "## 1.3.0",
        "# v1.3.0 (today)",
        "## [1.3.0] - x",
        "### Version 1.3.0",
        "## lens-v1.3.0",
        "1.3.0\n-----",
        "v1.3.0:",
    ],
)
def test_a_version_that_is_there_already_is_not_inserted(heading: str) -> None:
    text = f"# Changelog\n\n{heading}\n\n- by hand\n\n## 1.2.0\n"
    assert insert_release(text, _SECTION, version=_VERSION) == text


@pytest.mark.parametrize("heading", ["## 1.3.0-rc.1", "## 11.3.0", "## 1.3.01", "## 1.3.0.1"])
def test_another_version_is_not_taken_for_it(heading: str) -> None:
    text = f"# Changelog\n\n{heading}\n\n- by hand\n"
    assert "## [1.3.0](" in insert_release(f"{text}\n## 1.2.0\n", _SECTION, version=_VERSION)


@pytest.mark.parametrize(
    "heading",
    ["## Unreleased", "## [Unreleased] - ReleaseDate", "# Unreleased changes", "## Next release", "## TBD"],
)
def test_what_is_not_released_yet_goes_by_many_names(heading: str) -> None:
    after = insert_release(f"{heading}\n\n- by hand\n", _SECTION, version=_VERSION)
    assert after.startswith(f"{heading}\n\n#")


@pytest.mark.parametrize("heading", ["## Main ideas", "## Next steps", "## Heading"])
def test_other_headings_are_not_taken_for_it(heading: str) -> None:
    text = f"{heading}\n\n- by hand\n\n## 1.2.0\n"
    assert insert_release(text, _SECTION, version=_VERSION).startswith(
        f"{heading}\n\n- by hand\n\n## [1.3.0]"
    )


def test_an_empty_text_becomes_a_new_file() -> None:
    assert insert_release("", _SECTION, version=_VERSION) == _NEW + _SECTION


def test_a_byte_order_mark_stays_in_front() -> None:
    mark = "\ufeff"
    assert insert_release(mark, _SECTION, version=_VERSION) == mark + _NEW + _SECTION
    text = f"{mark}## 1.2.0\n\n- x\n"
    assert insert_release(text, _SECTION, version=_VERSION) == f"{mark}{_SECTION}\n## 1.2.0\n\n- x\n"


def test_crlf_stays_crlf() -> None:
    text = "# Changelog\r\n\r\n## [Unreleased]\r\n\r\n- by hand\r\n\r\n## 1.2.0\r\n"
    after = insert_release(text, _SECTION, version=_VERSION)
    assert after.replace("\r\n", "").count("\n") == 0
    assert after.replace("\r\n", "\n") == insert_release(
        text.replace("\r\n", "\n"), _SECTION, version=_VERSION
    )


def test_a_missing_final_newline_is_added_only_where_it_parts() -> None:
    assert insert_release("# Changelog", _SECTION, version=_VERSION) == f"# Changelog\n\n{_SECTION}"
    assert insert_release("## 1.2.0\n\n- x", _SECTION, version=_VERSION) == f"{_SECTION}\n## 1.2.0\n\n- x"


def test_a_mark_of_ones_own_is_found() -> None:
    text = "Prose.\n\n.. here\n\nMore prose.\n"
    assert insert_release(text, _SECTION, version=_VERSION, flag=".. here") == (
        f"Prose.\n\n.. here\n\n{_SECTION}\nMore prose.\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "We tell what we did.\n",
        "# Changelog\n\n## News\n\n- x\n",
        "# One\n\n# Two\n",
        "## Features\n\n- x\n",
        "- 1.2.0 was good\n",
    ],
)
def test_a_changelog_without_a_place_is_an_error_not_silence(text: str) -> None:
    with pytest.raises(ActionError, match=r"no place for a release found in docs/NEWS\.md") as caught:
        insert_release(text, _SECTION, version=_VERSION, path="docs/NEWS.md")
    assert (caught.value.file, caught.value.line) == ("docs/NEWS.md", 1)


_LINES = st.lists(
    st.sampled_from(
        [
            "",
            "text",
            "# Changelog",
            "## [Unreleased]",
            "## [1.2.0] - 2026-10-01",
            "### Added",
            "- entry",
            "1.1.0 - 2026-09-01",
            "-----",
            "```",
            "<!-- version list -->",
            "<!--",
            "-->",
            "[1.2.0]: https://example.org",
            "  indented  ",
        ]
    ),
    max_size=15,
)


@given(_LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_people_wrote_stays_byte_for_byte(lines: list[str], newline: str, ended: bool) -> None:
    text = newline.join(lines) + (newline if ended else "")
    assume(text.strip())
    try:
        after = insert_release(text, _SECTION, version=_VERSION)
    except ActionError:
        return
    left = iter(after)
    assert all(letter in left for letter in text)
    assert insert_release(after, _SECTION, version=_VERSION) == after

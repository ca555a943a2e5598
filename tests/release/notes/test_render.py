"""Notes and changelog sections from a history, whole: tests/cases/notes/<case>/{in,out}."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from actionkit.errors import ActionError
from actionkit.semver import Version, parse_version
from release.commits import Commit, judge
from release.notes import Contributor, Links, Section, render_notes, render_section

_CASES = Path(__file__).parents[2] / "cases" / "notes"
_VERSION = parse_version("1.3.0")
_LINKS = Links(repository="acme/lens", tag="v1.3.0", prior_tag="v1.2.0")


def _commits(history: dict[str, Any]) -> tuple[Commit, ...]:
    """Newest first, as in the file; a commit of the case has a message and, if it matters, more."""
    return tuple(
        Commit(
            sha=f"{len(history['commit']) - number:x}".rjust(3, "0").ljust(40, "a"),
            parents=tuple(one.get("parents", ["f" * 40])),
            author_name=one.get("author", "Ada"),
            author_email=one.get("email", "ada@example.org"),
            message=one["message"],
        )
        for number, one in enumerate(history["commit"])
    )


@pytest.mark.parametrize("case", sorted(_CASES.iterdir()), ids=lambda path: path.name)
def test_notes_are_those_of_the_case(case: Path) -> None:
    history = tomllib.loads((case / "in" / "history.toml").read_text(encoding="utf-8"))
    judged = judge(_commits(history))
    version: Version = parse_version(history["version"])
    links = Links(**history["links"])
    people = tuple(Contributor(**person) for person in history.get("contributor", []))
    notes = render_notes(judged, version=version, date="2026-11-22", links=links, contributors=people)
    section = render_section(judged, version=version, date="2026-11-22", links=links)
    assert (notes, section) == (
        (case / "out" / "notes.md").read_text(encoding="utf-8"),
        (case / "out" / "section.md").read_text(encoding="utf-8"),
    )


def _judged(*messages: str) -> Any:
    return judge(_commits({"commit": [{"message": message} for message in messages]}))


def test_a_project_names_its_own_sections() -> None:
    sections = (Section(title="Added", types=("feat",)), Section(title="Changed", types=("*",)))
    text = render_section(
        _judged("feat: a", "chore: b", "fix: c"),
        version=_VERSION,
        date="2026-11-22",
        links=Links(tag="v1.3.0"),
        sections=sections,
    )
    assert text == (
        "## 1.3.0 - 2026-11-22\n\n### Added\n\n- a (003aaaa)\n\n### Changed\n\n- b (002aaaa)\n- c (001aaaa)\n"
    )


def test_messages_that_are_excluded_are_not_told_unless_they_raise_the_version() -> None:
    text = render_section(
        _judged("polish: secret", "feat: secret", "polish: open"),
        version=_VERSION,
        date="2026-11-22",
        links=Links(tag="v1.3.0"),
        exclude=(r"\w+: secret",),
    )
    assert text == (
        "## 1.3.0 - 2026-11-22\n\n### Features\n\n- secret (002aaaa)\n"
        "\n### Other changes\n\n- open (001aaaa)\n"
    )


def test_a_template_of_ones_own_sees_everything() -> None:
    template = (
        "{{ version }} {{ tag }} {{ prior_tag }} {{ date }} {{ links.comparison }}\n"
        "{% for entry in breaking %}\n!{{ entry.scope }}/{{ entry.text }}/{{ entry.commits[0] }}\n"
        "{% endfor %}\n"
        "{% for group in groups %}\n{{ group.title }}:\n{% for entry in group.entries %}\n{{ entry }}\n"
        "{% endfor %}\n{% endfor %}\n"
        "{% for person in contributors %}\n{{ person }}\n{% endfor %}\n"
    )
    text = render_notes(
        _judged("feat(tube)!: a", "fix: b"),
        version=_VERSION,
        date="2026-11-22",
        links=_LINKS,
        contributors=(Contributor(name="Ada", login="ada"),),
        template=template,
    )
    assert text == (
        "1.3.0 v1.3.0 v1.2.0 2026-11-22 https://github.com/acme/lens/compare/v1.2.0...v1.3.0\n"
        f"!tube/a/[002aaaa](https://github.com/acme/lens/commit/002{'a' * 37})\n"
        "Bug fixes:\n"
        f"- b ([001aaaa](https://github.com/acme/lens/commit/001{'a' * 37}))\n"
        "@ada\n"
    )


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ verison }}", "'verison' is undefined"),
        ("{% if %}", "Expected an expression, got 'end of statement block'"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ date + 1 }}", 'can only concatenate str (not "int") to str'),
        ("{% include 'head.j2' %}", "no loader for this environment specified"),
        ("{{ links.__class__.__mro__ }}", "access to attribute '__class__' of 'Links' object is unsafe."),
    ],
)
def test_a_template_that_is_wrong_is_told_and_cannot_reach_out(template: str, why: str) -> None:
    with pytest.raises(ActionError, match="template of the release notes") as caught:
        render_notes(_judged("feat: a"), version=_VERSION, date="2026-11-22", links=_LINKS, template=template)
    assert caught.value.why == why

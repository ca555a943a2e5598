"""The story as one self-contained HTML page: no script, no request, readable on paper and in the dark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.rehearsal.story import wording
from pipeline.rehearsal.story.diff import read_diff
from pipeline.rehearsal.story.folding import fold_commits, open_files, tally
from pipeline.rehearsal.story.model import Decision, Link, Release, Story
from pipeline.rehearsal.story.notes import render_notes
from pipeline.rehearsal.story.timeline import draw

_TEMPLATES: Final = Path(__file__).with_name("templates")
_SUBJECT: Final = re.compile(r"(?P<type>\w+(?:\([^()]*\))?!?:)\s+(?P<rest>.+)")
_LONGEST_LOG: Final = 200_000  # characters; the end is what a reader wants
_LONG_TABLE: Final = 15
_LONG_LIST: Final = 20


class Fact(NamedTuple):
    """A number in the headline, and the section that it leads to."""

    number: str
    label: str
    section: str


class Where(NamedTuple):
    """A link's target as written and, when it can be followed, as an address."""

    label: str
    target: str
    address: str
    lives: str


def write_page(story: Story, path: Path) -> Path:
    """Write the page to ``path``, folders included, and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_page(story), encoding="utf-8")
    return path


def render_page(story: Story) -> str:
    """Render the whole page; the same story gives the same text."""
    return _environment().get_template("page.html").render(_view(story))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    names = ("line", "size", "size_change", "duration", "moment", "day", "short_sha", "short_digest")
    environment.filters |= {name: getattr(wording, name) for name in names}
    environment.filters |= {
        "counted": wording.count,
        "count_lines": _count_lines,
        "subject": _subject,
        "tail": _tail,
    }
    return environment


def _shown(value: object) -> object:
    """Let nothing into the page that steers a terminal or reorders text."""
    return wording.plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _view(story: Story) -> Mapping[str, Any]:
    decision = story.decision if isinstance(story.decision, Decision) else Decision()
    files = tuple(read_diff(edit) for edit in story.edits)
    return {
        "story": story,
        "headline": wording.headline(story),
        "facts": _facts(story, decision),
        "decision": decision,
        "commits": fold_commits(decision.commits),
        "tally": tally(decision.commits),
        "files": files,
        "open": open_files(files),
        "release": story.release if isinstance(story.release, Release) else "",
        "release_address": _release_address(story),
        "notes": _notes(story),
        "published": wording.published(story),
        "planned": wording.planned(story),
        "timeline": draw(story),
        "places": tuple(_where(link, story) for link in story.links),
        "long_table": _LONG_TABLE,
        "long_list": _LONG_LIST,
    }


def _facts(story: Story, decision: Decision) -> tuple[Fact, ...]:
    commits, files, images = len(decision.commits), len(story.edits), len(story.images)
    built = len(wording.published(story))
    facts = (
        Fact(str(commits), "commit" if commits == 1 else "commits", "why" if commits else ""),
        Fact(str(files), "file changed" if files == 1 else "files changed", "files" if files else ""),
        Fact(str(images), _images_label(images, built), "images" if images else ""),
        Fact(wording.duration(story.seconds), "in all", "time" if story.spans else ""),
    )
    return tuple(fact for fact in facts if fact.section)


def _images_label(images: int, built: int) -> str:
    noun = "image" if images == 1 else "images"
    return f"{noun} published" if built == images else f"{noun} planned"


def _release_address(story: Story) -> str:
    url = story.release.url if isinstance(story.release, Release) else ""
    return url if wording.is_address(url) and wording.answers(url, story.stopped) else ""


def _notes(story: Story) -> Markup:
    if not isinstance(story.release, Release):
        return Markup("")
    html = render_notes(story.release.notes, url=story.release.url, stopped=story.stopped)
    return Markup(html)  # noqa: S704 (render_notes lets no markup of others through)


def _where(link: Link, story: Story) -> Where:
    target = wording.line(link.target)
    if wording.is_address(target):
        address = target if wording.answers(target, story.stopped) else ""
    else:
        address = Path(target).as_uri() if Path(target).is_absolute() else ""
    return Where(label=link.label, target=target, address=address, lives=link.lives)


def _subject(text: str) -> tuple[str, str]:
    """Part a commit's subject into its type and the rest; the type is empty when there is none."""
    whole = wording.line(text)
    found = _SUBJECT.fullmatch(whole)
    return (found["type"], found["rest"]) if found else ("", whole)


def _count_lines(text: str) -> int:
    return len(text.strip().splitlines())


def _tail(text: str) -> str:
    whole = wording.plain(text).strip("\n")
    if len(whole) <= _LONGEST_LOG:
        return whole
    kept = whole[-_LONGEST_LOG:].partition("\n")[2]
    return f"… {whole.count(chr(10)) - kept.count(chr(10))} lines above this are in the log's file\n{kept}"

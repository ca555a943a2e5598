"""The texts of a release: notes, the changelog's section, the commit's message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from actionkit.errors import InputError
from actionkit.semver import Version
from release.changelog import insert_release
from release.commits import Judgement
from release.edits import FileEdit
from release.notes import Links, render_notes, render_section
from release.situation import Situation
from release.snapshot import FirstRelease, Merged, Snapshot

# ours; semantic-release's two spellings (https://github.com/semantic-release/git#message)
_PLACE: Final = re.compile(r"\$\{\s*([\w.]+)\s*\}|<%=\s*([\w.]+)\s*%>|\{(version|tag)\}")


def write_notes(situation: Situation, judgements: Sequence[Judgement], version: Version, links: Links) -> str:
    """Write the release notes, with the project's own template where it names one."""
    settings = situation.settings
    return render_notes(
        judgements,
        version=version,
        date=situation.place.date,
        links=links,
        contributors=situation.contributors,
        sections=settings.sections,
        exclude=settings.exclude,
        template=_template(situation, settings.notes_template),
    )


def write_changelog(
    situation: Situation, judgements: Sequence[Judgement], version: Version, links: Links
) -> tuple[FileEdit, ...]:
    """Insert the release's section into the changelog; no edit where there is to be none."""
    settings = situation.settings
    if not settings.changelog:
        return ()
    _refuse_what_is_no_file(settings.changelog, situation.snapshot)
    section = render_section(
        judgements,
        version=version,
        date=situation.place.date,
        links=links,
        sections=settings.sections,
        exclude=settings.exclude,
        template=_template(situation, settings.changelog_template),
    )
    before = situation.snapshot.files.get(settings.changelog, "")
    flag = {"flag": settings.insertion_flag} if settings.insertion_flag else {}
    after = insert_release(before, section, version=version, path=settings.changelog, **flag)
    return (FileEdit(path=settings.changelog, before=before, after=after),) if after != before else ()


def write_commit_message(situation: Situation, version: Version, tag: str, notes: str) -> str:
    """Fill the commit's message; braces that mean nothing here stay as they are."""
    values = {
        "version": str(version),
        "tag": tag,
        "nextRelease.version": str(version),
        "nextRelease.gitTag": tag,
        "nextRelease.name": tag,
        "nextRelease.notes": notes,
        "branch": situation.snapshot.branch,
        "branch.name": situation.snapshot.branch,
    }
    match situation.snapshot.prior:
        case Merged(version=prior, tag=prior_tag):
            values |= {"lastRelease.version": str(prior), "lastRelease.gitTag": prior_tag.name}
        case FirstRelease():
            values |= {"lastRelease.version": "", "lastRelease.gitTag": ""}
    text = _PLACE.sub(
        lambda found: values.get(found[found.lastindex or 0], found[0]), situation.settings.commit_message
    )
    return f"{text.rstrip()}\n"


def _refuse_what_is_no_file(path: str, snapshot: Snapshot) -> None:
    """Raise InputError where writing ``path`` would replace a link, a submodule, or a whole folder."""
    parents = {str(parent) for parent in PurePosixPath(path).parents}
    below = any(other.startswith(f"{path}/") for other in snapshot.tracked | snapshot.others)
    if below or path in snapshot.others or parents & (snapshot.tracked | snapshot.others):
        raise InputError(
            f"the changelog {path} is no file, and cannot become one",
            why="a folder, a link or a submodule stands there, or a file where a folder is needed",
            fix="name the file itself",
            yaml="with:\n  changelog: CHANGELOG.md",
        )


def _template(situation: Situation, path: str) -> str:
    if not path:
        return ""
    if path not in situation.snapshot.files:
        raise InputError(
            f"the template {path} is not in the repository",
            fix="commit it, or correct the path; it is relative to the repository's root",
        )
    return situation.snapshot.files[path]

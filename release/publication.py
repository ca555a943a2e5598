"""The GitHub Release as a value, and the tag that remembers it.

An annotated tag of ours holds the notes and ends in the trailers ``Prior-Tag:`` and ``Draft:``. A run that
died after the push left that tag, so the next run reads there what is still to publish: nothing is kept
anywhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from actionkit.forge.releases import MakeLatest, ReleaseText
from actionkit.git import Tag
from actionkit.semver import Version

_PRIOR: Final = "Prior-Tag:"
_DRAFT: Final = "Draft:"
_NONE: Final = "none"
_TRAILERS: Final = re.compile(
    rf"\A(?P<title>[^\n]*)\n\n(?P<notes>.*)\n\n{_PRIOR} (?P<prior>\S+)\n{_DRAFT} (?P<draft>true|false)\n*"
    r"(?:-----BEGIN .*)?\Z",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is to stand on GitHub for ``tag``.

    ``prior_tag`` is empty for a first release; ``make_latest`` is GitHub's own word; with ``draft`` the
    release stays unpublished.
    """

    version: Version
    tag: str
    prior_tag: str
    notes: str
    body: str
    make_latest: MakeLatest
    draft: bool

    @property
    def text(self) -> ReleaseText:
        """Title, body and pre-release flag."""
        return ReleaseText(title=self.tag, body=self.body, prerelease=self.version.prerelease is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What a tag of ours says: notes, the release before it (empty: none), whether to stay a draft."""

    notes: str
    prior_tag: str
    draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOurs:
    """A tag that somebody else made: it is never finished, only counted."""

    tag: str


def tag_message(publication: Publication) -> str:
    """Write the message of an annotated tag: name, notes, trailers."""
    trailers = f"{_PRIOR} {publication.prior_tag or _NONE}\n{_DRAFT} {str(publication.draft).lower()}"
    return f"{publication.tag}\n\n{publication.notes.strip()}\n\n{trailers}\n"


def remembered(tag: Tag) -> Remembered | NotOurs:
    """Read back what ``tag_message`` wrote; a signature below it is left out."""
    found = _TRAILERS.match(tag.message)
    if not found:
        return NotOurs(tag=tag.name)
    return Remembered(
        notes=found["notes"].strip(),
        prior_tag="" if found["prior"] == _NONE else found["prior"],
        draft=found["draft"] == "true",
    )

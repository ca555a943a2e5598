"""Who made the release: authors and co-authors, without bots."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from release.commits.changes import is_bot
from release.commits.model import CommitRules, Judgement, Treatment

_CO_AUTHOR: Final = re.compile(
    r"^Co-authored-by:[ \t]*(?P<name>[^<\n]+?)[ \t]*<(?P<email>[^>\n]+)>", re.MULTILINE | re.IGNORECASE
)
_DEFAULT: Final = CommitRules()


def author_names(
    judgements: Sequence[Judgement], *, rules: CommitRules = _DEFAULT
) -> tuple[tuple[str, str], ...]:
    """Name and address of everybody with a part in the release, in order of appearance, each once."""
    people: dict[str, tuple[str, str]] = {}
    for judgement in judgements:
        if judgement.treatment is Treatment.IGNORED or is_bot(judgement.commit, rules):
            continue
        commit = judgement.commit
        others = [(found["name"], found["email"]) for found in _CO_AUTHOR.finditer(commit.message)]
        for name, email in [(commit.author_name, commit.author_email), *others]:
            people.setdefault(email.lower(), (name, email))
    return tuple(people.values())

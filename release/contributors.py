"""Who contributed to a release, as far as GitHub knows: one query, and no release fails for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from actionkit.errors import ActionError
from actionkit.forge import Forge
from actionkit.forge.people import Person, Written, look_up
from actionkit.git import Commit
from release.commits import CommitRules
from release.commits.changes import is_bot
from release.notes import Contributor
from release.snapshot import Merged, Snapshot

_MOST: Final = 100
"""People in one query; GitHub limits a query's nodes, and nobody reads a longer list."""


def find_contributors(forge: Forge, snapshot: Snapshot, rules: CommitRules) -> tuple[Contributor, ...]:
    """Look up the authors of the snapshot's commits, without bots and merges, in order of appearance.

    Best effort: where GitHub does not answer, nobody is named.
    """
    authors = tuple(_authors(snapshot.commits, rules))[:_MOST]
    prior = snapshot.prior.tag.commit_sha if isinstance(snapshot.prior, Merged) else ""
    asked = tuple(Written(sha=commit.sha, email=commit.author_email) for commit in authors)
    try:
        people = look_up(forge, asked, prior) if asked else ()
    except (ActionError, KeyError, TypeError):
        return ()
    return tuple(_contributor(commit, person) for commit, person in zip(authors, people, strict=True))


def _authors(commits: Iterable[Commit], rules: CommitRules) -> Iterable[Commit]:
    """Give each person's earliest commit: it is the one a first pull request brought."""
    earliest: dict[str, Commit] = {}
    for commit in commits:
        if not commit.is_merge and not is_bot(commit, rules):
            earliest[commit.author_email.lower()] = commit
    return earliest.values()


def _contributor(commit: Commit, person: Person) -> Contributor:
    return Contributor(
        name=commit.author_name,
        login=person.login,
        first_time=person.first_time,
        first_pull_request=person.pull_request if person.first_time else 0,
    )

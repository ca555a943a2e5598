"""Who contributed to a release, as far as GitHub knows: one query, and no release fails for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from actionkit.errors import ActionError
from actionkit.forge import Forge
from actionkit.forge.people import Person, Written, look_up
from actionkit.git import Commit
from release.commits import CommitRules
from release.commits.changes import is_bot
from release.commits.filters import has_scope, touches
from release.commits.message import Header, read_header
from release.notes import Contributor, co_authors, login_of
from release.snapshot import Merged, Snapshot

_MOST: Final = 100
"""People in one query, whose nodes GitHub limits; the others are named as their commits name them."""
_UNKNOWN: Final = Person(login="", pull_request=0, first_time=False)


def find_contributors(forge: Forge, snapshot: Snapshot, rules: CommitRules) -> tuple[Contributor, ...]:
    """Look up the authors of the snapshot's commits, without bots and merges, in order of appearance.

    Best effort: where GitHub does not answer, nobody is named.
    """
    authors = tuple(_authors(snapshot.commits, rules))
    prior = snapshot.prior.tag.commit_sha if isinstance(snapshot.prior, Merged) else ""
    asked = tuple(Written(sha=commit.sha, email=commit.author_email) for commit in authors[:_MOST])
    try:
        people = look_up(forge, asked, prior) if asked else ()
    except (ActionError, KeyError, TypeError):
        return ()
    known = (*people, *(_UNKNOWN for _ in authors[len(people) :]))
    found = (
        *(_contributor(commit, person) for commit, person in zip(authors, known, strict=True)),
        *_helpers(snapshot.commits, rules, {commit.author_email.lower() for commit in authors}),
    )
    return tuple(_each_once(found))


def _authors(commits: Iterable[Commit], rules: CommitRules) -> Iterable[Commit]:
    """Give each person's earliest commit: it is the one a first pull request brought."""
    earliest: dict[str, Commit] = {}
    for commit in commits:
        if _counts(commit, rules):
            earliest[commit.author_email.lower()] = commit
    return earliest.values()


def _helpers(commits: Iterable[Commit], rules: CommitRules, known: set[str]) -> Iterator[Contributor]:
    """Give those who are only co-authors, each once; the query asks for authors alone."""
    told = set(known)
    for commit in filter(lambda one: _counts(one, rules), commits):
        for name, email in co_authors(commit):
            written = replace(commit, author_name=name, author_email=email)
            if email.lower() not in told and not is_bot(written, rules):
                told.add(email.lower())
                yield Contributor(name=name, login=login_of(email))


def _counts(commit: Commit, rules: CommitRules) -> bool:
    return not commit.is_merge and not is_bot(commit, rules) and _in_part(commit, rules)


def _each_once(found: Iterable[Contributor]) -> Iterable[Contributor]:
    """Join the addresses of one person; new is who is new with all of them."""
    people: dict[str, Contributor] = {}
    for one in found:
        before = people.setdefault(str(one).lower(), one)
        if before.first_time and not one.first_time:
            people[str(one).lower()] = one
    return people.values()


def _in_part(commit: Commit, rules: CommitRules) -> bool:
    """Whether the commit belongs to the part of the repository that is released, if it is a part."""
    if not rules.paths and not rules.scopes:
        return True
    header = read_header(commit.subject)
    return touches(commit, rules) or (isinstance(header, Header) and has_scope(header.scope, rules))


def _contributor(commit: Commit, person: Person) -> Contributor:
    return Contributor(
        name=commit.author_name,
        login=person.login,
        first_time=person.first_time,
        first_pull_request=person.pull_request if person.first_time else 0,
    )

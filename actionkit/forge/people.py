"""Who wrote commits: logins, first pull requests, and who is new, in one batched GraphQL query.

Source: https://docs.github.com/graphql/reference/objects#commit
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actionkit.forge.client import Forge


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A commit by the author with this address: the question that is asked about a person."""

    sha: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What GitHub knows: ``login`` and ``pull_request`` are empty and 0 where it knows nothing."""

    login: str
    pull_request: int
    first_time: bool


def look_up(forge: Forge, commits: Sequence[Written], prior_sha: str) -> tuple[Person, ...]:
    """Look up the author of each of ``commits``; who has no commit up to ``prior_sha`` is new.

    Without ``prior_sha``, at a first release, nobody is called new.
    """
    owner, name = forge.repository.split("/")
    variables = {"owner": owner, "name": name} | {f"e{i}": [one.email] for i, one in enumerate(commits)}
    with forge.doing("look up the contributors", permission="contents: read"):
        _, data = forge.repo.requester.graphql_query(_query(commits, prior_sha), variables)
    found = data["data"]["repository"]
    return tuple(_person(found, index, known=bool(prior_sha)) for index in range(len(commits)))


def _query(commits: Sequence[Written], prior_sha: str) -> str:
    declared = "".join(f", $e{index}: [String!]" for index in range(len(commits)))
    asked = " ".join(
        f'c{index}: object(oid: "{one.sha}") {{ ... on Commit {{ author {{ user {{ login }} }} '
        "associatedPullRequests(first: 1) { nodes { number } } } }"
        for index, one in enumerate(commits)
    )
    before = " ".join(
        f"h{index}: history(first: 1, author: {{emails: $e{index}}}) {{ totalCount }}"
        for index in range(len(commits))
    )
    prior = f' prior: object(oid: "{prior_sha}") {{ ... on Commit {{ {before} }} }}' if prior_sha else ""
    declared = declared if prior_sha else ""
    return (
        f"query($owner: String!, $name: String!{declared}) "
        f"{{ repository(owner: $owner, name: $name) {{ {asked}{prior} }} }}"
    )


def _person(found: Mapping[str, Any], index: int, *, known: bool) -> Person:
    commit = found.get(f"c{index}") or {}
    user = (commit.get("author") or {}).get("user") or {}
    pulls = (commit.get("associatedPullRequests") or {}).get("nodes") or [{}]
    before = ((found.get("prior") or {}).get(f"h{index}") or {}).get("totalCount", 1)
    return Person(
        login=str(user.get("login", "")),
        pull_request=int(pulls[0].get("number", 0)),
        first_time=known and before == 0,
    )

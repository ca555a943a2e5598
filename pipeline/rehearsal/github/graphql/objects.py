"""Repositories, commits, people and pull requests as GraphQL objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.rehearsal.github.errors import ApiError
from pipeline.rehearsal.github.gitstore import Commit, NoObject, Person
from pipeline.rehearsal.github.graphql.execute import GraphError, Node
from pipeline.rehearsal.github.records import PullRequest, Release
from pipeline.rehearsal.github.service import Call
from pipeline.rehearsal.github.state import Missing
from pipeline.rehearsal.github.views.users import login_of, node_id, user_id


def query(call: Call) -> Node:
    """The root of every query."""
    budget = call.service.limits.look(call.token)
    limits = {"limit": budget.limit, "cost": 1, "remaining": budget.remaining, "used": budget.used}
    return Node(
        type="Query",
        fields={
            "repository": lambda owner, name, followRenames=True: repository(call, owner, name),  # noqa: N803 - GitHub's argument
            "viewer": user(call, call.token.login),
            "rateLimit": Node(type="RateLimit", fields=limits),
        },
    )


def repository(call: Call, owner: str, name: str) -> Node:
    """A repository; raise GitHub's NOT_FOUND for one that is not there or not the caller's to see."""
    there = Call(
        service=call.service, request=call.request, token=call.token, values={"owner": owner, "repo": name}
    )
    try:
        there.demand("metadata", "read")
    except (Missing, ApiError) as error:
        text = f"Could not resolve to a Repository with the name '{owner}/{name}'."
        raise GraphError(text, "NOT_FOUND") from error
    repo = there.repo
    return Node(
        type="Repository",
        fields={
            "id": node_id("R", repo.id),
            "databaseId": repo.id,
            "name": repo.name,
            "nameWithOwner": repo.full_name,
            "url": there.links.html(repo.full_name),
            "isPrivate": repo.private,
            "owner": user(there, repo.owner),
            "defaultBranchRef": lambda: ref(there, f"refs/heads/{repo.default_branch}"),
            "object": lambda oid="", expression="": _object(there, oid or expression),
            "ref": lambda qualifiedName: ref(there, qualifiedName),  # noqa: N803 - GitHub's argument
            "pullRequest": lambda number: _pull_by_number(there, number),
            "release": lambda tagName: _release(there, tagName),  # noqa: N803 - GitHub's argument
        },
    )


def ref(call: Call, name: str) -> Node | None:
    """A ref by its name, full or short."""
    for full in (name, f"refs/heads/{name}", f"refs/tags/{name}"):
        for found in call.git.refs(full) if full.startswith("refs/") else ():
            if found.name == full:
                return Node(
                    type="Ref",
                    fields={
                        "id": node_id("REF", full),
                        "name": full.split("/", 2)[-1],
                        "prefix": "/".join(full.split("/")[:2]) + "/",
                        "target": lambda at=found.commit: commit(call, call.git.commit(at)),
                    },
                )
    return None


def commit(call: Call, found: Commit) -> Node:
    """A commit."""
    headline, _, body = found.message.strip().partition("\n")
    signed = found.sha in call.repo.verified_commits
    signature = Node(
        type="GpgSignature", fields={"isValid": True, "state": "VALID", "wasSignedByGitHub": True}
    )
    return Node(
        type="Commit",
        fields={
            "__interfaces": ("GitObject", "Node"),
            "id": node_id("C", found.sha),
            "oid": found.sha,
            "abbreviatedOid": found.sha[:7],
            "url": f"{call.links.html(call.repo.full_name)}/commit/{found.sha}",
            "message": found.message.strip(),
            "messageHeadline": headline,
            "messageBody": body.strip(),
            "committedDate": found.committer.when,
            "authoredDate": found.author.when,
            "author": actor(call, found.author),
            "committer": actor(call, found.committer),
            "authors": lambda first=30: connection(
                "GitActor", [actor(call, one) for one in authors(found)], first
            ),
            "parents": lambda first=30: connection(
                "Commit", [commit(call, call.git.commit(sha)) for sha in found.parents], first
            ),
            "associatedPullRequests": lambda first=30: connection(
                "PullRequest", [pull(call, one) for one in pulls_of(call, found.sha)], first
            ),
            "history": lambda **arguments: _history(call, found, arguments),
            "signature": signature if signed else None,
        },
    )


def authors(found: Commit) -> tuple[Person, ...]:
    """The author, then everybody named by a ``Co-authored-by`` trailer."""
    others = []
    for line in found.message.splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() == "co-authored-by" and value.rstrip().endswith(">"):
            name, _, email = value.strip().rstrip(">").rpartition("<")
            others.append(Person(name=name.strip(), email=email.strip(), when=found.author.when))
    return (found.author, *others)


def actor(call: Call, person: Person) -> Node:
    """Whom a commit names, with the account if the address belongs to one."""
    login = login_of(person, call.state.users.all())
    fields = {"name": person.name, "email": person.email, "date": person.when}
    return Node(type="GitActor", fields={**fields, "user": user(call, login) if login else None})


def user(call: Call, login: str) -> Node:
    """An account."""
    kind = "Bot" if login.endswith("[bot]") else "User"
    names = {one.login: one.name for one in call.state.users.all()}
    return Node(
        type=kind,
        fields={
            "__interfaces": ("Actor", "Node", "RepositoryOwner"),
            "id": node_id("U", user_id(login)),
            "databaseId": user_id(login),
            "login": login.removesuffix("[bot]"),
            "name": names.get(login) or None,
            "url": f"{call.links.root}/{login}",
            "avatarUrl": f"{call.links.root}/{login}.png",
        },
    )


def pull(call: Call, found: PullRequest) -> Node:
    """A merged pull request."""
    labels = [Node(type="Label", fields={"name": name}) for name in found.labels]
    return Node(
        type="PullRequest",
        fields={
            "id": node_id("PR", found.number),
            "number": found.number,
            "title": found.title,
            "url": f"{call.links.html(call.repo.full_name)}/pull/{found.number}",
            "state": "MERGED",
            "merged": True,
            "mergedAt": found.merged_at,
            "author": user(call, found.author),
            "labels": lambda first=30: connection("Label", labels, first),
            "mergeCommit": lambda: commit(call, call.git.commit(found.merge_commit)),
        },
    )


def pulls_of(call: Call, sha: str) -> list[PullRequest]:
    """The pull requests that brought a commit."""
    return [one for one in call.repository.pulls.all() if sha in (one.merge_commit, *one.commits)]


def connection(kind: str, nodes: Sequence[Node], first: int, *, total: int | None = None) -> Node:
    """A list as GraphQL pages it; only the first page is served."""
    shown = list(nodes[:first])
    more = {
        "hasNextPage": len(nodes) > first,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }
    return Node(
        type=f"{kind}Connection",
        fields={
            "nodes": shown,
            "edges": [
                Node(type=f"{kind}Edge", fields={"node": node, "cursor": str(at)})
                for at, node in enumerate(shown)
            ],
            "totalCount": len(nodes) if total is None else total,
            "pageInfo": Node(type="PageInfo", fields=more),
        },
    )


def _history(call: Call, found: Commit, arguments: dict[str, Any]) -> Node:
    """The commits behind one; filters are ``first``, ``author: {emails}``, ``until`` and ``since``."""
    if odd := set(arguments) - {"first", "author", "until", "since"}:
        raise GraphError(f"history: the local GitHub knows no {sorted(odd)}")
    emails = (arguments.get("author") or {}).get("emails") or ()
    flags = ["--fixed-strings", *(f"--author=<{email}>" for email in emails)]
    flags += [f"--{key}={arguments[key]}" for key in ("until", "since") if arguments.get(key)]
    total = int(call.git.git("rev-list", "--count", *flags, found.sha))
    first = int(arguments.get("first") or 30)
    nodes = [commit(call, one) for one in call.git.commits(*flags, found.sha, limit=first)]
    return connection("CommitHistory", nodes, first, total=total)


def _object(call: Call, name: str) -> Node | None:
    try:
        return commit(call, call.git.commit(name))
    except NoObject:
        return None


def _pull_by_number(call: Call, number: int) -> Node:
    try:
        return pull(call, call.repository.pulls.get(number))
    except Missing as error:
        text = f"Could not resolve to a PullRequest with the number of {number}."
        raise GraphError(text, "NOT_FOUND") from error


def _release(call: Call, tag: str) -> Node | None:
    for one in call.repository.releases.all():
        if one.tag_name == tag and not one.draft:
            return _release_node(call, one)
    return None


def _release_node(call: Call, one: Release) -> Node:
    return Node(
        type="Release",
        fields={
            "id": node_id("RE", one.id),
            "databaseId": one.id,
            "name": one.name,
            "tagName": one.tag_name,
            "description": one.body,
            "isDraft": one.draft,
            "isPrerelease": one.prerelease,
            "isLatest": call.repo.latest_release == one.id,
            "url": f"{call.links.html(call.repo.full_name)}/releases/tag/{one.tag_name}",
        },
    )

"""Commits and what they change, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from pipeline.rehearsal.github.gitstore import Commit, GitStore, Person
from pipeline.rehearsal.github.links import Links
from pipeline.rehearsal.github.records import Json, Repository, User
from pipeline.rehearsal.github.views.users import login_of, node_id, simple_user

_STATUSES = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}


def verification(repo: Repository, sha: str, signature: str = "") -> dict[str, Json]:
    """Say whether a commit or tag is verified: only what GitHub itself signed is, here."""
    by_github = sha in repo.verified_commits
    reason = "valid" if by_github else ("unknown_key" if signature else "unsigned")
    when = repo.pushed_at if by_github else None
    return {
        "verified": by_github,
        "reason": reason,
        "signature": signature or None,
        "payload": None,
        "verified_at": when,
    }


def git_commit(repo: Repository, found: Commit, links: Links) -> dict[str, Json]:
    """Describe a commit as the git database has it (``git-commit``)."""
    url = links.repo(repo.full_name)
    html = links.html(repo.full_name)
    return {
        "sha": found.sha,
        "node_id": node_id("C", found.sha),
        "url": f"{url}/git/commits/{found.sha}",
        "html_url": f"{html}/commit/{found.sha}",
        "author": _person(found.author),
        "committer": _person(found.committer),
        "tree": {"sha": found.tree, "url": f"{url}/git/trees/{found.tree}"},
        "message": found.message.rstrip("\n"),
        "parents": [
            {"sha": sha, "url": f"{url}/git/commits/{sha}", "html_url": f"{html}/commit/{sha}"}
            for sha in found.parents
        ],
        "verification": verification(repo, found.sha, found.signature),
    }


def commit(repo: Repository, found: Commit, links: Links, users: Sequence[User]) -> dict[str, Json]:
    """Describe a commit with the accounts behind it (``commit``), without its files."""
    url = f"{links.repo(repo.full_name)}/commits/{found.sha}"
    git = git_commit(repo, found, links)
    inner = {key: git[key] for key in ("author", "committer", "message", "tree", "verification")}
    return {
        "sha": found.sha,
        "node_id": git["node_id"],
        "commit": {**inner, "url": git["url"], "comment_count": 0},
        "url": url,
        "html_url": git["html_url"],
        "comments_url": f"{url}/comments",
        "author": _account(found.author, users, links),
        "committer": _account(found.committer, users, links),
        "parents": [
            {**parent, "url": parent["url"].replace("/git/commits/", "/commits/")}
            for parent in git["parents"]
        ],
    }


def simple_commit(found: Commit) -> dict[str, Json]:
    """Describe a commit as part of something else (``simple-commit``)."""
    return {
        "id": found.sha,
        "tree_id": found.tree,
        "message": found.message.rstrip("\n"),
        "timestamp": found.committer.when,
        "author": {"name": found.author.name, "email": found.author.email},
        "committer": {"name": found.committer.name, "email": found.committer.email},
    }


def files(repo: Repository, git: GitStore, links: Links, *, base: str, head: str) -> list[Json]:
    """List what changed between two trees or commits (``diff-entry`` without patches)."""
    raw = git.git("diff-tree", "-r", "-z", "-M", "--raw", "--numstat", base, head).decode(errors="replace")
    pieces = iter(raw.split("\0"))
    entries: list[tuple[str, str, str, str]] = []
    counts: list[tuple[int, int]] = []
    for piece in pieces:
        if piece.startswith(":"):
            _, _, _, blob, status = piece.split(" ")
            old = next(pieces)
            entries.append((status[0], blob, old, next(pieces) if status[0] in "RC" else old))
        elif piece:
            added, deleted, path = piece.split("\t")
            counts.append((_number(added), _number(deleted)))
            if not path:  # A rename's two names follow on their own.
                next(pieces), next(pieces)
    return [_file(repo, links, head, entry, count) for entry, count in zip(entries, counts, strict=True)]


def stats(changed: Iterable[Json]) -> dict[str, Json]:
    """Add up the lines of ``files``."""
    added, deleted = 0, 0
    for one in changed:
        added, deleted = added + one["additions"], deleted + one["deletions"]
    return {"total": added + deleted, "additions": added, "deletions": deleted}


def _file(
    repo: Repository, links: Links, head: str, entry: tuple[str, str, str, str], count: tuple[int, int]
) -> Json:
    status, blob, old, path = entry
    html = links.html(repo.full_name)
    renamed = {"previous_filename": old} if old != path else {}
    return {
        "sha": blob,
        "filename": path,
        "status": _STATUSES.get(status, "changed"),
        "additions": count[0],
        "deletions": count[1],
        "changes": sum(count),
        "blob_url": f"{html}/blob/{head}/{quote(path)}",
        "raw_url": f"{html}/raw/{head}/{quote(path)}",
        "contents_url": f"{links.repo(repo.full_name)}/contents/{quote(path)}?ref={head}",
        **renamed,
    }


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _person(person: Person) -> dict[str, Json]:
    return {"name": person.name, "email": person.email, "date": person.when}


def _account(person: Person, users: Sequence[User], links: Links) -> Json:
    login = login_of(person, users)
    return simple_user(login, links) if login else None

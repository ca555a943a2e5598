"""A repository as JSON."""

from __future__ import annotations

from typing import Final

from pipeline.rehearsal.github.links import Links
from pipeline.rehearsal.github.records import Json, Repository, Token
from pipeline.rehearsal.github.tokens import allows
from pipeline.rehearsal.github.views.users import node_id, simple_user

_ADDRESSES: Final = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def minimal_repository(repo: Repository, links: Links) -> dict[str, Json]:
    """Describe a repository as part of something else (``minimal-repository``)."""
    url = links.repo(repo.full_name)
    return {
        "id": repo.id,
        "node_id": node_id("R", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "owner": simple_user(repo.owner, links),
        "html_url": links.html(repo.full_name),
        "description": repo.description or None,
        "fork": False,
        "url": url,
        **{name: url + rest for name, rest in _ADDRESSES.items()},
    }


def full_repository(repo: Repository, links: Links, token: Token) -> dict[str, Json]:
    """Describe a repository itself (``full-repository``), with what the caller may do."""
    clone = f"{links.html(repo.full_name)}.git"
    counts = ("forks_count", "forks", "stargazers_count", "watchers_count", "watchers", "open_issues_count")
    absent = (
        "has_issues",
        "has_projects",
        "has_wiki",
        "has_pages",
        "has_discussions",
        "archived",
        "disabled",
    )
    return {
        **minimal_repository(repo, links),
        "git_url": f"git:{clone.partition(':')[2]}",
        "ssh_url": f"git@{links.root.partition('//')[2]}:{repo.full_name}.git",
        "clone_url": clone,
        "svn_url": links.html(repo.full_name),
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "size": 0,
        "default_branch": repo.default_branch,
        "visibility": "private" if repo.private else "public",
        **dict.fromkeys((*counts, "open_issues", "network_count", "subscribers_count"), 0),
        **dict.fromkeys(absent, False),
        "topics": [],
        "pushed_at": repo.pushed_at,
        "created_at": repo.created_at,
        "updated_at": repo.pushed_at,
        "permissions": _permissions(repo, token),
    }


def _permissions(repo: Repository, token: Token) -> dict[str, Json]:
    push = allows(token, repo.full_name, "contents", "write")
    admin = allows(token, repo.full_name, "administration", "write")
    return {"admin": admin, "maintain": admin, "push": push, "triage": push, "pull": True}

"""Commit and tag through the API: GitHub signs such a commit, nobody keeps a key.

Source: https://docs.github.com/graphql/reference/mutations#createcommitonbranch; it takes whole files, no
modes, and only on top of the head it was told.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from actionkit.forge.client import Forge
from actionkit.git.remote import BranchMoved


def commit_on_branch(forge: Forge, *, branch: str, head: str, message: str, files: Mapping[str, str]) -> str:
    """Commit ``files`` (path → text) on ``branch`` if its head is still ``head``; return the new sha."""
    from github import GithubException

    headline, _, body = message.partition("\n")
    additions = [
        {"path": path, "contents": base64.b64encode(text.encode()).decode()} for path, text in files.items()
    ]
    wanted = {
        "branch": {"repositoryNameWithOwner": forge.repository, "branchName": branch},
        "expectedHeadOid": head,
        "message": {"headline": headline, "body": body.strip("\n")},
        "fileChanges": {"additions": additions},
    }
    with forge.doing(f"commit on {branch}", permission="contents: write"):
        try:
            _, data = forge.repo.requester.graphql_named_mutation(
                "createCommitOnBranch", wanted, "commit { oid }"
            )
        except GithubException as error:
            if "STALE_DATA" in _kinds(error.data):
                raise BranchMoved(
                    f"{branch} moved while the release was prepared", why=str(error.data)
                ) from error
            raise
    return str(data["commit"]["oid"])


def create_tag(forge: Forge, *, name: str, commit: str, message: str) -> str:
    """Create an annotated tag for ``commit``; return the tag object's sha."""
    with forge.doing(f"create the tag {name}", permission="contents: write"):
        tag = forge.repo.create_git_tag(name, message, commit, "commit")
        forge.repo.create_git_ref(f"refs/tags/{name}", tag.sha)
    return tag.sha


def _kinds(data: Any) -> set[str]:
    """Name the types of the errors in a GraphQL answer."""
    errors = data.get("errors", ()) if isinstance(data, dict) else ()
    return {str(item.get("type")) for item in errors if isinstance(item, dict)}

"""Talk to the remote repository: fetch, see, push everything or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actionkit.errors import ActionError, CommandFailed, PermissionDenied, Transient
from actionkit.git.command import Git
from actionkit.git.history import is_shallow

REMOTE_TAGS: Final = "refs/release-pipeline/tags/"
"""Where the remote's tags are kept locally: what is published is not mixed with what lies around."""

_REMOTE_BRANCH: Final = "refs/release-pipeline/branch"
_RACES: Final = ("fetch first", "non-fast-forward", "stale info", "cannot lock ref", "incorrect old value")
_REFUSALS: Final = ("GH006", "GH013", "protected branch", "pre-receive hook declined", "remote rejected")
# whole phrases: the output also holds shas and names, in which any number may stand
_DENIALS: Final = (
    "returned error: 403",
    "returned error: 401",
    "remote: Permission to",
    "Write access to repository not granted",
    "Authentication failed",
    "could not read Username",
    "remote: Repository not found",
)
_TRANSIENT: Final = (
    "returned error: 5",
    "returned error: 429",
    "Could not resolve host",
    "Failed to connect",
    "Connection reset",
    "Connection timed out",
    "Empty reply from server",
    "remote end hung up",
)


class BranchMoved(ActionError):
    """Somebody pushed while we worked; nothing of ours was written."""


def fetch_branch(git: Git, url: str, branch: str) -> str:
    """Fetch ``branch`` with its whole history, and every tag below REMOTE_TAGS; return the branch's tip."""
    depth = ("--unshallow",) if _is_shallow(git) else ()
    refs = (f"+refs/heads/{branch}:{_REMOTE_BRANCH}", f"+refs/tags/*:{REMOTE_TAGS}*")
    try:
        git.run("fetch", "--no-tags", "--prune", "--no-recurse-submodules", *depth, url, *refs)
    except CommandFailed as error:
        raise _fetch_failed(branch, error) from error
    return git.text("rev-parse", _REMOTE_BRANCH)


def push_atomic(git: Git, url: str, updates: Mapping[str, str], *, dry_run: bool = False) -> None:
    """Push ``updates`` (reference → sha) in one transaction: all of them or none.

    Raise BranchMoved when the branch is no longer what the commit stands on, PermissionDenied when the
    token or a rule of the repository refuses.
    """
    flags = ("--dry-run",) if dry_run else ()
    pairs = tuple(f"{sha}:{reference}" for reference, sha in updates.items())
    try:
        git.run("push", "--atomic", "--no-verify", *flags, url, *pairs)
    except CommandFailed as error:
        raise _push_failed(error) from error


def remote_references(git: Git, url: str, *references: str) -> Mapping[str, str]:
    """Ask the remote what ``references`` point to now; those it lacks are left out."""
    listed = git.text("ls-remote", "--quiet", url, *references)
    return {line.split("\t")[1]: line.split("\t")[0] for line in listed.splitlines()}


def _fetch_failed(branch: str, error: CommandFailed) -> ActionError:
    if "find remote ref" in error.stderr:
        return ActionError(
            f"the repository has no branch {branch}",
            why=error.stderr.strip(),
            fix="start the workflow on a branch: Run workflow → Use workflow from → Branch",
        )
    if _is_denied(error.stderr):
        return PermissionDenied(
            "the token is not valid, or may not read the repository",
            why=error.stderr.strip(),
            fix="check the input token, and grant this in the job that uses the action",
            yaml="permissions:\n  contents: write",
        )
    return _unanswered(error)


def _push_failed(error: CommandFailed) -> ActionError:
    text = error.stderr
    if _is_denied(text):
        return PermissionDenied(
            "the token cannot push to the repository",
            why=text.strip(),
            fix="grant it in the job that uses the action; a called workflow needs it from its caller too",
            yaml="permissions:\n  contents: write # pushes the release commit and its tag",
        )
    if any(sign in text for sign in _RACES):
        return BranchMoved("the branch or the tag moved while the release was prepared", why=text.strip())
    if any(sign in text for sign in _REFUSALS):
        return PermissionDenied(
            "a rule of the repository refuses the push",
            why=text.strip(),
            fix="let the token's app or user bypass the rule (Settings → Rules), and pass its token",
            yaml="with:\n  token: ${{ steps.app-token.outputs.token }}",
        )
    return _unanswered(error)


def _unanswered(error: CommandFailed) -> ActionError:
    """Tell an answer that did not come from everything else that may go wrong."""
    if any(sign in error.stderr for sign in _TRANSIENT):
        return Transient("GitHub did not answer git", why=error.stderr.strip(), fix="run again")
    return error


def _is_denied(text: str) -> bool:
    return any(sign in text for sign in _DENIALS)


def _is_shallow(git: Git) -> bool:
    try:
        return is_shallow(git)
    except CommandFailed as error:
        raise ActionError(
            "there is no git repository in the workspace",
            why=error.stderr.strip(),
            fix="check the repository out in a step before this one, without an input path",
            yaml="- uses: actions/checkout@v6",
        ) from error

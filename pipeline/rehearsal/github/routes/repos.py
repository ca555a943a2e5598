"""The repository itself: commits, comparison, branches and their rules, tags, contents."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import quote

from actionkit.errors import CommandFailed
from pipeline.rehearsal.github.errors import ApiError, not_found, unprocessable
from pipeline.rehearsal.github.exchange import Response, json_response
from pipeline.rehearsal.github.gitstore import Commit, NoObject, Ref
from pipeline.rehearsal.github.records import Json
from pipeline.rehearsal.github.routes.paging import bounds, link_header, page
from pipeline.rehearsal.github.service import Call, Route, table
from pipeline.rehearsal.github.views import branches as branch_view
from pipeline.rehearsal.github.views import commits as view
from pipeline.rehearsal.github.views.repositories import full_repository
from pipeline.rehearsal.github.views.users import node_id

_EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def get_repository(call: Call) -> Response:
    """The repository, with what the caller may do."""
    return json_response(full_repository(call.repo, call.links, call.token))


def list_commits(call: Call) -> Response:
    """History from ``sha`` (a branch or commit, default the default branch), newest first."""
    start = call.request.parameters.get("sha") or call.repo.default_branch
    try:
        head = call.git.commit(start).sha
    except NoObject as error:
        raise not_found() from error
    number, size = bounds(call)
    total = int(call.git.git("rev-list", "--count", head))
    found = call.git.commits(head, limit=size, skip=(number - 1) * size)
    return json_response([_commit(call, one) for one in found], headers=link_header(call, total))


def get_commit(call: Call) -> Response:
    """A commit by id, branch or tag, with the files it changes; or its id alone by media type."""
    name = call.values["ref"]
    try:
        found = call.git.commit(name)
    except NoObject as error:
        raise unprocessable(f"No commit found for SHA: {name}") from error
    if "application/vnd.github.sha" in call.request.headers.get("accept", ""):
        headers = {"Content-Type": "application/vnd.github.sha; charset=utf-8"}
        return Response(headers=headers, body=found.sha.encode())
    base = found.parents[0] if found.parents else _EMPTY_TREE
    changed = view.files(call.repo, call.git, call.links, base=base, head=found.sha)
    return json_response({**_commit(call, found), "stats": view.stats(changed), "files": changed})


def compare(call: Call) -> Response:
    """``base...head``: the commits and files that head has beyond their merge base."""
    base_name, dots, head_name = call.values["basehead"].partition("...")
    if not dots:
        raise not_found()
    base, head = call.git.commit(base_name), call.git.commit(head_name)
    merge_base = _merge_base(call, base, head)
    behind, ahead = call.git.git("rev-list", "--left-right", "--count", f"{base.sha}...{head.sha}").split()
    number, size = bounds(call)
    listed = list(reversed(call.git.commits(head.sha, f"^{base.sha}", limit=10_000)))
    url = f"{call.links.repo(call.repo.full_name)}/compare/{call.values['basehead']}"
    html = f"{call.links.html(call.repo.full_name)}/compare/{call.values['basehead']}"
    body = {
        "url": url,
        "html_url": html,
        "permalink_url": f"{call.links.html(call.repo.full_name)}/compare/{base.sha[:7]}...{head.sha[:7]}",
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": _commit(call, base),
        "merge_base_commit": _commit(call, call.git.commit(merge_base)),
        "status": _status(int(ahead), int(behind)),
        "ahead_by": int(ahead),
        "behind_by": int(behind),
        "total_commits": int(ahead),
        "commits": [_commit(call, one) for one in listed[(number - 1) * size : number * size]],
        "files": view.files(call.repo, call.git, call.links, base=merge_base, head=head.sha),
    }
    return json_response(body, headers=link_header(call, len(listed)))


def list_branches(call: Call) -> Response:
    """Every branch."""
    found = call.git.refs("refs/heads")
    return page(call, [branch_view.short_branch(call.repo, ref, call.links) for ref in found])


def get_branch(call: Call) -> Response:
    """One branch with its last commit."""
    try:
        ref = call.git.ref(f"refs/heads/{call.values['branch']}")
    except NoObject as error:
        raise ApiError(404, "Branch not found") from error
    commit = _commit(call, call.git.commit(ref.sha))
    return json_response(branch_view.branch(call.repo, ref, commit, call.links))


def branch_rules(call: Call) -> Response:
    """The rules of rulesets that hold for a branch, also for one that does not exist yet."""
    return page(call, branch_view.rules(call.repo, call.values["branch"]))


def list_tags(call: Call) -> Response:
    """Every tag, highest name first."""
    found = reversed(call.git.refs("refs/tags"))
    return page(call, [_tag(call, ref) for ref in found])


def get_contents(call: Call) -> Response:
    """A file of a commit in base64; folders are not served here."""
    ref = call.request.parameters.get("ref") or call.repo.default_branch
    path = call.values["path"]
    found = call.git.object(f"{call.git.commit(ref).sha}:{path}")
    if found.kind != "blob":
        raise not_found()
    place = quote(path)
    url = f"{call.links.repo(call.repo.full_name)}/contents/{place}?ref={quote(ref)}"
    git = f"{call.links.repo(call.repo.full_name)}/git/blobs/{found.sha}"
    html = f"{call.links.html(call.repo.full_name)}/blob/{quote(ref)}/{place}"
    body = {
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "sha": found.sha,
        "size": len(found.content),
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": f"{call.links.html(call.repo.full_name)}/raw/{quote(ref)}/{place}",
        "type": "file",
        "content": base64.encodebytes(found.content).decode(),
        "encoding": "base64",
        "_links": {"self": url, "git": git, "html": html},
    }
    return json_response(body)


def _commit(call: Call, found: Commit) -> dict[str, Json]:
    return view.commit(call.repo, found, call.links, call.state.users.all())


def _merge_base(call: Call, base: Commit, head: Commit) -> str:
    try:
        return call.git.git("merge-base", base.sha, head.sha).decode().strip()
    except CommandFailed as error:
        names = call.values["basehead"].replace("...", " and ")
        raise ApiError(404, f"No common ancestor between {names}.") from error


def _status(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"


def _tag(call: Call, ref: Ref) -> dict[str, Json]:
    url, name = call.links.repo(call.repo.full_name), ref.name.removeprefix("refs/tags/")
    return {
        "name": name,
        "zipball_url": f"{url}/zipball/{quote(ref.name)}",
        "tarball_url": f"{url}/tarball/{quote(ref.name)}",
        "commit": {"sha": ref.commit, "url": f"{url}/commits/{ref.commit}"},
        "node_id": node_id("REF", ref.name),
    }


_REPO: Final = "/repos/{owner}/{repo}"
ROUTES: Final[tuple[Route, ...]] = (
    *table("rest/repos/repos", ("GET", _REPO, get_repository, "metadata:read", "get-a-repository")),
    *table(
        "rest/commits/commits",
        ("GET", f"{_REPO}/commits", list_commits, "contents:read", "list-commits"),
        ("GET", f"{_REPO}/commits/{{ref+}}", get_commit, "contents:read", "get-a-commit"),
        ("GET", f"{_REPO}/compare/{{basehead+}}", compare, "contents:read", "compare-two-commits"),
    ),
    *table(
        "rest/branches/branches",
        ("GET", f"{_REPO}/branches", list_branches, "contents:read", "list-branches"),
        ("GET", f"{_REPO}/branches/{{branch+}}", get_branch, "contents:read", "get-a-branch"),
    ),
    *table(
        "rest/repos/rules",
        (
            "GET",
            f"{_REPO}/rules/branches/{{branch+}}",
            branch_rules,
            "metadata:read",
            "get-rules-for-a-branch",
        ),
    ),
    *table("rest/repos/repos", ("GET", f"{_REPO}/tags", list_tags, "metadata:read", "list-repository-tags")),
    *table(
        "rest/repos/contents",
        ("GET", f"{_REPO}/contents/{{path+}}", get_contents, "contents:read", "get-repository-content"),
    ),
)

"""Refs through the API: read, create, move, delete."""

from __future__ import annotations

import re
from typing import Final

from actionkit.errors import CommandFailed
from pipeline.rehearsal.github import rules
from pipeline.rehearsal.github.errors import ApiError, missing_keys, not_found, rule_violation, unprocessable
from pipeline.rehearsal.github.events import RefChange
from pipeline.rehearsal.github.exchange import NO_CONTENT, Response, json_response
from pipeline.rehearsal.github.gitstore import ZERO, NoObject, Ref, RefMoved
from pipeline.rehearsal.github.records import Json
from pipeline.rehearsal.github.routes.paging import page
from pipeline.rehearsal.github.service import Call, Route, table
from pipeline.rehearsal.github.tokens import refused
from pipeline.rehearsal.github.views.users import node_id

_SHA: Final = re.compile(r"[0-9a-f]{40}")


def get_ref(call: Call) -> Response:
    """One ref by its exact name below ``refs/``."""
    return json_response(_shown(call, call.git.ref(f"refs/{call.values['ref']}")))


def matching_refs(call: Call) -> Response:
    """The refs whose name below ``refs/`` begins with the text given."""
    wanted = f"refs/{call.values['ref']}"
    found = [_shown(call, ref) for ref in call.git.refs() if ref.name.startswith(wanted)]
    return page(call, found)


def create_ref(call: Call) -> Response:
    """Make a branch or tag at an object that exists."""
    given = call.request.json()
    if missing := [key for key in ("ref", "sha") if not given.get(key)]:
        raise missing_keys(*missing)
    name, sha = str(given["ref"]), str(given["sha"])
    if not name.startswith("refs/") or name.count("/") < 2:  # noqa: PLR2004 - refs/<kind>/<name>
        raise unprocessable("Reference name must start with 'refs/' and include at least two slashes.")
    if call.git.refs(name) and name in [ref.name for ref in call.git.refs(name)]:
        raise unprocessable("Reference already exists")
    move_ref(call, rules.Move(ref=name, before=ZERO, after=_object(call, sha)))
    shown = _shown(call, call.git.ref(name))
    return json_response(shown, 201, {"Location": shown["url"]})


def update_ref(call: Call) -> Response:
    """Move a ref; only forward, unless ``force`` is true."""
    given, name = call.request.json(), f"refs/{call.values['ref']}"
    if not given.get("sha"):
        raise missing_keys("sha")
    try:
        before = call.git.ref(name)
    except NoObject as error:
        raise unprocessable("Reference does not exist") from error
    after = _object(call, str(given["sha"]))
    if given.get("force") is not True and not _forward(call, before, after):
        raise unprocessable("Update is not a fast forward")
    move_ref(call, rules.Move(ref=name, before=before.sha, after=after))
    return json_response(_shown(call, call.git.ref(name)))


def delete_ref(call: Call) -> Response:
    """Delete a ref."""
    name = f"refs/{call.values['ref']}"
    try:
        before = call.git.ref(name)
    except NoObject as error:
        raise unprocessable("Reference does not exist") from error
    move_ref(call, rules.Move(ref=name, before=before.sha, after=ZERO))
    return NO_CONTENT


def move_ref(call: Call, move: rules.Move) -> None:
    """Change a ref as the caller, held to the branch's rules, and fire ``push``; raise ApiError."""
    match rules.judge(call.repo, call.token, move, call.git):
        case rules.Refusal(code="") if move.ref.startswith("refs/"):
            raise refused(call.token, "contents=write,workflows", "write")
        case rules.Refusal() as refusal:
            raise rule_violation(refusal.lines)
        case rules.Granted():
            pass
    before = _commit_of(call, move.before)
    try:
        call.git.git("check-ref-format", move.ref)
        call.git.update_ref(move.ref, move.after, old=move.before)
    except CommandFailed as error:
        raise unprocessable(f"{move.ref} is not a valid ref name.") from error
    except RefMoved as error:
        raise ApiError(409, "Reference cannot be updated") from error
    call.touch()
    change = RefChange(ref=move.ref, before=before, after=_commit_of(call, move.after))
    call.service.happenings.pushed(call.repository, (change,), call.token)


def _object(call: Call, sha: str) -> str:
    if not _SHA.fullmatch(sha):
        raise unprocessable("The sha parameter must be exactly 40 characters and contain only [0-9a-f].")
    try:
        return call.git.object(sha).sha
    except NoObject as error:
        raise unprocessable("Object does not exist") from error


def _commit_of(call: Call, sha: str) -> str:
    return sha if sha == ZERO else call.git.commit(sha).sha


def _forward(call: Call, before: Ref, after: str) -> bool:
    try:
        return call.git.is_ancestor(before.commit, call.git.commit(after).sha)
    except (NoObject, CommandFailed):
        return False


def _shown(call: Call, ref: Ref) -> dict[str, Json]:
    if not ref.name.startswith("refs/"):
        raise not_found()
    url = call.links.repo(call.repo.full_name)
    return {
        "ref": ref.name,
        "node_id": node_id("REF", ref.name),
        "url": f"{url}/git/{ref.name}",
        "object": {"sha": ref.sha, "type": ref.kind, "url": f"{url}/git/{ref.kind}s/{ref.sha}"},
    }


_GIT: Final = "/repos/{owner}/{repo}/git"
ROUTES: Final[tuple[Route, ...]] = table(
    "rest/git/refs",
    ("GET", f"{_GIT}/ref/{{ref+}}", get_ref, "contents:read", "get-a-reference"),
    ("GET", f"{_GIT}/matching-refs/{{ref+}}", matching_refs, "contents:read", "list-matching-references"),
    ("POST", f"{_GIT}/refs", create_ref, "contents:write", "create-a-reference"),
    ("PATCH", f"{_GIT}/refs/{{ref+}}", update_ref, "contents:write", "update-a-reference"),
    ("DELETE", f"{_GIT}/refs/{{ref+}}", delete_ref, "contents:write", "delete-a-reference"),
)

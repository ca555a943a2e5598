"""The git database: commits, annotated tags, trees and blobs, read and made."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Final

from actionkit.errors import CommandFailed
from pipeline.rehearsal.github.errors import missing_keys, unprocessable
from pipeline.rehearsal.github.exchange import Response, json_response
from pipeline.rehearsal.github.gitstore import ZERO, BadPath, NoObject, Person, Tag, TreeEntry, stamp
from pipeline.rehearsal.github.records import Json, TokenKind
from pipeline.rehearsal.github.service import Call, Route, table
from pipeline.rehearsal.github.views import commits as view
from pipeline.rehearsal.github.views.users import node_id, user_id


def get_commit(call: Call) -> Response:
    """A commit object."""
    return json_response(view.git_commit(call.repo, call.git.commit(call.values["sha"]), call.links))


def create_commit(call: Call) -> Response:
    """Make a commit object; one made by an app without naming an author is signed by GitHub."""
    given = _given(call, "message", "tree")
    author = _person(call, given.get("author"))
    committer = _person(call, given["committer"]) if given.get("committer") else author
    try:
        parents = [call.git.commit(str(parent)).sha for parent in given.get("parents", ())]
        tree = call.git.object(f"{given['tree']}^{{tree}}").sha
    except NoObject as error:
        raise unprocessable("Tree SHA does not exist, or a parent is not a commit.") from error
    sha = call.git.write_commit(
        tree=tree, parents=parents, author=author, committer=committer, message=str(given["message"])
    )
    if not given.get("author") and not given.get("committer"):
        note_signed(call, sha)
    shown = view.git_commit(call.repo, call.git.commit(sha), call.links)
    return json_response(shown, 201, {"Location": shown["url"]})


def get_tag(call: Call) -> Response:
    """An annotated tag object."""
    return json_response(_tag(call, call.git.tag(call.values["sha"])))


def create_tag(call: Call) -> Response:
    """Make an annotated tag object; a ref to it is a request of its own."""
    given = _given(call, "tag", "message", "object", "type")
    try:
        target = call.git.object(str(given["object"]))
    except NoObject as error:
        raise unprocessable("Object does not exist") from error
    if target.kind != given["type"]:
        raise unprocessable(f"{target.sha} is not a {given['type']}")
    lines = [f"object {target.sha}", f"type {target.kind}", f"tag {given['tag']}"]
    lines += [f"tagger {stamp(_person(call, given.get('tagger')))}", "", str(given["message"])]
    try:
        call.git.git("check-ref-format", f"refs/tags/{given['tag']}")
        sha = call.git.write("tag", ("\n".join(lines).rstrip("\n") + "\n").encode())
    except CommandFailed as error:
        raise unprocessable(f"{given['tag']} is not a valid tag name") from error
    shown = _tag(call, call.git.tag(sha))
    return json_response(shown, 201, {"Location": shown["url"]})


def get_tree(call: Call) -> Response:
    """A tree by its id or by a commit's; with ``recursive``, everything below it."""
    tree = call.git.object(f"{call.values['sha']}^{{tree}}").sha
    return json_response(_tree(call, tree, recursive="recursive" in call.request.parameters))


def create_tree(call: Call) -> Response:
    """Make a tree from entries, on top of ``base_tree`` if that is given."""
    given = _given(call, "tree")
    base = given.get("base_tree")
    try:
        entries = [_tree_entry(call, entry) for entry in given["tree"]]
        sha = call.git.write_tree(call.git.object(f"{base}^{{tree}}").sha if base else "", entries)
    except BadPath as error:
        raise unprocessable(f"tree.path contains a malformed path component: {error}") from error
    except (CommandFailed, KeyError) as error:
        raise unprocessable("tree.sha is not valid or an entry is malformed") from error
    return json_response(_tree(call, sha, recursive=False), 201)


def get_blob(call: Call) -> Response:
    """A blob in base64."""
    found = call.git.object(call.values["sha"])
    if found.kind != "blob":
        raise NoObject(found.sha)
    body = {
        "sha": found.sha,
        "node_id": node_id("B", found.sha),
        "size": len(found.content),
        "url": _url(call, "blobs", found.sha),
        "content": base64.encodebytes(found.content).decode(),
        "encoding": "base64",
    }
    return json_response(body)


def create_blob(call: Call) -> Response:
    """Store a blob from text or base64."""
    given = _given(call, "content")
    sha = call.git.write("blob", _decoded(str(given["content"]), str(given.get("encoding", "utf-8"))))
    shown = {"sha": sha, "url": _url(call, "blobs", sha)}
    return json_response(shown, 201, {"Location": shown["url"]})


def note_signed(call: Call, sha: str) -> None:
    """Remember that GitHub signed a commit; it does so for apps, not for people's tokens."""
    repo = call.repo
    if call.token.kind is not TokenKind.PAT:
        call.repository.save(replace(repo, verified_commits=(*repo.verified_commits, sha)))


def caller_as_person(call: Call) -> Person:
    """The caller as an author, with the no-reply address of the account."""
    login = call.token.login
    email = f"{user_id(login)}+{login}@users.noreply.github.com"
    return Person(name=login, email=email, when=call.state.now())


def _given(call: Call, *required: str) -> dict[str, Json]:
    given = call.request.json()
    if missing := [key for key in required if given.get(key) is None]:
        raise missing_keys(*missing)
    return given


def _person(call: Call, given: Json) -> Person:
    if not isinstance(given, dict):
        return caller_as_person(call)
    if missing := [key for key in ("name", "email") if not given.get(key)]:
        raise missing_keys(*missing)
    when = str(given.get("date") or call.state.now())
    return Person(name=str(given["name"]), email=str(given["email"]), when=when)


def _tree_entry(call: Call, entry: dict[str, Json]) -> TreeEntry:
    sha = entry.get("sha")
    if "content" in entry:
        sha = call.git.write("blob", str(entry["content"]).encode())
    mode = str(entry.get("mode", "100644")) if sha else "0"
    return TreeEntry(path=str(entry["path"]), mode=mode, sha=str(sha or ZERO))


def _decoded(content: str, encoding: str) -> bytes:
    if encoding != "base64":
        return content.encode()
    try:
        return base64.b64decode(content)
    except binascii.Error as error:
        raise unprocessable("content is not valid Base64") from error


def _tag(call: Call, found: Tag) -> dict[str, Json]:
    tagger = {"name": found.tagger.name, "email": found.tagger.email, "date": found.tagger.when}
    target = {"sha": found.target, "type": found.target_kind}
    return {
        "node_id": node_id("TAG", found.sha),
        "sha": found.sha,
        "url": _url(call, "tags", found.sha),
        "tag": found.name,
        "message": found.message,
        "tagger": tagger,
        "object": {**target, "url": _url(call, f"{found.target_kind}s", found.target)},
        "verification": view.verification(call.repo, found.sha),
    }


def _tree(call: Call, sha: str, *, recursive: bool) -> dict[str, Json]:
    flags = ("-r", "-t") if recursive else ()
    raw = call.git.git("ls-tree", "-z", "--long", *flags, sha).decode(errors="replace")
    entries = [_entry(call, line) for line in raw.split("\0") if line]
    return {"sha": sha, "url": _url(call, "trees", sha), "tree": entries, "truncated": False}


def _entry(call: Call, line: str) -> dict[str, Json]:
    head, _, path = line.partition("\t")
    mode, kind, sha, size = head.split()
    sized = {"size": int(size)} if size.isdigit() else {}
    return {"path": path, "mode": mode, "type": kind, "sha": sha, **sized, "url": _url(call, f"{kind}s", sha)}


def _url(call: Call, kind: str, sha: str) -> str:
    return f"{call.links.repo(call.repo.full_name)}/git/{kind}/{sha}"


_GIT: Final = "/repos/{owner}/{repo}/git"
ROUTES: Final[tuple[Route, ...]] = (
    *table(
        "rest/git/commits",
        ("GET", f"{_GIT}/commits/{{sha}}", get_commit, "contents:read", "get-a-commit-object"),
        ("POST", f"{_GIT}/commits", create_commit, "contents:write", "create-a-commit"),
    ),
    *table(
        "rest/git/tags",
        ("GET", f"{_GIT}/tags/{{sha}}", get_tag, "contents:read", "get-a-tag"),
        ("POST", f"{_GIT}/tags", create_tag, "contents:write", "create-a-tag-object"),
    ),
    *table(
        "rest/git/trees",
        ("GET", f"{_GIT}/trees/{{sha+}}", get_tree, "contents:read", "get-a-tree"),
        ("POST", f"{_GIT}/trees", create_tree, "contents:write", "create-a-tree"),
    ),
    *table(
        "rest/git/blobs",
        ("GET", f"{_GIT}/blobs/{{sha}}", get_blob, "contents:read", "get-a-blob"),
        ("POST", f"{_GIT}/blobs", create_blob, "contents:write", "create-a-blob"),
    ),
)

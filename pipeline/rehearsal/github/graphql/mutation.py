"""``createCommitOnBranch``: a commit that GitHub makes and signs."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from actionkit.errors import CommandFailed
from pipeline.rehearsal.github.errors import ApiError
from pipeline.rehearsal.github.gitstore import ZERO, BadPath, NoObject, Person, Ref, TreeEntry
from pipeline.rehearsal.github.graphql import objects
from pipeline.rehearsal.github.graphql.execute import GraphError, Node
from pipeline.rehearsal.github.records import Json
from pipeline.rehearsal.github.routes.objects import caller_as_person, note_signed
from pipeline.rehearsal.github.routes.refs import move_ref
from pipeline.rehearsal.github.rules import Move
from pipeline.rehearsal.github.service import Call
from pipeline.rehearsal.github.state import Missing

_REQUIRED: Final = ("branch", "message", "expectedHeadOid")


def mutation(call: Call) -> Node:
    """The root of every mutation."""
    return Node(
        type="Mutation",
        fields={"createCommitOnBranch": lambda input: create_commit_on_branch(call, input)},  # noqa: A006 - GitHub's argument
    )


def create_commit_on_branch(call: Call, given: Mapping[str, Json]) -> Node:
    """Commit whole files onto a branch that is where the caller thinks; raise GraphError."""
    if missing := [key for key in _REQUIRED if not given.get(key)]:
        text = (
            f"Variable $input of type CreateCommitOnBranchInput! was provided invalid value for {missing[0]}"
        )
        raise GraphError(f"{text} (Expected value to not be null)")
    there, ref = _branch(call, given["branch"])
    if ref.sha != given["expectedHeadOid"]:
        text = f'Expected branch to point to "{given["expectedHeadOid"]}" but it did not.'
        raise GraphError(f"{text}  Pull and try again.", "STALE_DATA")
    sha = _commit(there, ref, given)
    note_signed(there, sha)
    try:
        move_ref(there, Move(ref=ref.name, before=ref.sha, after=sha))
    except ApiError as error:
        kind = "FORBIDDEN" if error.status == 403 else "UNPROCESSABLE"  # noqa: PLR2004 - the HTTP status
        raise GraphError(error.message, kind) from error
    return Node(
        type="CreateCommitOnBranchPayload",
        fields={
            "clientMutationId": given.get("clientMutationId"),
            "commit": objects.commit(there, there.git.commit(sha)),
            "ref": objects.ref(there, ref.name),
        },
    )


def _branch(call: Call, branch: Any) -> tuple[Call, Ref]:
    """The branch and its repository: by repository and name, or by the ref's node id."""
    full = str(branch.get("repositoryNameWithOwner", ""))
    owner, _, name = full.partition("/")
    there = Call(
        service=call.service, request=call.request, token=call.token, values={"owner": owner, "repo": name}
    )
    try:
        there.demand("contents", "write")
    except Missing as error:
        text = f"Could not resolve to a Repository with the name '{full}'."
        raise GraphError(text, "NOT_FOUND") from error
    except ApiError as error:
        raise GraphError(error.message, "FORBIDDEN") from error
    wanted = str(branch.get("branchName", "")).removeprefix("refs/heads/")
    try:
        return there, there.git.ref(f"refs/heads/{wanted}")
    except NoObject as error:
        raise GraphError(f'No such branch "{wanted}" found.', "NOT_FOUND") from error


def _commit(call: Call, parent: Ref, given: Mapping[str, Json]) -> str:
    message = given["message"]
    text = "\n\n".join(filter(None, (message.get("headline", ""), message.get("body", ""))))
    web_flow = Person(name="GitHub", email="noreply@github.com", when=call.state.now())
    return call.git.write_commit(
        tree=_tree(call, parent.sha, given.get("fileChanges") or {}),
        parents=(parent.sha,),
        author=caller_as_person(call),
        committer=web_flow,
        message=text,
    )


def _tree(call: Call, base: str, changes: Mapping[str, Json]) -> str:
    modes = _modes(call, base)
    entries = []
    for change in changes.get("deletions") or ():
        if change["path"] not in modes:
            raise GraphError(f"A path was requested for deletion which does not exist: {change['path']}")
        entries.append(TreeEntry(path=change["path"], mode="0", sha=ZERO))
    for change in changes.get("additions") or ():
        blob = call.git.write("blob", _contents(change))
        # The mutation carries no modes: a file that exists keeps its own.
        entries.append(TreeEntry(path=change["path"], mode=modes.get(change["path"], "100644"), sha=blob))
    try:
        return call.git.write_tree(base, entries)
    except (BadPath, CommandFailed) as error:
        raise GraphError("A path was requested which is not valid.", "UNPROCESSABLE") from error


def _modes(call: Call, commit: str) -> dict[str, str]:
    raw = call.git.git("ls-tree", "-r", "-z", commit).decode(errors="replace")
    entries = [line.partition("\t") for line in raw.split("\0") if line]
    return {path: head.split(" ")[0] for head, _, path in entries}


def _contents(change: Mapping[str, Json]) -> bytes:
    try:
        return base64.b64decode(change["contents"], validate=True)
    except (ValueError, KeyError) as error:
        raise GraphError("FileAddition contents must be Base64.") from error

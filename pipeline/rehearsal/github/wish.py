"""What a request wants of a release, read and checked as GitHub does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from pipeline.rehearsal.github import rules
from pipeline.rehearsal.github.errors import field_error, missing_keys, unprocessable
from pipeline.rehearsal.github.errors import validation_failed as invalid
from pipeline.rehearsal.github.gitstore import NoObject
from pipeline.rehearsal.github.records import Release
from pipeline.rehearsal.github.service import Call
from pipeline.rehearsal.github.tokens import refused

_MOST_BODY: Final = 125_000
_NOT_LATEST: Final = field_error("Release", "custom", message="Latest release cannot be draft or prerelease.")

MakeLatest = Literal["true", "false", "legacy", "unset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A release as the body wants it, with what the body leaves out taken from before."""

    tag_name: str
    target: str
    name: str
    body: str
    draft: bool
    prerelease: bool
    make_latest: MakeLatest


def read_new(call: Call) -> Asked:
    """Read the body of a creation; raise GitHub's 422."""
    given = call.request.json()
    if "tag_name" not in given:
        raise missing_keys("tag_name")
    return _asked(given, _NOTHING)


def read_change(call: Call, before: Release) -> Asked:
    """Read the body of an update to ``before``; raise GitHub's 422."""
    kept = Asked(
        tag_name=before.tag_name,
        target="",
        name=before.name,
        body=before.body,
        draft=before.draft,
        prerelease=before.prerelease,
        make_latest="unset",
    )
    return _asked(call.request.json(), kept)


def check_new(call: Call, asked: Asked) -> None:
    """Refuse a creation that GitHub refuses; raise ApiError."""
    _check_target(call, asked)
    # Drafts are created with make_latest "true" by clients that publish them later: GitHub lets that pass.
    if asked.make_latest == "true" and asked.prerelease and not asked.draft:
        raise invalid(_NOT_LATEST)


def check_change(call: Call, before: Release, asked: Asked) -> None:
    """Refuse an update that GitHub refuses; raise ApiError."""
    _check_target(call, asked)
    if asked.make_latest == "true" and (asked.prerelease or asked.draft):
        raise invalid(_NOT_LATEST)
    kept = (before.tag_name, before.draft, before.prerelease)
    if before.immutable and (asked.tag_name, asked.draft, asked.prerelease) != kept:
        raise unprocessable("Only the title and the notes of an immutable release can be changed.")
    if not before.draft and asked.tag_name != before.tag_name:
        check_unused(call, asked.tag_name, before.id)


def check_unused(call: Call, tag: str, release_id: int) -> None:
    """Refuse a tag that another published release has; raise ApiError."""
    for one in call.repository.releases.all():
        if one.tag_name == tag and not one.draft and one.id != release_id:
            raise invalid(field_error("Release", "already_exists", "tag_name"))


_NOTHING: Final = Asked(
    tag_name="", target="", name="", body="", draft=False, prerelease=False, make_latest="unset"
)


def _asked(given: dict[str, Any], before: Asked) -> Asked:
    errors = [
        field_error("Release", "invalid", name)
        for name, kind in (
            ("tag_name", str),
            ("target_commitish", str),
            ("draft", bool),
            ("prerelease", bool),
        )
        if not isinstance(given.get(name, kind()), kind)
    ]
    wish = given.get("make_latest", "unset")
    if wish not in ("true", "false", "legacy", "unset"):
        errors.append(field_error("Release", "invalid", "make_latest"))
    if len(given.get("body") or "") > _MOST_BODY:
        text = f"body is too long (maximum is {_MOST_BODY} characters)"
        errors.append(field_error("Release", "custom", "body", text))
    tag = given.get("tag_name", before.tag_name)
    if tag == "":
        errors.append(field_error("Release", "missing_field", "tag_name"))
    if errors:
        raise invalid(*errors)
    return Asked(
        tag_name=tag,
        target=given.get("target_commitish", ""),
        name=given.get("name", before.name) or "",
        body=given.get("body", before.body) or "",
        draft=given.get("draft", before.draft),
        prerelease=given.get("prerelease", before.prerelease),
        make_latest=wish,
    )


def _check_target(call: Call, asked: Asked) -> None:
    """Refuse a commit that changes workflow files to a token that may not change them.

    https://github.com/cli/cli/issues/9514: this holds even when the commit is on a branch already.
    """
    if not asked.target or call.may("workflows", "write"):
        return
    if call.git.refs(f"refs/heads/{asked.target}"):
        return
    try:
        commit = call.git.commit(asked.target)
    except NoObject:
        return
    if rules.touches_workflows(call.git, commit.sha):
        raise refused(call.token, "contents=write,workflows", "write")

"""What becomes of a release: the checks, the tag, which one is latest, immutability, the events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from actionkit.errors import CommandFailed
from pipeline.rehearsal.github import rules
from pipeline.rehearsal.github.errors import ApiError, field_error, missing_keys, not_found, unprocessable
from pipeline.rehearsal.github.errors import validation_failed as invalid
from pipeline.rehearsal.github.events import RefChange
from pipeline.rehearsal.github.gitstore import ZERO, NoObject
from pipeline.rehearsal.github.records import Event, Release
from pipeline.rehearsal.github.service import Call
from pipeline.rehearsal.github.state import RepositoryState
from pipeline.rehearsal.github.tokens import refused
from pipeline.rehearsal.github.views import releases as view

_MOST_BODY: Final = 125_000
_NOT_LATEST: Final = field_error("Release", "custom", message="Latest release cannot be draft or prerelease.")
_NO_TAG: Final = field_error("Release", "custom", message="Published releases must have a valid tag")

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
    return _asked(given, Asked(**_NOTHING))


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
    if asked.make_latest == "true" and asked.prerelease:
        raise invalid(_NOT_LATEST)


def check_change(call: Call, before: Release, asked: Asked) -> None:
    """Refuse an update that GitHub refuses; raise ApiError."""
    _check_target(call, asked)
    if asked.make_latest == "true" and (asked.prerelease or asked.draft):
        raise invalid(_NOT_LATEST)
    if before.immutable and (asked.tag_name != before.tag_name or asked.draft):
        raise unprocessable("Cannot change the tag of an immutable release.")
    if not before.draft and asked.tag_name != before.tag_name:
        _check_unused(call, asked.tag_name, before.id)


def publish(call: Call, release: Release, asked: Asked, *, was_draft: bool) -> Release:
    """Make a release public: its tag, its dates, the latest mark, the lock, the events."""
    _check_unused(call, release.tag_name, release.id)
    commit = _tagged_commit(call, release)
    repository = call.repository
    locked = repository.settings.immutable_releases
    published = replace(
        release,
        draft=False,
        immutable=locked,
        created_at=repository.git.commit(commit).committer.when,
        published_at=call.state.now(),
    )
    if locked:
        _burn(repository, published.tag_name)
    repository.releases.put(published.id, published)
    mark_latest(repository, published, asked.make_latest)
    _fire_publication(call, published, was_draft=was_draft)
    return published


def mark_latest(repository: RepositoryState, release: Release, wish: MakeLatest) -> None:
    """Apply ``make_latest`` to a published release; left out, a full release becomes the latest."""
    if release.prerelease or release.draft or wish == "false":
        return
    if wish == "legacy":
        # Legacy means GitHub's rule before the mark existed: the newest commit date.
        dated = [one for one in repository.releases.all() if not one.draft and not one.prerelease]
        release = max(dated, key=lambda one: (one.created_at, one.published_at))
    repository.save(replace(repository.settings, latest_release=release.id))


def latest(repository: RepositoryState) -> Release:
    """The latest release: the marked one, else the newest full one; raise the 404."""
    found = [one for one in repository.releases.all() if not (one.draft or one.prerelease)]
    for one in found:
        if one.id == repository.settings.latest_release:
            return one
    if not found:
        raise not_found()
    return max(found, key=lambda one: (one.created_at, one.published_at))


def fire(call: Call, release: Release, action: str, *, quiet: bool = False) -> None:
    """Fire the ``release`` event with an activity type."""
    repo = call.repo
    assets = [one for one in call.repository.assets.all() if one.release == release.id]
    payload = {
        "action": action,
        "release": view.release(repo, release, assets, call.links),
        **call.service.happenings.sender(repo, call.token),
    }
    event = Event(
        name="release",
        repository=repo.full_name,
        ref=f"refs/tags/{release.tag_name}",
        sha=_commit_of_tag(call, release.tag_name),
        payload=payload,
        actor=call.token.login,
    )
    call.service.happenings.fire(event, call.token, action=action, quiet=quiet)


_NOTHING: Final[dict[str, Any]] = {
    "tag_name": "",
    "target": "",
    "name": "",
    "body": "",
    "draft": False,
    "prerelease": False,
    "make_latest": "unset",
}


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


def _check_unused(call: Call, tag: str, release_id: int) -> None:
    for one in call.repository.releases.all():
        if one.tag_name == tag and not one.draft and one.id != release_id:
            raise invalid(field_error("Release", "already_exists", "tag_name"))


def _tagged_commit(call: Call, release: Release) -> str:
    """The commit of the release's tag, which is made (lightweight) when it is missing."""
    commit = _commit_of_tag(call, release.tag_name)
    if commit != ZERO:
        return commit
    if release.tag_name in call.repo.burned_tags:
        raise _burned_error()
    ref = f"refs/tags/{release.tag_name}"
    try:
        target = call.git.commit(release.target_commitish).sha
        call.git.git("check-ref-format", ref)
    except NoObject as error:
        raise invalid(field_error("Release", "invalid", "target_commitish"), _NO_TAG) from error
    except CommandFailed as error:
        bad = field_error("Release", "custom", "tag_name", "tag_name is not a valid tag")
        raise invalid(bad, _NO_TAG) from error
    call.git.update_ref(ref, target, old=ZERO)
    change = RefChange(ref=ref, before=ZERO, after=target)
    call.service.happenings.pushed(call.repository, (change,), call.token)
    return target


def _commit_of_tag(call: Call, tag: str) -> str:
    return next((ref.commit for ref in call.git.refs("refs/tags") if ref.name == f"refs/tags/{tag}"), ZERO)


def _burned_error() -> ApiError:
    text = "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n"
    return invalid(
        field_error("Release", "custom", "pre_receive", f"pre_receive {text}"),
        field_error("Release", "custom", "tag_name", "tag_name was used by an immutable release"),
        _NO_TAG,
    )


def _burn(repository: RepositoryState, tag: str) -> None:
    settings = repository.settings
    burned = tuple(dict.fromkeys((*settings.burned_tags, tag)))
    repository.save(replace(settings, burned_tags=burned))


def _fire_publication(call: Call, release: Release, *, was_draft: bool) -> None:
    fire(call, release, "published")
    if not was_draft:
        fire(call, release, "created", quiet=True)
    # A pre-release published from a draft fires `published` alone.
    if not release.prerelease:
        fire(call, release, "released", quiet=True)
    elif not was_draft:
        fire(call, release, "prereleased", quiet=True)

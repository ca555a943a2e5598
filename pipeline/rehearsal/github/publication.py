"""What becomes of a release: its tag, which one is the latest, immutability, the events."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from actionkit.errors import CommandFailed
from actionkit.semver import TagFormat, Version
from pipeline.rehearsal.github.errors import ApiError, field_error, not_found
from pipeline.rehearsal.github.errors import validation_failed as invalid
from pipeline.rehearsal.github.events import RefChange
from pipeline.rehearsal.github.gitstore import ZERO, NoObject
from pipeline.rehearsal.github.records import Event, Release
from pipeline.rehearsal.github.service import Call
from pipeline.rehearsal.github.state import RepositoryState
from pipeline.rehearsal.github.views import releases as view
from pipeline.rehearsal.github.wish import Asked, MakeLatest, check_unused

_NO_TAG: Final = field_error("Release", "custom", message="Published releases must have a valid tag")


def publish(call: Call, release: Release, asked: Asked, *, was_draft: bool) -> Release:
    """Make a release public: its tag, its dates, the latest mark, the lock, the events."""
    check_unused(call, release.tag_name, release.id)
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
        release = max(_full(repository), key=_legacy_order)
    repository.save(replace(repository.settings, latest_release=release.id))


def latest(repository: RepositoryState) -> Release:
    """The latest release: the marked one, else the newest full one; raise the 404."""
    found = _full(repository)
    for one in found:
        if one.id == repository.settings.latest_release:
            return one
    if not found:
        raise not_found()
    return max(found, key=_legacy_order)


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


def _full(repository: RepositoryState) -> list[Release]:
    return [one for one in repository.releases.all() if not (one.draft or one.prerelease)]


def _legacy_order(release: Release) -> tuple[str, bool, Version, str]:
    """GitHub's order from before the mark: the commit's date, then the higher version."""
    version = TagFormat().version(release.tag_name)
    if isinstance(version, Version):
        return release.created_at, True, version, release.published_at
    return release.created_at, False, Version(0), release.published_at


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

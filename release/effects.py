"""The effects of a release, each of them looking first whether it is already done.

In order: commit and tag on the branch, a draft, its assets, the publication, the images workflow. Whatever
dies in between, the next run starts again at the first effect that is missing.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path

from actionkit.forge import Forge, NoRelease, Release
from actionkit.forge.commits import commit_on_branch, create_tag
from actionkit.forge.releases import create_draft, find_release, publish, upload_asset
from actionkit.forge.workflows import dispatch, was_started
from actionkit.git import Git
from actionkit.git.history import tracked_modes
from actionkit.git.objects import Signature, write_commit, write_tag
from actionkit.git.remote import push_atomic
from release.edits import NewCommit
from release.publication import Publication

Tell = Callable[[str], None]


def push_commit_and_tag(git: Git, url: str, new: NewCommit, by: Signature, tell: Tell) -> str:
    """Write commit and annotated tag, push both in one transaction, and return the commit's sha."""
    commit = _written(git, new, by) if new.edits else new.head
    tag = write_tag(git, name=new.tag, commit=commit, message=new.tag_message, by=by)
    push_atomic(git, url, {f"refs/heads/{new.branch}": commit, f"refs/tags/{new.tag}": tag})
    git.run("update-ref", f"refs/tags/{new.tag}", tag)
    tell(f"pushed {commit[:7]} to {new.branch} with the tag {new.tag}")
    return commit


def commit_and_tag_by_api(forge: Forge, new: NewCommit, tell: Tell) -> str:
    """Let GitHub make the commit, which it signs, then tag it; return the commit's sha.

    The two are not one transaction. A run that dies between them leaves the branch with the new versions
    and no tag; the next run computes the same version, finds nothing left to edit, and tags that commit.
    """
    commit = new.head
    if new.edits:
        commit = commit_on_branch(
            forge, branch=new.branch, head=new.head, message=new.message, files=new.contents
        )
        tell(f"committed {commit[:7]} on {new.branch}, signed by GitHub")
    create_tag(forge, name=new.tag, commit=commit, message=new.tag_message)
    tell(f"tagged it {new.tag}")
    return commit


def ensure_draft(forge: Forge, publication: Publication, tell: Tell) -> Release:
    """Return the release of the tag as it is, or a new draft."""
    match find_release(forge, publication.tag):
        case NoRelease():
            tell(f"drafting the release {publication.tag}")
            return create_draft(forge, publication.tag, publication.text)
        case Release() as release:
            return release


def ensure_assets(forge: Forge, release: Release, files: tuple[Path, ...], tell: Tell) -> None:
    """Upload what the draft lacks; an asset that is there with the right size is kept."""
    for path in files:
        if any(asset.holds(path) for asset in release.assets):
            continue
        upload_asset(forge, release, path, mimetypes.guess_type(path.name)[0] or "application/octet-stream")
        tell(f"uploaded {path.name}")


def ensure_published(forge: Forge, release: Release, publication: Publication, tell: Tell) -> Release:
    """Publish the draft, unless it is published or is to stay a draft."""
    if not release.draft or publication.draft:
        return release
    published = publish(forge, release, publication.text, publication.make_latest)
    tell(f"published {published.url}")
    return published


def ensure_images_started(forge: Forge, workflow: str, release: Release, tell: Tell) -> None:
    """Start the images workflow on the tag, unless it was started or there is nothing published."""
    if not workflow or release.draft or was_started(forge, workflow, release.tag):
        return
    dispatch(forge, workflow, release.tag, {"tag": release.tag})
    tell(f"started {workflow} for {release.tag}")


def _written(git: Git, new: NewCommit, by: Signature) -> str:
    modes = tracked_modes(git, new.head)
    files = {path: (modes.get(path, "100644"), text) for path, text in new.contents.items()}
    return write_commit(git, parent=new.head, files=files, message=new.message, by=by)

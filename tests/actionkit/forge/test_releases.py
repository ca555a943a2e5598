"""What is done to a release is done to nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from actionkit.forge.client import Forge
from actionkit.forge.releases import ReleaseText, create_draft, find_release, publish, update_body
from pipeline.rehearsal.github import LocalGitHub
from pipeline.rehearsal.sample_repository import make_sample_repository


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    """A repository with a tag that has no release yet."""
    name = "octo-org/sample"
    with LocalGitHub.serve(tmp_path / "github") as github:
        github.create_repository(name, source=make_sample_repository(tmp_path / "sample"))
        token = github.issue_token(name, permissions={"contents": "write"})
        yield Forge(repository=name, api_url=github.api_url, token=token)


def test_new_notes_leave_alone_what_changed_since_the_release_was_read(forge: Forge) -> None:
    read = create_draft(forge, "v9.0.0", ReleaseText(title="Nine", body="old", prerelease=False))
    published = publish(forge, read, ReleaseText(title="9", body="old", prerelease=True), "false")
    assert (read.draft, published.draft, published.prerelease) == (True, False, True)

    assert update_body(forge, read, "new") == replace(published, body="new")
    assert find_release(forge, "v9.0.0") == replace(published, body="new")


def test_new_notes_of_a_draft_leave_it_a_draft(forge: Forge) -> None:
    draft = create_draft(forge, "v9.0.0", ReleaseText(title="Nine", body="old", prerelease=True))
    assert update_body(forge, draft, "new") == replace(draft, body="new")
    assert find_release(forge, "v9.0.0") == replace(draft, body="new")

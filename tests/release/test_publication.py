"""The tag remembers what was to be published."""

from __future__ import annotations

import pytest

from actionkit.git import Tag
from actionkit.semver import Version
from release.publication import NotOurs, Publication, Remembered, remembered, tag_message


def publication(*, notes: str, prior_tag: str = "v1.2.0", draft: bool = False) -> Publication:
    return Publication(
        version=Version(1, 3, 0),
        tag="v1.3.0",
        prior_tag=prior_tag,
        notes=notes,
        body=notes,
        make_latest="true",
        draft=draft,
    )


def tagged(message: str) -> Tag:
    return Tag(name="v1.3.0", object_sha="a", commit_sha="b", message=message)


@pytest.mark.parametrize("draft", [True, False])
@pytest.mark.parametrize("prior_tag", ["", "v1.2.0"])
@pytest.mark.parametrize("notes", ["## 1.3.0\n\n- one", "Prior-Tag: v9\nDraft: true", "ünï\n\n\n# x"])
def test_what_a_tag_says_is_read_back(notes: str, prior_tag: str, *, draft: bool) -> None:
    message = tag_message(publication(notes=notes, prior_tag=prior_tag, draft=draft))
    assert remembered(tagged(message)) == Remembered(notes=notes, prior_tag=prior_tag, draft=draft)


def test_a_signature_below_the_message_is_left_out() -> None:
    message = tag_message(publication(notes="- one")) + "-----BEGIN PGP SIGNATURE-----\nx\n"
    assert remembered(tagged(message)) == Remembered(notes="- one", prior_tag="v1.2.0", draft=False)


@pytest.mark.parametrize("message", ["", "v1.3.0\n", "v1.3.0\n\nnotes\n", "Prior-Tag: v1\n"])
def test_a_tag_that_somebody_else_made_is_not_ours(message: str) -> None:
    assert remembered(tagged(message)) == NotOurs(tag="v1.3.0")


def test_a_prerelease_is_published_as_one() -> None:
    stable = publication(notes="x")
    assert not stable.text.prerelease
    assert Publication(
        version=Version.parse("1.3.0-rc.1"),
        tag="v1.3.0-rc.1",
        prior_tag="",
        notes="",
        body="",
        make_latest="false",
        draft=False,
    ).text.prerelease

"""What is built, kept, copied, compared or refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from actionkit.forge.releases import NoRelease, Release
from actionkit.registry import Missing
from actionkit.semver import TagFormat, parse_version
from images.build.attestations import Attestations
from images.declared.document import Declared, Target
from images.inputs import Inputs
from images.labels import Facts, fingerprint, image_labels
from images.plan import Compare, Copy, Keep, Plan, Push, make_plan
from images.state import Published, RepositoryState, Snapshot, Source
from images.tags import Hold, Move

COMMIT = "c" * 40
REPOSITORIES = ("ghcr.io/acme/shop/api", "docker.io/acme/api")
FACTS = Facts(repository_url="https://github.com/Acme/Shop", description="Sells things.", licenses="MIT")
SOURCE = Source(
    folder=Path("/w"),
    commit=COMMIT,
    created="2026-01-02T03:04:05Z",
    seconds=1767323045,
    paths=("api.Dockerfile",),
    changed=(),
    ignored=(),
    changes="",
)
TARGET = Target(
    name="api",
    image="api",
    platforms=("linux/amd64",),
    arguments={},
    labels={},
    annotations={},
    fingerprint_source="{}",
)


def inputs(**changes: object) -> Inputs:
    fields: dict[str, object] = {
        "tag": "v1.2.3",
        "version": parse_version("1.2.3"),
        "tag_format": TagFormat(),
        "token": "",
        "destinations": (),
        "files": (),
        "targets": (),
        "overrides": (),
        "allow": (),
        "public_arguments": (),
        "public_secrets": (),
        "unused_paths": (),
        "platforms": (),
        "builder": "",
        "cache": (),
        "secrets": (),
        "attestations": (Attestations.PROVENANCE,),
        "release_notes": True,
        "overwrite": False,
        "dry_run": False,
        "platform": "",
        "parts": "",
    }
    return Inputs(**{**fields, **changes})  # type: ignore[arg-type]


def published(revision: str = COMMIT, made_from: str = "", gone: tuple[str, ...] = ()) -> Published:
    return Published(
        tag="1.2.3",
        digest="sha256:there",
        contents=("sha256:image",),
        gone=gone,
        revision=revision,
        fingerprint=made_from or fingerprint(inputs(), SOURCE, TARGET),
        size=1,
        platforms=("linux/amd64",),
    )


def plan(
    *states: Published | Missing,
    given: Inputs | None = None,
    target: Target = TARGET,
    release: Release | NoRelease | None = None,
) -> Plan:
    repositories = tuple(
        RepositoryState(repository=name, tags=("1.2.3",), published=state, prior=Missing(reference=""))
        for name, state in zip(REPOSITORIES, states, strict=False)
    )
    snapshot = Snapshot(
        declared=Declared(targets=(target,), others=(), document={}),
        repositories={"api": repositories},
        git_versions=(parse_version("1.2.3"), parse_version("1.3.0"), parse_version("3.0.0")),
        withdrawn=frozenset({parse_version("3.0.0")}),
        release=release or NoRelease(tag="v1.2.3"),
    )
    return make_plan(given or inputs(), SOURCE, snapshot, FACTS)


def actions(made: Plan) -> list[object]:
    return [place.action for image in made.images for place in image.places]


ABSENT = Missing(reference="")


def test_what_is_absent_is_built_and_pushed() -> None:
    made = plan(ABSENT)
    assert (actions(made), [image.target.name for image in made.builds], made.problems) == (
        [Push()],
        ["api"],
        (),
    )


def test_what_was_made_from_the_same_inputs_is_kept_and_not_built() -> None:
    made = plan(published())
    assert (actions(made), made.builds, made.problems) == ([Keep(published=published())], (), ())


def test_a_registry_that_lacks_the_image_gets_a_copy_from_the_one_that_has_it() -> None:
    made = plan(published(), ABSENT)
    assert actions(made) == [
        Keep(published=published()),
        Copy(origin=REPOSITORIES[0], published=published()),
    ]
    assert made.builds == ()


def test_other_inputs_of_the_same_commit_are_compared_after_the_build() -> None:
    there = published(made_from="other")
    made = plan(there, ABSENT)
    assert (actions(made), made.problems) == ([Compare(published=there, may_replace=False), Push()], ())
    assert len(made.builds) == 1


@pytest.mark.parametrize("revision", ["d" * 40, ""])
def test_another_commit_is_refused(revision: str) -> None:
    (problem,) = plan(published(revision=revision)).problems
    assert problem.what == "ghcr.io/acme/shop/api:1.2.3 exists with other content"


def test_all_registries_get_the_digest_that_one_of_them_has() -> None:
    there, other = published(made_from="other"), published(made_from="other")
    (image,) = plan(there, ABSENT).images
    same = image.agreed(there.contents)
    assert [place.action for place in same.places] == [
        Compare(published=there, may_replace=False),
        Copy(origin=REPOSITORIES[0], published=there),
    ]
    assert [place.action for place in image.agreed(("sha256:new",)).places] == [
        Compare(published=other, may_replace=False),
        Push(),
    ]


def test_what_replaces_another_version_is_copied_from_where_it_is_already() -> None:
    made = plan(published(), published(revision="d" * 40), given=inputs(overwrite=True))
    assert actions(made) == [
        Keep(published=published()),
        Copy(origin=REPOSITORIES[0], published=published()),
    ]
    assert made.builds == ()


def test_a_version_that_lost_a_part_is_refused_and_not_copied() -> None:
    there = published(gone=("sha256:arm64",))
    made = plan(there, ABSENT)
    assert actions(made) == [Compare(published=there, may_replace=False), Push()]
    (problem,) = made.problems
    assert problem.what == "ghcr.io/acme/shop/api:1.2.3 is broken"


def test_overwriting_keeps_what_is_the_same_and_may_replace_the_rest() -> None:
    other = published(revision="d" * 40)
    made = plan(other, published(made_from="other"), given=inputs(overwrite=True))
    assert (actions(made), made.problems) == (
        [
            Compare(published=other, may_replace=True),
            Compare(published=published(made_from="other"), may_replace=True),
        ],
        (),
    )
    assert [place.replaceable for place in made.images[0].places] == ["sha256:there", "sha256:there"]


def test_floating_tags_are_judged_by_git_too_and_withdrawn_versions_do_not_count() -> None:
    (image,) = plan(ABSENT).images
    assert image.places[0].floating == (
        Move(tag="1.2"),
        Hold(tag="1", reason="1.3.0 is higher"),
        Hold(tag="latest", reason="1.3.0 is higher"),
    )


def test_what_changes_in_the_folder_or_the_target_makes_another_image() -> None:
    def changed(**fields: object) -> Source:
        values = {name: getattr(SOURCE, name) for name in Source.__slots__}
        return Source(**{**values, **fields})  # type: ignore[arg-type]

    other = replace(TARGET, platforms=(), arguments={}, labels={}, fingerprint_source="{other}")
    names = {
        fingerprint(inputs(), SOURCE, TARGET),
        fingerprint(inputs(), changed(changes="x"), TARGET),
        fingerprint(inputs(), changed(commit="d" * 40), TARGET),
        fingerprint(inputs(), SOURCE, other),
        fingerprint(inputs(platforms=("linux/arm64",)), SOURCE, TARGET),
    }
    assert len(names) == 5


def test_the_project_s_own_labels_win_except_where_only_the_release_knows() -> None:
    own = {
        "org.opencontainers.image.title": "The API",
        "org.opencontainers.image.version": "dev",
        "org.opencontainers.image.licenses": "",
        "vendor": "Acme",
    }
    target = replace(TARGET, platforms=(), arguments={}, labels=own, fingerprint_source="{}")
    assert image_labels(inputs(), SOURCE, FACTS, target) == {
        "org.opencontainers.image.title": "The API",
        "org.opencontainers.image.description": "Sells things.",
        "org.opencontainers.image.url": "https://github.com/Acme/Shop",
        "org.opencontainers.image.licenses": "MIT",
        "vendor": "Acme",
        "org.opencontainers.image.source": "https://github.com/Acme/Shop",
        "org.opencontainers.image.version": "1.2.3",
        "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
        "org.opencontainers.image.revision": COMMIT,
        "release-pipeline.inputs": fingerprint(inputs(), SOURCE, target),
    }


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("NPM_TOKEN", True),
        ("token", True),
        ("DB_PASSWORD", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("API_KEY", True),
        ("TOKENIZER", False),
        ("KEYBOARD", False),
        ("SECRETARY", False),
        ("PUBLIC_KEY", False),
        ("PROFILE", False),
    ],
)
def test_build_arguments_that_look_like_secrets_are_refused(name: str, *, refused: bool) -> None:
    target = replace(TARGET, platforms=(), arguments={name: "x"}, labels={}, fingerprint_source="{}")
    assert bool(plan(ABSENT, target=target).problems) == refused


def test_an_empty_build_argument_is_no_secret() -> None:
    target = replace(TARGET, platforms=(), arguments={"TOKEN": ""}, labels={}, fingerprint_source="{}")
    assert plan(ABSENT, target=target).problems == ()

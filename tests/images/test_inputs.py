"""The inputs, parsed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from actionkit.context import Context
from actionkit.errors import ActionError, Problems
from actionkit.registry import Address
from actionkit.semver import parse_version
from images.build.attestations import Attestations
from images.inputs import Inputs, read_inputs
from images.publish.destinations import Destination
from images.secrets.mounts import Secret

Read = Callable[..., Inputs]


@pytest.fixture
def read(context: Context) -> Read:
    """Read inputs that are given by name, ``_`` for ``-``; ``changes`` are to the context."""

    def read(changes: Mapping[str, object] = MappingProxyType({}), **given: str) -> Inputs:
        environ = {f"INPUT_{name.replace('_', '-').upper()}": value for name, value in given.items()}
        return read_inputs({"INPUT_TOKEN": "ghs_token", **environ}, replace(context, **changes))

    return read


@pytest.fixture
def problems(read: Read) -> Callable[..., list[str]]:
    """Read inputs that must be refused; give what is wrong with them."""

    def problems(**given: str) -> list[str]:
        with pytest.raises(ActionError) as caught:
            read(**given)
        error = caught.value
        return [problem.what for problem in error.problems] if isinstance(error, Problems) else [error.what]

    return problems


def test_the_tag_comes_from_the_input_the_release_or_the_ref(read) -> None:
    released = {"event": {"release": {"tag_name": "v1.1.0"}}, "ref_name": "v1.0.0", "ref_type": "tag"}
    tagged = {"ref_name": "v1.0.0", "ref_type": "tag"}
    assert [read(tag="v1.2.0").tag, read(released).tag, read(tagged).tag] == ["v1.2.0", "v1.1.0", "v1.0.0"]
    assert read(released, tag="v1.2.0").version == parse_version("1.2.0")


def test_an_input_that_a_workflow_passes_on_empty_is_as_left_out(read) -> None:
    assert read(tag="v1.0.0", release_notes="", overwrite="", attestations="") == read(tag="v1.0.0")
    assert read(tag="v1.0.0").release_notes
    assert not read(tag="v1.0.0", release_notes="false").release_notes


def test_paths_that_no_image_takes_lie_in_the_repository(read, problems) -> None:
    assert read(tag="v1.0.0", unused_paths="docs/theme\n.data/my file").unused_paths == (
        "docs/theme",
        ".data/my file",
    )
    outside = ("/", "/tests", ".", "..", "./tests", "../x", "a/../..", "-x")
    assert [len(problems(tag="v1.0.0", unused_paths=path)) for path in outside] == [1] * len(outside)


def test_without_a_tag_there_is_nothing_to_build(problems) -> None:
    assert problems() == ["there is no tag to build the images of"]


def test_a_tag_that_the_format_does_not_describe_is_refused(read, problems) -> None:
    assert problems(tag="release-7") == ["the tag release-7 is not the tag of a version"]
    assert read(tag="core-v1.2.3", tag_format="core-v{version}").version == parse_version("1.2.3")


def test_on_github_s_own_registry_the_token_is_the_password(read) -> None:
    assert read(tag="v1.0.0").destinations == (
        Destination(
            address=Address(host="ghcr.io", plain=False),
            namespace="acme/shop",
            username="ada",
            password="ghs_token",
        ),
    )


def test_github_s_token_is_sent_to_no_other_registry(read, problems) -> None:
    assert read(tag="v1.0.0", registry="docker.io", namespace="Acme").destinations == (
        Destination(
            address=Address(host="docker.io", plain=False), namespace="acme", username="", password=""
        ),
    )
    assert problems(tag="v1.0.0", registry="docker.io", username="ada", password="ghs_token") == [
        "the password for docker.io is GitHub's token"
    ]


def test_several_registries_take_their_logins_line_by_line(read) -> None:
    inputs = read(
        tag="v1.0.0",
        registry="ghcr.io\nhttp://127.0.0.1:5000",
        username="-\nbob",
        password="-\nsecret-of-bob",
        namespace="acme",
    )
    assert [(d.address.host, d.namespace, d.username, d.password) for d in inputs.destinations] == [
        ("ghcr.io", "acme", "ada", "ghs_token"),
        ("127.0.0.1:5000", "acme", "bob", "secret-of-bob"),
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"password": "\nsecret-of-bob"}, ["line 1 of input password is empty"]),
        ({"password": "\n\n"}, ["line 1 of input password is empty"]),
        ({"username": "-\n", "password": "-\nx"}, ["input username has 1 lines for 2 registries"]),
        ({"password": "a\nb\nc"}, ["input password has 3 lines for 2 registries"]),
        ({"namespace": "a\nb\nc"}, ["input namespace has 3 lines for 2 registries"]),
    ],
)
def test_no_login_slips_to_another_registry(problems, given: dict[str, str], told: list[str]) -> None:
    other = {"username": "ann\nbob", "password": "-\n-", "namespace": "acme"}
    assert problems(tag="v1.0.0", registry="r.example.org\ns.example.org", **{**other, **given}) == told


def test_a_registry_that_is_named_twice_is_refused(problems) -> None:
    assert problems(tag="v1.0.0", registry="ghcr.io\nghcr.io") == [
        "ghcr.io/acme/shop is named twice in input registry"
    ]


def test_every_problem_is_told_at_once(problems) -> None:
    assert problems(
        tag="v1.0.0",
        tag_format="v",
        registry="ftp://x",
        namespace="a b",
        files="--privileged",
        set="-x=1",
        platforms="amd64",
        cache="disk",
        secrets="=x",
        attestations="all",
        dry_run="maybe",
    ) == [
        "tag-format 'v' must contain {version} exactly once",
        "'ftp://x' is not the address of a registry",
        "input namespace is 'a b'",
        "input files has '--privileged'",
        "input set has '-x=1'",
        "input platforms has 'amd64'",
        "input cache has 'disk'",
        "line 1 of input secrets is not id=value",
        "input attestations has 'all'",
        "input dry-run is 'maybe'",
    ]


def test_what_everybody_may_read_is_a_secret_to_steps_alone(read) -> None:
    inputs = read(tag="v1.0.0", secrets="user=organisation\nkey=tulip-Window", public_secrets="user")
    assert [secret.identity for secret in inputs.secrets] == ["user", "key"]
    assert [value for value in inputs.confidential if value in ("organisation", "tulip-Window")] == [
        "tulip-Window"
    ]


def test_secrets_are_one_a_line_and_values_keep_their_equal_signs(read) -> None:
    inputs = read(tag="v1.0.0", secrets="npm_token=abc==\n\nkey.pem=x y")
    assert inputs.secrets == (
        Secret(identity="npm_token", value="abc=="),
        Secret(identity="key.pem", value="x y"),
    )
    assert inputs.confidential == ("ghs_token", "ghs_token", "abc==", "x y")


def test_a_secret_may_have_several_lines(read) -> None:
    text = "key<<END\n-----BEGIN KEY-----\n  abc\n-----END KEY-----\nEND\nother=1"
    assert read(tag="v1.0.0", secrets=text).secrets == (
        Secret(identity="key", value="-----BEGIN KEY-----\n  abc\n-----END KEY-----"),
        Secret(identity="other", value="1"),
    )


def test_attestations_are_what_the_targets_declare_unless_told_otherwise(read) -> None:
    assert read(tag="v1.0.0").attestations == ()
    assert read(tag="v1.0.0", attestations="none").attestations == (Attestations.NONE,)
    assert read(tag="v1.0.0", attestations="provenance-max,sbom").attestations == (
        Attestations.PROVENANCE_MAX,
        Attestations.SBOM,
    )

"""A registry on bad days: what passes is survived, what is meant is told at once."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

pytestmark = pytest.mark.engine

FILES = {"api.Dockerfile": "FROM scratch\nCOPY api.txt /\n", "api.txt": "api"}
BLOBS = r"/blobs/uploads/"
MANIFESTS = r"/manifests/"
UNAVAILABLE = '{"errors":[{"code":"UNAVAILABLE","message":"try later"}]}'


TWO = {**FILES, "web.Dockerfile": FILES["api.Dockerfile"]}


def published(shop, run, reader) -> bool:
    """All four tags name the one digest that the run says."""
    (image,) = json.loads(run.outputs["images"])
    repository = shop.repository("api")
    served = {tag: reader.manifest(repository, tag)[0] for tag in reader.tags(repository)}
    return served == dict.fromkeys(("1.0.0", "1.0", "1", "latest"), image["digest"])


def test_troubles_of_gateways_are_tried_again(shop, proxy, reader) -> None:
    shop.release("v1.0.0", FILES)
    troubles = {
        499: ("PUT", MANIFESTS),
        502: ("POST", BLOBS),
        503: ("GET", "/tags/list"),
        504: ("PUT", "/latest$"),
    }
    for status, (method, path) in troubles.items():
        proxy.fault(method, path, status=status, body="<html>gateway</html>" if status < 503 else UNAVAILABLE)
    run = shop.run("v1.0.0", address=proxy.address)
    assert run.errors == []
    for status, (method, path) in troubles.items():
        assert status in proxy.answers(method, path)
    assert published(shop, run, reader)


def test_an_answer_that_was_lost_is_no_second_publication(shop, proxy, reader) -> None:
    shop.release("v1.0.0", FILES)
    proxy.fault("PUT", r"/manifests/1\.0\.0$", status=504, late=True)
    run = shop.run("v1.0.0", address=proxy.address)
    assert run.errors == []
    assert published(shop, run, reader)


def test_too_many_requests_are_repeated_when_the_registry_says(shop, proxy, reader) -> None:
    shop.release("v1.0.0", FILES)
    proxy.fault("POST", BLOBS, after=1, times=2, status=429, headers=(("Retry-After", "1"),))
    proxy.fault("GET", MANIFESTS, times=2, status=429, headers=(("Retry-After", "1"),))
    run = shop.run("v1.0.0", address=proxy.address)
    assert run.errors == []
    assert published(shop, run, reader)


def test_a_connection_that_breaks_within_a_blob_is_repaired(shop, proxy, reader) -> None:
    shop.release("v1.0.0", FILES)
    proxy.fault("PATCH", BLOBS, reset=True)
    proxy.fault("PUT", BLOBS, reset=True)
    run = shop.run("v1.0.0", address=proxy.address)
    assert run.errors == []
    assert proxy.answers("PATCH", BLOBS)[0] == 0
    assert published(shop, run, reader)


def test_a_manifest_that_does_not_show_at_once_is_waited_for(shop, proxy, reader) -> None:
    shop.release("v1.0.0", FILES)
    unknown = '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'
    proxy.fault("GET", r"/manifests/1\.0$", after=1, times=2, status=404, body=unknown)
    run = shop.run("v1.0.0", address=proxy.address)
    assert run.errors == []
    assert proxy.answers("GET", r"/manifests/1\.0$")[1:3] == [404, 404]
    assert published(shop, run, reader)


def test_a_slow_registry_is_waited_for(shop, proxy, reader) -> None:
    shop.release("v1.0.0", FILES)
    proxy.fault("PUT", MANIFESTS, slow=3)
    run = shop.run("v1.0.0", address=proxy.address)
    assert run.errors == []
    assert published(shop, run, reader)


def test_a_refused_login_is_told_at_once(shop, proxy) -> None:
    shop.release("v1.0.0", FILES)
    run = shop.run("v1.0.0", address=proxy.address, password="wrong-password")
    (error,) = run.errors
    assert error.startswith(f"cannot log in to {proxy.address} as rehearsal: {proxy.address} refuses")
    assert "secrets.REGISTRY_PASSWORD" in error
    assert 1 <= len(proxy.answers("GET", "/v2/$")) <= 2, "a refusal is not asked for again"
    assert "wrong-password" not in run.log.replace("::add-mask::wrong-password", "")


def test_a_login_that_may_not_write_is_told_before_anything_is_built(shop, proxy, reader) -> None:
    shop.release("v1.0.0", TWO)
    denied = '{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}'
    proxy.fault("POST", BLOBS, times=99, status=403, body=denied)
    run = shop.run("v1.0.0", address=proxy.address)
    (error,) = run.errors
    for name in ("api", "web"):
        place = shop.repository(name, proxy.address)
        assert f"cannot write to {place}: {proxy.address} refuses" in error, "every repository is told"
    assert "permission_denied: write_package" in error
    assert proxy.answers("POST", BLOBS) == [403, 403], "a refusal is not asked for again"
    assert "#1 " not in run.log, "nothing was built"


def test_a_push_of_one_image_that_fails_for_good_leaves_no_tag_of_any(shop, proxy, reader) -> None:
    shop.release("v1.0.0", TWO)
    invalid = '{"errors":[{"code":"MANIFEST_INVALID","message":"not today"}]}'
    proxy.fault("PUT", r"/web/manifests/sha256:", times=99, status=400, body=invalid)
    run = shop.run("v1.0.0", address=proxy.address)
    (error,) = run.errors
    assert error.startswith(f"cannot push {shop.repository('web', proxy.address)}@sha256:")
    assert "not today" in error
    assert [reader.tags(shop.repository(name)) for name in ("api", "web")] == [[], []]

    proxy.faults.clear()
    proxy.seen.clear()
    again = shop.run("v1.0.0", address=proxy.address)
    assert again.errors == []
    put = [path.partition(MANIFESTS)[2] for method, path, _ in proxy.seen if method == "PUT"]
    tags = [name for name in put if name and not name.startswith("sha256:")]
    assert tags == ["1.0.0", "1.0.0", "1.0", "1.0", "1", "1", "latest", "latest"], "most general ones last"


def test_what_comes_back_altered_gets_no_tag(shop, proxy, reader) -> None:
    shop.release("v1.0.0", FILES)
    kind = (("Content-Type", "application/vnd.oci.image.index.v1+json"),)
    other = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
    proxy.fault("GET", r"/manifests/sha256:", times=99, status=200, headers=kind, body=other)
    run = shop.run("v1.0.0", address=proxy.address)
    assert run.status == 1
    assert len(run.errors) == 1
    assert "@sha256:" in run.errors[0]
    assert reader.tags(shop.repository("api")) == []


def test_a_higher_version_that_appears_in_the_middle_gets_the_general_tags(shop, proxy, reader) -> None:
    repository = shop.repository("api")
    shop.release("v1.0.0", FILES)
    shop.run("v1.0.0")
    other = reader.manifest(repository, "1.0.0")[0]
    shop.release("v1.1.0", {"api.txt": "1.1"})
    proxy.fault("PUT", "/manifests/latest$", meanwhile=lambda: reader.retag(repository, "1.0.0", "2.0.0"))
    run = shop.run("v1.1.0", address=proxy.address)
    assert run.errors == []
    served = {tag: reader.manifest(repository, tag)[0] for tag in reader.tags(repository)}
    assert served["latest"] == served["2.0.0"] == other
    assert served["1"] == served["1.1"] == served["1.1.0"] != other
    assert json.loads(run.outputs["images"])[0]["tags"] == ["1.1.0", "1.1", "1"]


def test_a_version_that_is_published_in_the_middle_with_other_content_is_not_replaced(
    shop, proxy, reader
) -> None:
    repository = shop.repository("api")
    shop.release("v0.9.0", {**FILES, "web.Dockerfile": FILES["api.Dockerfile"]})
    shop.run("v0.9.0")
    other = reader.manifest(repository, "0.9.0")[0]
    shop.release("v1.0.0", {"api.txt": "1.0"})
    proxy.fault("PUT", "/api/manifests/sha256:", meanwhile=lambda: reader.retag(repository, "0.9.0", "1.0.0"))
    run = shop.run("v1.0.0", address=proxy.address)
    (error,) = run.errors
    assert error.startswith(
        f"{shop.repository('api', proxy.address)}:1.0.0 was published meanwhile, with other content\n"
        f"why: it is {other}; this run made sha256:"
    )
    assert reader.manifest(repository, "1.0.0")[0] == reader.manifest(repository, "latest")[0] == other
    assert "1.0.0" not in reader.tags(shop.repository("web")), "no other image has a tag of it either"


def test_two_runs_of_the_same_release_end_with_one_image(shop, proxy, reader) -> None:
    shop.release("v1.0.0", FILES)
    twin = replace(shop, folder=shutil.copytree(shop.folder, shop.folder.with_name("twin")))
    runs = []
    proxy.fault("PUT", "/api/manifests/sha256:", meanwhile=lambda: runs.append(twin.run("v1.0.0")))
    late = shop.run("v1.0.0", address=proxy.address)
    (early,) = runs
    assert (early.errors, late.errors) == ([], [])
    digests = [[image["digest"] for image in json.loads(run.outputs["images"])] for run in (early, late)]
    assert digests[0] == digests[1]
    assert published(shop, early, reader)

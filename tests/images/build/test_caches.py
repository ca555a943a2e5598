"""Which caches a target gets."""

from __future__ import annotations

from pathlib import Path

from images.build.caches import CachePlace, Caches, check_caches, target_caches


def caches(*words: str, resolved: dict[str, object] | None = None, plain: bool = False) -> Caches:
    place = CachePlace(
        scope="api-linux-amd64",
        repository="ghcr.io/acme/shop/api",
        plain=plain,
        workspace=Path("/workspace"),
    )
    return target_caches(words, resolved or {}, place)


def test_github_s_cache_is_the_second_version_and_scoped() -> None:
    base = "type=gha,version=2,scope=api-linux-amd64"
    assert caches("gha") == Caches(sources=(base,), sinks=(f"{base},mode=max,ignore-error=true",))


def test_a_registry_s_cache_lies_beside_the_image_under_a_tag_of_its_own() -> None:
    base = "type=registry,ref=ghcr.io/acme/shop/api:buildcache-api-linux-amd64"
    options = "mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"
    assert caches("registry") == Caches(sources=(base,), sinks=(f"{base},{options}",))
    assert caches("registry", plain=True).sources == (f"{base},registry.insecure=true",)


def test_a_local_cache_has_a_folder_for_each_scope() -> None:
    folder = "/workspace/.cache/layers/api-linux-amd64"
    assert caches("local=.cache/layers") == Caches(
        sources=(f"type=local,src={folder}",),
        sinks=(f"type=local,dest={folder},mode=max,ignore-error=true",),
    )


def test_declared_caches_stay_and_may_fail() -> None:
    resolved: dict[str, object] = {
        "cache-from": ["ghcr.io/acme/cache", {"type": "gha", "scope": "x"}],
        "cache-to": [
            "type=inline",
            "type=gha,ignore-error=false",
            {"type": "gha", "mode": "max"},
            {"type": "gha", "ignore-error": True},
        ],
    }
    assert caches(resolved=resolved) == Caches(
        sources=("type=registry,ref=ghcr.io/acme/cache", "type=gha,scope=x"),
        sinks=(
            "type=inline",
            "type=gha,ignore-error=false",
            "type=gha,mode=max,ignore-error=true",
            "type=gha,ignore-error=true",
        ),
    )


def test_none_means_none() -> None:
    assert caches("none", resolved={"cache-to": ["type=gha"]}) == Caches(sources=(), sinks=())


def test_an_unknown_cache_is_named() -> None:
    words = ("gha", "disk", "local=x", "local=", "local=../x")
    assert [problem.what for problem in check_caches(words, ())] == [
        "input cache has 'disk'",
        "input cache has 'local='",
        "input cache has 'local=../x'",
    ]


def test_a_folder_that_ends_with_the_container_is_refused() -> None:
    kept = (Path("/github/workspace"), Path("/github/runner_temp"))
    words = ("local=/github/workspace/x", "local=/github/runner_temp", "local=/home/runner/work/_temp/x")
    assert [problem.what for problem in check_caches(words, kept)] == [
        "input cache has 'local=/home/runner/work/_temp/x', a folder that this action does not see"
    ]

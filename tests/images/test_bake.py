"""Bake's own JSON, read and written back."""

from __future__ import annotations

import json

from images.bake import TargetSettings, build_definition, check_distinct, read_declared

PRINTED = {
    "group": {"default": {"targets": ["services", "tool"]}, "services": {"targets": ["api", "web"]}},
    "target": {
        "api": {
            "context": ".",
            "dockerfile": "Dockerfile",
            "args": {"PROFILE": "rel${x}", "EMPTY": None},
            "labels": {"org.opencontainers.image.vendor": "Acme"},
            "tags": ["registry.example.org:5000/acme/Shop-API:dev", "other/name"],
            "target": "api",
            "cache-to": ["type=gha"],
            "platforms": ["linux/amd64", "linux/arm64"],
        },
        "web": {"context": ".", "contexts": {"base": "target:base"}, "dockerfile": "web.Dockerfile"},
        "tool": {"context": "tool", "secret": [{"type": "file", "id": "key", "src": "key"}]},
        "base": {"context": ".", "dockerfile-inline": "FROM scratch", "tags": ["base:dev"]},
    },
}

SETTINGS = TargetSettings(
    output="type=oci,dest=/out/api",
    labels={"a": "b"},
    annotations=("manifest:a=b",),
    platforms=("linux/amd64",),
    attestations=("type=provenance,mode=min",),
    secrets=("id=token,env=IMAGES_SECRET_0",),
    cache_from=(),
    cache_to=("type=gha,ignore-error=true",),
)


def test_the_targets_of_the_default_group_are_the_images() -> None:
    declared = read_declared(json.dumps(PRINTED).encode())
    assert [(target.name, target.image, target.platforms) for target in declared.targets] == [
        ("api", "shop-api", ("linux/amd64", "linux/arm64")),
        ("web", "web", ()),
        ("tool", "tool", ()),
    ]


def test_a_target_may_be_called_as_its_group() -> None:
    printed = {"group": {"default": {"targets": ["default"]}}, "target": {"default": {"context": "."}}}
    assert [target.name for target in read_declared(json.dumps(printed).encode()).targets] == ["default"]


def test_names_caches_and_labels_do_not_decide_what_an_image_contains() -> None:
    changed = json.loads(json.dumps(PRINTED))
    changed["target"]["api"] |= {"tags": ["x"], "labels": {}, "cache-to": [], "output": ["type=docker"]}
    other = json.loads(json.dumps(PRINTED))
    other["target"]["api"]["args"]["PROFILE"] = "debug"
    first, same, different = (
        read_declared(json.dumps(document).encode()).targets[0].fingerprint_source
        for document in (PRINTED, changed, other)
    )
    assert first == same != different


def test_what_is_built_is_bake_s_own_answer_with_our_outputs_in_it() -> None:
    declared = read_declared(json.dumps(PRINTED).encode())
    written = json.loads(build_definition(declared, {"api": SETTINGS}, ("linux/arm64",)))
    assert written["group"] == {"default": {"targets": ["api"]}}
    assert written["target"]["api"] == {
        "annotations": ["manifest:a=b"],
        "args": {"EMPTY": None, "PROFILE": "rel$${x}"},
        "attest": ["type=provenance,mode=min"],
        "cache-from": [],
        "cache-to": ["type=gha,ignore-error=true"],
        "context": ".",
        "dockerfile": "Dockerfile",
        "labels": {"a": "b", "org.opencontainers.image.vendor": "Acme"},
        "output": ["type=oci,dest=/out/api"],
        "platforms": ["linux/amd64"],
        "secret": ["id=token,env=IMAGES_SECRET_0"],
        "target": "api",
    }
    assert written["target"]["base"] == {
        "context": ".",
        "dockerfile-inline": "FROM scratch",
        "output": ["type=cacheonly"],
        "platforms": ["linux/arm64"],
    }


def test_two_images_of_one_name_are_refused() -> None:
    printed = {
        "group": {"default": {"targets": ["a", "b"]}},
        "target": {"a": {"tags": ["x/shop:1"]}, "b": {"tags": ["y/shop:2"]}},
    }
    (problem,) = check_distinct(read_declared(json.dumps(printed).encode()))
    assert problem.what == "the targets a, b would all be published as shop"

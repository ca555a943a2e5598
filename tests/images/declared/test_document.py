"""Bake's own JSON, read and written back."""

from __future__ import annotations

import json
from dataclasses import replace

from images.declared.document import TargetSettings, build_definition, read_declared
from images.refusals import name_problems

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
    is_index=True,
    output="type=oci,dest=/out/api",
    labels={"a": "b"},
    annotations=("a=b",),
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


def test_targets_that_make_files_or_checks_are_no_images() -> None:
    printed = {
        "group": {"default": {"targets": ["lint", "binary", "site", "api"]}},
        "target": {
            "lint": {"call": "check"},
            "binary": {"output": ["./bin"]},
            "site": {"output": [{"type": "local", "dest": "out"}]},
            "api": {"output": [{"type": "registry"}], "platforms": ["local"]},
        },
    }
    declared = read_declared(json.dumps(printed).encode())
    assert [(target.name, target.platforms) for target in declared.targets] == [("api", ())]
    assert declared.others == ("lint", "binary", "site")


def test_what_an_image_builds_upon_decides_what_it_contains() -> None:
    changed = json.loads(json.dumps(PRINTED))
    changed["target"]["base"]["args"] = {"X": "2"}
    before, after = (read_declared(json.dumps(document).encode()).targets for document in (PRINTED, changed))
    same = [one.fingerprint_source == two.fingerprint_source for one, two in zip(before, after, strict=True)]
    assert same == [True, False, True]


def test_annotations_of_an_index_are_known_and_left_out_of_a_plain_manifest() -> None:
    own = ["a=1", "index:b=2", "index,manifest[linux/amd64]:c=3", "manifest:d=4", "index-descriptor:e=5"]
    printed = {"target": {"default": {"annotations": own}}}
    declared = read_declared(json.dumps(printed).encode())
    assert declared.targets[0].annotations == {"b": "2", "c": "3"}
    plain = {"default": replace(SETTINGS, is_index=False)}
    written = json.loads(build_definition(declared, plain, ()))["target"]["default"]["annotations"]
    assert written == ["a=1", "manifest[linux/amd64]:c=3", "manifest:d=4", "manifest:a=b"]


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
        "annotations": ["manifest,index:a=b"],
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
    (problem,) = name_problems(read_declared(json.dumps(printed).encode()))
    assert problem.what == "the targets a, b would all be published as shop"


def test_a_name_that_no_registry_takes_is_refused() -> None:
    printed = {"target": {"default": {"tags": ["acme/My_App..x:1"]}}}
    (problem,) = name_problems(read_declared(json.dumps(printed).encode()))
    assert problem.what.startswith("'my_app..x' is no name for an image")


def test_without_caches_what_is_built_upon_reads_none_either() -> None:
    base = {"cache-from": ["type=local,src=c"]}
    targets = {"default": {"contexts": {"b": "target:base"}}, "base": base}
    declared = read_declared(json.dumps({"target": targets}).encode())
    read = [
        json.loads(build_definition(declared, {"default": SETTINGS}, (), cached=cached))["target"]["base"]
        for cached in (True, False)
    ]
    assert read == [{**base, "output": ["type=cacheonly"]}, {"output": ["type=cacheonly"]}]

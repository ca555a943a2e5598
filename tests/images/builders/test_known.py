"""What a step wrote down about its builders, read where its folders have other names."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from images.build.known import Mount, copy_builders, translated

MOUNTS = (
    Mount(host="/home/runner/work/_temp", inside="/github/runner_temp"),
    Mount(host="/home/runner/work/_temp/_github_home", inside="/github/home"),
    Mount(host="/home/runner/work/kms/kms", inside="/github/workspace"),
)


def test_certificates_are_found_where_the_container_has_them() -> None:
    options = {
        "cacert": "/home/runner/work/_temp/buildx/certs/ca.pem",
        "cert": "/home/runner/work/_temp/_github_home/cert.pem",
        "key": "/home/runner/work/_temporary/key.pem",
        "servername": "buildkit.example.org",
    }
    before = {
        "Name": "far",
        "Nodes": [{"Endpoint": "tcp://10.0.0.1:1234", "DriverOpts": options, "Files": None}],
    }
    (node,) = translated(before, MOUNTS)["Nodes"]
    assert node == {
        "Endpoint": "tcp://10.0.0.1:1234",
        "DriverOpts": {
            "cacert": "/github/runner_temp/buildx/certs/ca.pem",
            "cert": "/github/home/cert.pem",
            "key": "/home/runner/work/_temporary/key.pem",
            "servername": "buildkit.example.org",
        },
        "Files": None,
    }


def test_a_cluster_s_settings_are_found_within_the_address_of_the_builder() -> None:
    address = "kubernetes:///far?deployment=&kubeconfig=%2Fhome%2Frunner%2Fwork%2F_temp%2Fkubeconfig"
    found = urlsplit(translated(address, MOUNTS))
    assert (found.scheme, found.path) == ("kubernetes", "/far")
    assert parse_qs(found.query, keep_blank_values=True) == {
        "deployment": [""],
        "kubeconfig": ["/github/runner_temp/kubeconfig"],
    }


def test_builders_and_settings_are_copied_and_nothing_else(tmp_path: Path) -> None:
    origin, target = tmp_path / "origin", tmp_path / "target"
    (origin / "instances").mkdir(parents=True)
    (origin / "instances/far").write_text('{"Nodes": ["/home/runner/work/kms/kms/x"]}')
    (origin / "refs").mkdir()
    (origin / "buildkitd.default.toml").write_text("debug = true\n")
    copy_builders(origin, target, lambda: MOUNTS)
    files = {str(path.relative_to(target)): path.read_text() for path in target.rglob("*") if path.is_file()}
    assert files == {
        "instances/far": json.dumps({"Nodes": ["/github/workspace/x"]}),
        "buildkitd.default.toml": "debug = true\n",
    }


def test_a_job_without_builders_has_none(tmp_path: Path) -> None:
    copy_builders(tmp_path / "missing", tmp_path / "target", lambda: MOUNTS)
    assert list((tmp_path / "target").iterdir()) == []

"""No secret of a run gets into an image: neither those it is given nor its own logins."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import tarfile

import pytest

pytestmark = pytest.mark.engine

SECRET = "declared-secret-99"
LEAKING = "FROM debian:trixie-slim\nRUN --mount=type=secret,id=npm cp /run/secrets/npm /leak && cat /leak\n"
ZSTD = """
import sys
from pathlib import Path
from actionkit.registry.layout import read_layout
from images.secrets.leaks import find_leaks
print(*find_leaks("api", read_layout(Path("/layout")), sys.argv[1:]))
"""


def bake(**targets: object) -> str:
    return json.dumps({"group": {"default": {"targets": ["app"]}}, "target": targets})


def test_a_context_above_the_workspace_does_not_hold_the_run_s_logins(shop, reader) -> None:
    above = {"context": "..", "dockerfile-inline": "FROM scratch\nCOPY . /\n"}
    shop.release("v1.0.0", {"docker-bake.json": bake(app=above)})
    run = shop.run("v1.0.0", allow="fs.read=..")
    assert run.errors == []
    manifest, _ = reader.image(shop.repository("app"), "1.0.0")
    raw = reader.blob(shop.repository("app"), manifest["layers"][0]["digest"])
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        names = archive.getnames()
    assert "workspace/docker-bake.json" in names
    assert [name for name in names if name.endswith("config.json")] == []


def test_the_run_s_login_is_found_as_docker_writes_it(shop, reader) -> None:
    login = base64.b64encode(f"{shop.registry.username}:{shop.registry.password}".encode()).decode()
    shop.release("v1.0.0", {"app.Dockerfile": "FROM scratch\nCOPY note /\n", "note": login})
    (error,) = shop.run("v1.0.0").errors
    assert error.startswith(
        "a secret is in the image app\nwhy: its value stands in the files of layer sha256:"
    )
    assert " (note), made by: COPY note / # buildkit\n" in error
    assert reader.tags(shop.repository("app")) == []


def test_a_compose_file_in_a_subfolder_is_told_where_its_paths_begin(shop) -> None:
    compose = "services:\n  web:\n    build:\n      context: ..\n      dockerfile: deploy/Dockerfile\n"
    shop.release(
        "v1.0.0", {"deploy/compose.yaml": compose, "deploy/Dockerfile": "FROM scratch\nCOPY deploy /\n"}
    )
    (error,) = shop.run("v1.0.0", files="deploy/compose.yaml").errors
    assert ".. is outside the repository: every path is relative to its root" in error
    assert "fs.read" not in error.partition("\nfix: ")[2]


@pytest.mark.parametrize(
    "files",
    [
        {"docker-bake.json": bake(app={"secret": ["type=env,id=npm,env=MY_NPM"]})},
        {"docker-bake.json": bake(app={"secret": [{"id": "npm", "src": "key"}]}), "key": f"{SECRET}\n"},
        {
            "compose.yaml": "services:\n  app:\n    build:\n      context: .\n      secrets: [npm]\n"
            "secrets:\n  npm:\n    environment: MY_NPM\n"
        },
    ],
    ids=["variable", "file", "compose"],
)
def test_a_secret_that_the_declarations_name_is_masked_and_searched_for(shop, reader, files) -> None:
    shop.release("v1.0.0", {**files, "Dockerfile": LEAKING})
    run = shop.run("v1.0.0", "-e", f"MY_NPM={SECRET}")
    (error,) = run.errors
    assert " (leak), made by: RUN " in error
    assert f"::add-mask::{SECRET}\n" in run.log
    assert SECRET not in run.log.replace(f"::add-mask::{SECRET}\n", "")
    assert reader.tags(shop.repository("app")) == []


def test_a_secret_of_what_an_image_builds_upon_is_searched_for_too(shop, reader) -> None:
    base = {"dockerfile": "base.Dockerfile", "secret": ["id=npm,env=MY_NPM"]}
    app = {"dockerfile-inline": "FROM base\nRUN true\n", "contexts": {"base": "target:base"}}
    shop.release("v1.0.0", {"docker-bake.json": bake(app=app, base=base), "base.Dockerfile": LEAKING})
    (error,) = shop.run("v1.0.0", "-e", f"MY_NPM={SECRET}").errors
    assert error.startswith("a secret is in the image app\n")
    assert reader.tags(shop.repository("app")) == []


def test_an_argument_that_only_looks_like_a_secret_passes_if_somebody_says_so(shop, reader) -> None:
    app = {"args": {"SECRET_SANTA": "ada"}, "dockerfile-inline": "FROM scratch\nARG SECRET_SANTA\nCOPY x /\n"}
    shop.release("v1.0.0", {"docker-bake.json": bake(app=app), "x": "x"})
    (error,) = shop.run("v1.0.0").errors
    assert "write SECRET_SANTA into input public-arguments" in error
    assert shop.run("v1.0.0", public_arguments="SECRET_SANTA").errors == []


def test_layers_in_zstd_are_searched_too(engine, action_image, tmp_path) -> None:
    def kept(kind: str, data: bytes) -> dict[str, object]:
        argv = ("sha256sum",)
        name = subprocess.run(argv, input=data, capture_output=True, check=True).stdout.decode().split()[0]
        (tmp_path / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
        (tmp_path / "blobs" / "sha256" / name).write_bytes(data)
        media_type = f"application/vnd.oci.image.{kind}"
        return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data)}

    # a frame of RFC 8878: magic, one segment of 20 bytes, a last block that repeats one byte 20 times
    frame = b"\x28\xb5\x2f\xfd" + b"\x20\x14" + (20 << 3 | 1 << 1 | 1).to_bytes(3, "little") + b"z"
    config = kept("config.v1+json", b'{"os": "linux", "architecture": "amd64"}')
    manifest = {"config": config, "layers": [kept("layer.v1.tar+zstd", frame)]}
    root = kept("manifest.v1+json", json.dumps(manifest).encode())
    (tmp_path / "index.json").write_text(json.dumps({"manifests": [root]}))
    program = (
        "--volume",
        f"{tmp_path}:/layout",
        "--entrypoint",
        "/opt/venv/bin/python",
        action_image,
        "-c",
        ZSTD,
    )
    assert "files of layer sha256:" in engine.docker("run", "--rm", *program, "z" * 20)
    assert engine.docker("run", "--rm", *program, "y" * 20).strip() == ""

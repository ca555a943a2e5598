"""Where in an image a secret is found, and what is said about it."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from actionkit.registry.layout import Layout, read_layout
from actionkit.registry.oci import digest_of
from images.declared.document import read_declared
from images.secrets.confidential import declared_secrets, hidden_parts, login_secrets
from images.secrets.leaks import find_leaks

SECRET = "pa&ss<word>123"


def archive(files: Mapping[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return raw.getvalue()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Layout]:
    """Make a layout of one image with these layers and this history."""

    def layout(*layers: bytes, history: list[str], env: tuple[str, ...] = ()) -> Layout:
        folder = tmp_path / "image"
        (folder / "blobs" / "sha256").mkdir(parents=True)

        def kept(kind: str, data: bytes) -> dict[str, object]:
            (folder / "blobs" / "sha256" / digest_of(data)[7:]).write_bytes(data)
            return {
                "mediaType": f"application/vnd.oci.image.{kind}",
                "digest": digest_of(data),
                "size": len(data),
            }

        configuration = {
            "os": "linux",
            "architecture": "amd64",
            "config": {"Env": list(env)},
            "history": [
                {"created_by": "CMD x", "empty_layer": True},
                *({"created_by": it} for it in history),
            ],
        }
        text = json.dumps(configuration).replace("&", r"\u0026").replace("<", r"\u003c")
        manifest = {
            "config": kept("config.v1+json", text.encode()),
            "layers": [kept("layer.v1.tar+gzip", layer) for layer in layers],
        }
        root = kept("manifest.v1+json", json.dumps(manifest).encode())
        (folder / "index.json").write_text(json.dumps({"manifests": [root]}))
        return read_layout(folder)

    return layout


def test_what_stands_in_a_text_of_our_own_is_no_leak(make) -> None:
    url = f"https://example.com/a&b/{SECRET}"
    layout = make(history=[], env=(url,))
    assert find_leaks("api", layout, [SECRET], frozenset({url})) == ()
    (error,) = find_leaks("api", layout, [SECRET], frozenset({"https://example.com/a&b"}))
    assert "input public-secrets" in error.fix


def test_a_value_that_json_escapes_is_found_in_the_environment(make) -> None:
    (error,) = find_leaks("api", make(history=[], env=(f"DSN={SECRET}",)), [SECRET])
    assert error.why == "its value stands in the configuration or history for linux/amd64 (config.Env)"


@pytest.mark.parametrize("leaked", ["line-one-secret\nline-two-secret", "line-two-secret"])
def test_a_value_of_two_lines_is_found_whole_and_by_one_line(make, leaked: str) -> None:
    layout = make(history=[f"RUN echo {leaked}"])
    (error,) = find_leaks("api", layout, ["line-one-secret\nline-two-secret"])
    place = "the configuration or history for linux/amd64 (history.created_by)"
    assert error.why == f"its value stands in {place}"
    assert "line-two" not in str(error)


def test_a_layer_is_named_with_its_file_and_instruction(make) -> None:
    clean, leaking = (gzip.compress(archive({"x": b"x", "etc/y": text})) for text in (b"", SECRET.encode()))
    layout = make(clean, leaking, history=["ADD rootfs /", f"RUN echo '{SECRET}' >/etc/y"])
    layer = digest_of(leaking)
    history, files = find_leaks("api", layout, [SECRET])
    assert (
        files.why
        == f"its value stands in the files of layer {layer} (etc/y), made by: RUN echo '***' >/etc/y"
    )
    assert files.fix.endswith("take another one, or another value if this one is no secret there")
    assert "base image" not in history.fix


def test_logins_are_read_from_a_docker_configuration(tmp_path: Path) -> None:
    def login(pair: str) -> dict[str, str]:
        return {"auth": base64.b64encode(pair.encode()).decode()}

    auths = {
        "a": login("ada:correct-horse"),
        "b": login("ada:short"),
        "c": {"identitytoken": "id-token"},
        "d": {},
    }
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    assert login_secrets(tmp_path / "config.json") == ("correct-horse", "ada:short", "id-token")
    assert login_secrets(tmp_path / "none.json") == ()


def test_secrets_of_the_declarations_are_read_as_buildx_reads_them(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("of the file\n")
    (tmp_path / "own").write_text("of the file of its name")
    entries = [
        {"id": "a", "env": "A"},
        "type=env,id=b,src=B",
        {"id": "c", "src": "key"},
        "id=own",
        {"id": "OWN"},
        {"id": "x", "env": "UNSET"},
        {"id": "y", "src": "not-there"},
    ]
    document = {
        "group": {"default": {"targets": ["app"]}},
        "target": {"app": {"secret": entries}, "base": {"secret": [{"id": "d", "env": "D"}]}},
    }
    declared = read_declared(json.dumps(document).encode())
    environ = {"A": "the value a", "B": "the value b", "OWN": "value own", "D": "of a base"}
    assert declared_secrets(declared, tmp_path, environ) == (
        "the value a",
        "the value b",
        "of the file\n",
        "of the file of its name",
        "value own",
        "of a base",
    )


def test_a_declared_secret_that_is_short_or_public_stays_in_the_log() -> None:
    entries = ["id=user,env=USER_NAME", "id=mode,env=MODE", "id=word,env=WORD"]
    document = {"group": {"default": {"targets": ["app"]}}, "target": {"app": {"secret": entries}}}
    declared = read_declared(json.dumps(document).encode())
    environ = {"USER_NAME": "acme", "MODE": "production", "WORD": "tulip-Window"}
    assert declared_secrets(declared, Path(), environ) == ("production", "tulip-Window")
    assert declared_secrets(declared, Path(), environ, ("mode",)) == ("tulip-Window",)


@pytest.mark.parametrize(
    ("secret", "hidden"),
    [
        ("one\n", ("one",)),
        ("two-2-two\nthree-3-three\n{", ("three-3-three", "two-2-two")),
        ("{\n  correct horse battery,\n  true\n}", ("correct horse battery,",)),
        ("https://bot:tulip-rain@a.org", ("https://bot:tulip-rain@a.org", "tulip-rain")),
        ("machine a\nlogin bot\npassword tulip-rain", ("tulip-rain",)),
    ],
)
def test_a_log_hides_lines_of_their_own(secret: str, hidden: tuple[str, ...]) -> None:
    assert hidden_parts([secret]) == hidden

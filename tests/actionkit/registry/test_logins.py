"""Logins are found where skopeo finds them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from actionkit.registry.logins import Login, find_login

ADA = Login(username="ada", password="secret:with:colons")


def entry(login: Login) -> dict[str, str]:
    encoded = base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
    return {"auth": encoded, **({"identitytoken": login.identity} if login.identity else {})}


def find(folder: Path, repository: str, auths: dict[str, Any] | None) -> Login:
    authfile = folder / "config.json"
    authfile.write_text(json.dumps({} if auths is None else {"auths": auths}))
    return find_login(authfile, repository)


@pytest.mark.parametrize(
    ("repository", "key"),
    [
        ("ghcr.io/acme/shop/api", "ghcr.io"),
        ("ghcr.io/acme/shop/api", "https://ghcr.io"),
        ("registry.example.org:5000/api", "http://registry.example.org:5000/v2/"),
        ("quay.io/acme/shop/api", "quay.io/acme"),
        ("quay.io/acme/shop/api", "quay.io/acme/shop/api"),
        ("docker.io/acme/api", "https://index.docker.io/v1/"),
        ("docker.io/acme/api", "docker.io"),
        ("docker.io/acme/api", "registry-1.docker.io"),
    ],
)
def test_a_login_is_found_under_every_name_of_its_registry(tmp_path: Path, repository: str, key: str) -> None:
    other = entry(Login(username="bob", password="other"))
    auths = {"elsewhere.example.org": other, "quay.io/acme/other": other, key: entry(ADA)}
    assert find(tmp_path, repository, auths) == ADA


@pytest.mark.parametrize("key", ["quay.io", "quay.io/acme", "https://quay.io"])
def test_the_most_specific_login_wins(tmp_path: Path, key: str) -> None:
    auths = {key: entry(Login(username="bob", password="other")), "quay.io/acme/shop": entry(ADA)}
    assert find(tmp_path, "quay.io/acme/shop", auths) == ADA


def test_a_refresh_token_is_a_login(tmp_path: Path) -> None:
    login = Login(username="<token>", identity="refresh-me")
    assert find(tmp_path, "acme.azurecr.io/shop", {"acme.azurecr.io": entry(login)}) == login
    assert login.basic == ""


@pytest.mark.parametrize("auths", [None, {}, {"ghcr.io": {}}, {"ghcr.io": {"auth": "not base64"}}])
def test_without_a_login_nobody_is_logged_in(tmp_path: Path, auths: dict[str, Any] | None) -> None:
    assert find(tmp_path, "ghcr.io/acme/shop", auths) == Login()
    assert find_login(tmp_path / "absent.json", "ghcr.io/acme/shop") == Login()


def test_a_login_never_shows_its_password() -> None:
    assert "secret" not in repr(ADA)

"""A registry whose tokens say who may do what: signed, scoped, and soon over."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from pipeline.rehearsal import lab

pytestmark = pytest.mark.engine

_SERVICE = "tokens-under-test"
_LEEWAY = 60
"""Seconds for which docker-registry takes a token after its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    password: str
    rights: frozenset[str]


USERS: Mapping[str, User] = {
    "writer": User(password="writes-and-reads", rights=frozenset({"pull", "push"})),
    "reader": User(password="only-reads", rights=frozenset({"pull"})),
}


@dataclass(slots=True)
class TokenService:
    """Signs what a user may do of what was asked for, for some ``seconds``; ``given`` are those who asked."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    seconds: float = 300
    given: list[str] = field(default_factory=list)

    def token(self, user: str, scopes: list[str]) -> str:
        self.given.append(user)
        now = time.time()
        claims = {
            "iss": _SERVICE,
            "aud": _SERVICE,
            "sub": user,
            "iat": int(now),
            "nbf": int(now) - _LEEWAY,
            "exp": int(now + self.seconds) - _LEEWAY,
            "access": [_granted(scope, USERS[user].rights) for scope in " ".join(scopes).split()],
        }
        chain = base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"x5c": [chain]})


def _granted(scope: str, rights: frozenset[str]) -> Mapping[str, Any]:
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    return {"type": kind, "name": name, "actions": sorted(rights & set(actions.split(",")))}


class Handler(BaseHTTPRequestHandler):
    service: TokenService

    def do_GET(self) -> None:
        login = self.headers.get("Authorization", "").removeprefix("Basic ")
        user, _, password = base64.b64decode(login).decode().partition(":")
        known = user in USERS and USERS[user].password == password
        scopes = parse_qs(urlsplit(self.path).query).get("scope", [])
        answer = {"token": self.service.token(user, scopes), "expires_in": _LEEWAY} if known else {}
        body = json.dumps(answer).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def tokens() -> TokenService:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _SERVICE)]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return TokenService(key=key, certificate=made.sign(key, hashes.SHA256()))


@pytest.fixture
def guarded(engine: lab.Engine, tokens: TokenService, tmp_path: Path) -> Iterator[lab.Registry]:
    """A registry that believes the token service and nobody else."""
    server = ThreadingHTTPServer((engine.address, 0), type("Own", (Handler,), {"service": tokens}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    data = tmp_path / "guarded"
    data.mkdir()
    (data / "issuer.pem").write_bytes(tokens.certificate.public_bytes(serialization.Encoding.PEM))
    realm = f"http://{engine.address}:{server.server_address[1]}/token"
    issuer = f"issuer: {_SERVICE}, rootcertbundle: /var/lib/docker-registry/issuer.pem"
    auth = f'auth: {{token: {{realm: "{realm}", service: {_SERVICE}, {issuer}}}}}\n'
    with lab.registry(engine, data=data, auth=auth) as running:
        yield running
    server.shutdown()
    server.server_close()


def test_who_may_only_read_is_refused_before_the_build_and_who_may_write_outlives_a_token(
    shop, guarded, tokens, proxies
) -> None:
    proxy = proxies(guarded)
    shop.release("v1.0.0", {"api.Dockerfile": "FROM scratch\nCOPY api.txt /\n", "api.txt": "api"})
    host = proxy.address.partition(":")[0]
    netrc = f"machine {host} login reader password {USERS['reader'].password}\n"
    (shop.folder / "home" / ".netrc").write_text(netrc)

    def run(user: str):
        return shop.run("v1.0.0", address=proxy.address, username=user, password=USERS[user].password)

    refused = run("reader")
    (error,) = refused.errors
    repository = shop.repository("api", proxy.address)
    assert error.startswith(f"cannot write to {repository}: {proxy.address} refuses\nwhy: ")
    assert "#1 " not in refused.log, "nothing was built"
    assert set(tokens.given) == {"reader"}

    tokens.seconds, tokens.given = 5, []
    proxy.fault("PUT", "/manifests/sha256:", slow=6)
    published = run("writer")
    assert published.errors == []
    assert 401 in proxy.answers("PUT", "/manifests/sha256:"), "a token was over before it was used"
    assert set(tokens.given) == {"writer"}, "the login of the run, not that of a .netrc"
    path = repository.partition("/")[2]
    tags = guarded.data / "docker/registry/v2/repositories" / path / "_manifests/tags"
    assert sorted(tag.name for tag in tags.iterdir()) == ["1", "1.0", "1.0.0", "latest"]

"""An image registry that demands a login: Debian's docker-registry in a container.

It is a container with the private engine and with a user's, so that both are the same code: the image is
built from Debian's package (the engine needs Debian's mirror once, no image registry), and it shares the
machine's network, so that one address serves this machine, the engine and the containers.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from pipeline.rehearsal.lab.base_images import BASE_IMAGE, ensure_base_images
from pipeline.rehearsal.lab.engine import Engine
from pipeline.rehearsal.lab.state import start_time

_DOCKERFILE: Final = f"""\
FROM {BASE_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends apache2-utils docker-registry \\
 && rm -rf /var/lib/apt/lists/*
"""
_IMAGE: Final = f"rehearsal-registry:{hashlib.sha256(_DOCKERFILE.encode()).hexdigest()[:12]}"
_STORE: Final = "/var/lib/docker-registry"
_OPEN: Final = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {store}}}, delete: {{enabled: true}}}}
http: {{addr: "{address}", secret: "{secret}"}}
"""
_LOGIN: Final = "auth: {htpasswd: {realm: rehearsal, path: /tmp/htpasswd}}\n"
# the registry takes bcrypt only, which this machine's Python may not have; the image's htpasswd does
_SERVE: Final = """\
printf %s "$LAB_PASSWORD" | htpasswd -niB "$LAB_USERNAME" >/tmp/htpasswd
printf %s "$LAB_CONFIG" >/tmp/config.yml
exec docker-registry serve /tmp/config.yml
"""
_OWNER_LABEL: Final = "rehearsal.owner"
_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A registry at ``address`` (``host:port``, plain HTTP) that keeps its blobs below ``data``."""

    address: str
    username: str
    password: str = field(repr=False)
    data: Path


@contextmanager
def registry(engine: Engine, *, data: Path, auth: str = _LOGIN) -> Iterator[Registry]:
    """Run a registry with a password of its own; ``data`` must be visible to the engine and stays afterwards.

    ``auth`` is the part of its configuration that says who may do what, a line of YAML; in it, ``data`` is at
    ``/var/lib/docker-registry``. Raise ActionError when it does not start.
    """
    with _serving(engine, data, extra=auth) as made:
        yield made


@contextmanager
def mirror(engine: Engine, *, data: Path, images: Sequence[str] = (BASE_IMAGE,)) -> Iterator[str]:
    """Run an open registry that stands for Docker Hub with the engine's ``images``; give its address."""
    with _serving(engine, data, extra="") as made:
        for image in images:
            copy = f"{made.address}/{image if '/' in image else f'library/{image}'}"
            engine.docker("tag", image, copy)
            engine.docker("push", "--quiet", copy)
            engine.docker("rmi", copy)
        yield made.address


@contextmanager
def _serving(engine: Engine, data: Path, *, extra: str) -> Iterator[Registry]:
    _refuse_invisible(engine, data)
    data.mkdir(parents=True, exist_ok=True)
    ensure_base_images(engine)
    _ensure_image(engine)
    _remove_orphans(engine)
    made = Registry(
        address=f"{engine.address}:{_free_port(engine.address)}",
        username="rehearsal",
        password=secrets.token_urlsafe(18),
        data=data,
    )
    container = _run(engine, made, extra)
    try:
        _wait_until_it_answers(engine, made, container)
        yield made
    finally:
        engine.docker("rm", "--force", "--volumes", container)


def _run(engine: Engine, made: Registry, extra: str) -> str:
    config = _OPEN.format(store=_STORE, address=made.address, secret=secrets.token_hex(16)) + extra
    settings = {"LAB_USERNAME": made.username, "LAB_PASSWORD": made.password, "LAB_CONFIG": config}
    variables = [part for name in settings for part in ("--env", name)]
    owner = f"{_OWNER_LABEL}={os.getpid()}:{start_time(os.getpid())}"
    options = ("--network", "host", "--label", owner, "--user", f"{os.getuid()}:{os.getgid()}")
    volume = ("--volume", f"{made.data.resolve()}:{_STORE}")
    command = ("run", "--detach", *options, *volume, *variables, _IMAGE, "sh", "-c", _SERVE)
    return engine.docker(*command, env=settings, secrets=(made.password,)).strip()


def _ensure_image(engine: Engine) -> None:
    if engine.docker("images", "--quiet", _IMAGE).strip():
        return
    try:
        engine.docker("build", "--tag", _IMAGE, "-", stdin=_DOCKERFILE.encode())
    except CommandFailed as error:
        raise ActionError(
            "the registry's image could not be built",
            why=error.stderr.strip()[-800:],
            fix="see that containers of this Docker engine reach Debian's mirror",
        ) from error


def _remove_orphans(engine: Engine) -> None:
    """Remove the registries of processes that were killed."""
    columns = f'{{{{.ID}}}} {{{{.Label "{_OWNER_LABEL}"}}}}'
    rows = engine.docker("ps", "--all", "--filter", f"label={_OWNER_LABEL}", "--format", columns)
    for row in rows.splitlines():
        container, _, owner = row.partition(" ")
        pid, _, started = owner.partition(":")
        if start_time(int(pid)) != started:
            engine.docker("rm", "--force", "--volumes", container)


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(engine: Engine, made: Registry, container: str) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        if _answers(made.address):
            return
        time.sleep(0.02)
    raise ActionError("the local registry did not start", why=engine.docker("logs", container)[-800:])


def _answers(address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status in {http.HTTPStatus.OK, http.HTTPStatus.UNAUTHORIZED}
    except OSError:
        return False
    finally:
        connection.close()


def _refuse_invisible(engine: Engine, data: Path) -> None:
    if not engine.sees(data):
        raise ActionError(
            f"the engine's containers cannot mount {data}",
            fix=f"choose a folder below one of: {', '.join(map(str, engine.visible))}",
        )

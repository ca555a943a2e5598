"""A builder in a container, and a second platform: both from this machine's own parts."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import pytest

from actionkit.errors import CommandFailed
from pipeline.rehearsal import lab

_CACHE = Path(__file__).resolve().parents[3] / ".cache"
_VERSION = "v0.28.0"
_BUILDKIT = "moby/buildkit:buildx-stable-1"
_DOCKERFILE = """
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends runc ca-certificates git \
 && rm -rf /var/lib/apt/lists/*
COPY buildkitd buildctl /usr/bin/
ENTRYPOINT ["buildkitd"]
"""


_EMULATOR = "emulator-under-test"
_EMULATOR_DOCKERFILE = """
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends qemu-user-static
"""
_TWO = "two-platforms:trixie"
_TWO_PLATFORMS = """
FROM scratch AS base-arm64
ADD root.tar /
FROM debian:trixie-slim AS base-amd64
FROM base-${TARGETARCH}
"""


@pytest.fixture(scope="session")
def buildkit(engine: lab.Engine, need: Callable[[str], str]) -> str:
    """The image that docker-container builders run: pulled by a user's engine, built for the private one."""
    if engine.private and not engine.docker("images", "--quiet", _BUILDKIT).strip():
        folder = _binaries(need)
        (folder / "Dockerfile").write_text(_DOCKERFILE)
        engine.docker("build", "--tag", _BUILDKIT, str(folder))
    return _BUILDKIT


@pytest.fixture
def builder(engine: lab.Engine, buildkit: str) -> Iterator[str]:
    """A builder as docker/setup-buildx-action makes one on the host."""
    name = f"builder-{uuid.uuid4().hex[:8]}"
    options = ("--driver", "docker-container", "--driver-opt", f"image={buildkit},network=host")
    engine.docker("buildx", "create", "--name", name, *options)
    engine.docker("buildx", "inspect", "--bootstrap", name)
    yield name
    engine.docker("buildx", "rm", "--force", name)


@dataclass(slots=True)
class CacheService:
    """GitHub's cache service on a day when it has nothing and takes nothing; ``seen`` are path and token."""

    address: str
    token: str
    seen: list[tuple[str, str]] = field(default_factory=list)

    def variables(self) -> tuple[str, ...]:
        """What the runner gives to a container action."""
        given = {"ACTIONS_RESULTS_URL": f"http://{self.address}/", "ACTIONS_RUNTIME_TOKEN": self.token}
        return tuple(part for name, value in given.items() for part in ("-e", f"{name}={value}"))


@pytest.fixture
def cache_service(engine: lab.Engine) -> Iterator[CacheService]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.seen.append((self.path, self.headers.get("Authorization", "")))
            body = b'{"ok": false}'
            self.send_response(200 if "Download" in self.path else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((engine.address, 0), Handler)
    rights = json.dumps([{"Scope": "refs/heads/main", "Permission": 3}])
    parts = ({"alg": "none"}, {"ac": rights, "nbf": 0, "exp": 4_000_000_000}, {})
    token = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )
    service = CacheService(address=f"{engine.address}:{server.server_address[1]}", token=token)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def two_platforms(
    engine: lab.Engine, tmp_path_factory: pytest.TempPathFactory, cannot: Callable[[str], NoReturn]
) -> Iterator[str]:
    """A Debian for linux/amd64 and linux/arm64, and a machine that runs both."""
    with _emulator(engine, cannot):
        if not engine.docker("images", "--quiet", _TWO).strip():
            folder = tmp_path_factory.mktemp("base")
            (folder / "Dockerfile").write_text(_TWO_PLATFORMS)
            packages = "--include=base-files,coreutils,dash"
            root = f"--variant=extract {packages} --architectures=arm64 trixie /base/root.tar"
            _in_debian(engine, "mmdebstrap arch-test", f"mmdebstrap --quiet {root}", f"{folder}:/base")
            platforms = "linux/amd64,linux/arm64"
            engine.docker("buildx", "build", "--platform", platforms, "--tag", _TWO, str(folder))
        yield _TWO


@contextmanager
def _emulator(engine: lab.Engine, cannot: Callable[[str], NoReturn]) -> Iterator[None]:
    """Let Debian's emulator run arm64 programs, as docker/setup-qemu-action does.

    Only on a machine whose engine is ours: it is a setting of the kernel. The kernel forgets it with the
    container that mounted its register.
    """
    try:
        engine.docker("run", "--rm", "--platform", "linux/arm64", _TWO, "true")
    except CommandFailed:
        if not engine.private:
            cannot("this machine runs no arm64 programs: install qemu-user-static and binfmt-support")
    else:
        yield
        return
    # flag F: the kernel keeps the emulator open, so it works in containers that do not have it
    magic = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    mask = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
    line = f":rehearsal-arm64:M::{magic}:{mask}:/usr/bin/qemu-aarch64-static:F"
    folder = "/proc/sys/fs/binfmt_misc"
    mount = f"mount -t binfmt_misc binfmt_misc {folder} && printf %s '{line}' >{folder}/register"
    engine.docker("build", "--tag", _EMULATOR, "-", stdin=_EMULATOR_DOCKERFILE.encode())
    container = engine.docker(
        *(
            "run",
            "--detach",
            "--privileged",
            _EMULATOR,
            "sh",
            "-c",
            f"{mount} && touch /ready && exec sleep 3600",
        )
    ).strip()
    try:
        _wait(engine, container)
        yield
    finally:
        engine.docker("rm", "--force", container)


def _wait(engine: lab.Engine, container: str) -> None:
    for _ in range(100):
        try:
            engine.docker("exec", container, "test", "-e", "/ready")
        except CommandFailed:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the emulator was not registered: {engine.docker('logs', container)}")


def _in_debian(engine: lab.Engine, packages: str, script: str, volume: str) -> None:
    install = f"apt-get update -q && apt-get install -qy --no-install-recommends {packages}"
    command = ("debian:trixie-slim", "sh", "-c", f"{install} >/dev/null && {script}")
    engine.docker("run", "--rm", "--volume", volume, *command)


def _binaries(need: Callable[[str], str]) -> Path:
    """BuildKit's programs, compiled by Go into the cache folder; its module refuses ``go install``."""
    folder = _CACHE / f"buildkit-{_VERSION}"
    if (folder / "buildctl").is_file():
        return folder
    module = folder / "module"
    module.mkdir(parents=True, exist_ok=True)
    (module / "go.mod").write_text("module buildkit\n\ngo 1.24\n")
    (module / "module.go").write_text("package buildkit\n")
    go = shutil.which("go") or need("go")
    env = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod -trimpath -buildvcs=false"}
    for program in ("buildkitd", "buildctl"):
        package = f"github.com/moby/buildkit/cmd/{program}"
        for argv in (
            (go, "get", f"{package}@{_VERSION}"),
            (go, "build", "-ldflags", "-s -w", "-o", str(folder / program), package),
        ):
            subprocess.run(argv, cwd=module, env=env, check=True, capture_output=True, timeout=900)
    return folder

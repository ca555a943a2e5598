"""Which Docker engine the rehearsal can use: one that runs, a private one, or none and why."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import run

DEFAULT_FOLDER: Final = Path(__file__).resolve().parents[3] / ".lab"
_KEYS: Final = Path("/usr/share/keyrings")  # Ubuntu does not have Debian's unless told
_HELP: Final = (
    "start Docker, or run this as root on Debian or Ubuntu after: "
    "apt-get install mmdebstrap debian-archive-keyring"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEngine:
    """An engine that runs already; ``socket`` is its socket as the engine itself sees it."""

    docker_host: str
    socket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateEngine:
    """An engine of our own can be made and kept in ``folder``.

    ``containerd_store`` chooses the image store; hosted runners of 2026 have the other, the classic one.
    """

    folder: Path
    containerd_store: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEngine:
    """There is none and none can be made: ``reason`` says why, ``fix`` how to get one."""

    reason: str
    fix: str

    def error(self) -> ActionError:
        """Say so as an error, for those who cannot go on without an engine."""
        return ActionError("there is no Docker engine to use", why=self.reason, fix=self.fix)


Found = UserEngine | PrivateEngine | NoEngine


def find_engine(*, folder: Path = DEFAULT_FOLDER, environ: Mapping[str, str] = os.environ) -> Found:
    """Look for a running engine first, then for what a private one needs; touch nothing.

    ``folder`` keeps the private engine; ``environ`` may name an engine in DOCKER_HOST.
    """
    if environ.get("DOCKER_HOST") == f"unix://{folder}/run/docker.sock":
        return PrivateEngine(folder=folder)
    running = _running_engine(environ)
    if isinstance(running, UserEngine):
        return running
    missing = _missing_for_private(environ)
    if not missing:
        return PrivateEngine(folder=folder)
    private = f"a private engine cannot be made: {', '.join(missing)}"
    return NoEngine(reason=f"{running.reason}; {private}", fix=_HELP)


def _running_engine(environ: Mapping[str, str]) -> UserEngine | NoEngine:
    docker = shutil.which("docker", path=environ.get("PATH"))
    if docker is None:
        return NoEngine(reason="there is no docker command", fix=_HELP)
    env = {"DOCKER_HOST": environ.get("DOCKER_HOST", "")}
    try:
        place = run((docker, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"), env=env)
        info = run((docker, "info", "--format", "{{json .}}"), env=env, timeout=20)
    except CommandFailed:
        return NoEngine(reason="no Docker engine answers", fix=_HELP)
    return _judged(place.decode().strip(), json.loads(info))


def _judged(docker_host: str, info: Mapping[str, Any]) -> UserEngine | NoEngine:
    """Refuse the engines whose containers cannot reach a server on this machine's loopback address."""
    if not docker_host.startswith("unix://"):
        return NoEngine(reason=f"the engine at {docker_host} does not see this machine's files", fix=_HELP)
    if info.get("OperatingSystem") == "Docker Desktop":
        return NoEngine(reason="containers of Docker Desktop live in another machine's network", fix=_HELP)
    if any("name=rootless" in option for option in info.get("SecurityOptions") or ()):
        return NoEngine(reason="containers of a rootless engine live in a network of their own", fix=_HELP)
    return UserEngine(docker_host=docker_host, socket=docker_host.removeprefix("unix://"))


def _missing_for_private(environ: Mapping[str, str]) -> tuple[str, ...]:
    if sys.platform != "linux":
        return (f"this is {platform.system()}, not Linux",)
    debian = [] if _is_debian() else ["this is neither Debian nor Ubuntu"]
    root = [] if os.geteuid() == 0 else ["you are not root"]
    tools = [tool for tool in ("mmdebstrap", "unshare") if not shutil.which(tool, path=environ.get("PATH"))]
    keys = [] if tuple(_KEYS.glob("debian-archive-keyring.*")) else ["debian-archive-keyring"]
    missing = (*debian, *root, *(f"{tool} is not installed" for tool in (*tools, *keys)))
    return missing or _namespaces_refused(environ)


def _namespaces_refused(environ: Mapping[str, str]) -> tuple[str, ...]:
    unshare = shutil.which("unshare", path=environ.get("PATH")) or "unshare"
    try:
        run((unshare, "--mount", "--pid", "--fork", "true"))
    except CommandFailed as error:
        return (f"namespaces cannot be made here ({error.stderr.strip()}), as in a container",)
    return ()


def _is_debian() -> bool:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return False
    return "debian" in f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()

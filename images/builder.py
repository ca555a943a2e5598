"""The builder: the engine's own where it can export OCI images, else one made for this run.

Docker's driver exports OCI images only with the containerd image store, which hosted runners do not use.
Source: https://docs.docker.com/build/builders/drivers/ and https://docs.docker.com/engine/storage/containerd/
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import run

_CONTAINERD_STORE: Final = "io.containerd.snapshotter.v1"
_NEW: Final = "docker-container"
"""The driver of the builder that is made here; as a name it asks for one."""

_ENDPOINTS: Final = ("tcp://", "unix://", "docker-container://", "kube-pod://", "ssh://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """A builder that exports OCI images; ``environment`` is what buildx, of ``version``, needs to find it."""

    name: str
    environment: Mapping[str, str]
    version: tuple[int, int]


@contextmanager
def open_builder(name: str, environment: Mapping[str, str]) -> Iterator[Builder]:
    """Give the builder ``name``, or one that fits; what is made here is removed afterwards.

    A made builder shares the machine's network, so that it reaches what the engine reaches.
    """
    _require_engine(environment)
    made = ""
    if name.startswith(_ENDPOINTS):
        made = _create(("--driver", "remote", name), environment)
    elif name == _NEW or (not name and not _engine_exports(environment)):
        made = _create(("--driver", _NEW, "--driver-opt", "network=host"), environment)
    elif name:
        _adopt(name, environment)
    try:
        yield _inspected(made or name or "default", environment)
    finally:
        if made:
            run(("docker", "buildx", "rm", "--force", made), env=environment)


def _require_engine(environment: Mapping[str, str]) -> None:
    try:
        run(("docker", "version", "--format", "{{.Server.Version}}"), env=environment, timeout=60)
    except CommandFailed as error:
        raise ActionError(
            "there is no Docker engine to build with",
            why=error.stderr.strip(),
            fix="run the job on a Linux runner with Docker, such as ubuntu-latest",
            yaml="runs-on: ubuntu-latest",
        ) from error


def _engine_exports(environment: Mapping[str, str]) -> bool:
    status = run(("docker", "info", "--format", "{{json .DriverStatus}}"), env=environment, timeout=60)
    return _CONTAINERD_STORE in json.dumps(json.loads(status))


def _create(options: tuple[str, ...], environment: Mapping[str, str]) -> str:
    name = f"images-{secrets.token_hex(4)}"
    try:
        run(("docker", "buildx", "create", "--name", name, "--bootstrap", *options), env=environment)
    except CommandFailed as error:
        run(("docker", "buildx", "rm", "--force", name), env=environment)
        raise ActionError(
            "cannot make a builder",
            why=error.stderr.strip(),
            fix="name a builder that exists in input builder, or give the engine the containerd image store",
            yaml="with:\n  builder: tcp://buildkitd.example.org:1234",
        ) from error
    return name


def _adopt(name: str, environment: Mapping[str, str]) -> None:
    """Find a builder that was made on the host: its settings stayed there, its container runs."""
    try:
        run(("docker", "buildx", "inspect", name), env=environment)
    except CommandFailed as error:
        containers = run(("docker", "ps", "--format", "{{.Names}}"), env=environment).decode().split()
        if f"buildx_buildkit_{name}0" not in containers:
            raise ActionError(
                f"there is no builder {name}",
                why=f"{error.stderr.strip()}; and no container buildx_buildkit_{name}0 runs",
                fix="pass the name that docker/setup-buildx-action gives, or the address of a BuildKit",
                yaml="with:\n  builder: ${{ steps.buildx.outputs.name }}",
            ) from error
        run(("docker", "buildx", "create", "--name", name, "--driver", "docker-container"), env=environment)


def _inspected(name: str, environment: Mapping[str, str]) -> Builder:
    """Start the builder if it is not running, and see which buildx speaks to it."""
    run(("docker", "buildx", "inspect", "--bootstrap", name), env=environment)
    told = run(("docker", "buildx", "version"), env=environment).decode()
    release = re.search(r"\bv?(\d+)\.(\d+)\.\d+", told)
    version = (int(release[1]), int(release[2])) if release else (0, 0)
    return Builder(name=name, environment=environment, version=version)

"""The builder: the engine's own where it can export OCI images, else one made for this run.

Docker's driver exports OCI images only with the containerd image store, which hosted runners do not use.
Source: https://docs.docker.com/build/builders/drivers/ and https://docs.docker.com/engine/storage/containerd/
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import run, stream

_CONTAINERD_STORE: Final = "io.containerd.snapshotter.v1"
_NEW: Final = "docker-container"
"""The driver of the builder that is made here; as a name it asks for one."""

_VERSION: Final = re.compile(r"\bv?(\d+)\.(\d+)\.\d+")
_ATTESTS: Final = (0, 11)
"""The BuildKit that learnt to record attestations, and to export folders: moby/buildkit#3162."""

_UNKNOWN: Final = (0, 0)
"""What a BuildKit says that was built without a version."""

_ENDPOINTS: Final = ("tcp://", "unix://", "docker-container://")
_PROGRAMS: Final = {"ssh://": "ssh", "kube-pod://": "kubectl"}
"""What buildx would run to reach an address, and the container does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """A builder that exports OCI images; ``environment`` is what buildx, of ``version``, needs to find it."""

    name: str
    environment: Mapping[str, str]
    version: tuple[int, int]


@contextmanager
def open_builder(name: str, environment: Mapping[str, str]) -> Iterator[Builder]:
    """Give the builder ``name``, or one that fits; what is made here is removed afterwards, whatever happens.

    A made builder shares the machine's network, so that it reaches what the engine reaches. Raise ActionError
    when there is none, or it cannot make what a release needs.
    """
    _refuse_unreachable(name)
    _require_engine(environment)
    options = _options(name, environment)
    if options:
        with _made(options, environment) as made:
            yield _inspected(made, environment)
        return
    if name:
        _adopt(name, environment)
    yield _inspected(name or "default", environment)


def _options(name: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Choose how to make a builder; nothing when one is there."""
    if name.startswith(_ENDPOINTS):
        return ("--driver", "remote", name)
    if name == _NEW or (not name and not _engine_exports(environment)):
        return ("--driver", _NEW, "--driver-opt", "network=host")
    return ()


def _refuse_unreachable(name: str) -> None:
    for scheme, program in _PROGRAMS.items():
        if name.startswith(scheme):
            raise ActionError(
                f"{name} cannot be used as builder",
                why=f"buildx would run {program}, which is not in this action's container",
                fix="let the BuildKit listen on tcp:// with certificates, and name it in an earlier step",
                yaml="- uses: docker/setup-buildx-action@v4\n  id: buildx",
            )


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


@contextmanager
def _made(options: tuple[str, ...], environment: Mapping[str, str]) -> Iterator[str]:
    name = f"images-{secrets.token_hex(4)}"
    try:
        _create(name, options, environment)
        yield name
    finally:
        try:
            _remove(name, environment)
        except KeyboardInterrupt:
            _remove(name, environment)  # the first signal came during the removal; no other disturbs
            raise


def _create(name: str, options: tuple[str, ...], environment: Mapping[str, str]) -> None:
    argv = ("docker", "buildx", "create", "--name", name, "--bootstrap", *options)
    try:
        stream(argv, env=environment, on_line=lambda _: None)
    except CommandFailed as error:
        raise ActionError(
            "cannot make a builder",
            why=error.stderr.strip(),
            fix="see that the engine can run moby/buildkit, or that a BuildKit listens at the named address",
            yaml="with:\n  builder: tcp://buildkitd.example.org:1234",
        ) from error


def _remove(name: str, environment: Mapping[str, str]) -> None:
    """Remove container and volume too if buildx does not know them yet: it was stopped while it made them."""
    container = _container(name)
    for words in (
        ("buildx", "rm", "--force", name),
        ("rm", "--force", "--volumes", container),
        ("volume", "rm", "--force", f"{container}_state"),
    ):
        with suppress(CommandFailed):
            run(("docker", *words), env=environment, timeout=60)


def _container(name: str) -> str:
    """Name the container of a builder's only node."""
    return f"buildx_buildkit_{name}0"


def _adopt(name: str, environment: Mapping[str, str]) -> None:
    """Find a builder that was made on the host: its settings stayed there, its container runs."""
    try:
        run(("docker", "buildx", "inspect", name), env=environment)
    except CommandFailed as error:
        containers = run(("docker", "ps", "--format", "{{.Names}}"), env=environment).decode().split()
        if _container(name) not in containers:
            raise ActionError(
                f"there is no builder {name}",
                why=f"{error.stderr.strip()}; and no container {_container(name)} runs",
                fix="pass the name that docker/setup-buildx-action gives, or the address of a BuildKit",
                yaml="with:\n  builder: ${{ steps.buildx.outputs.name }}",
            ) from error
        run(("docker", "buildx", "create", "--name", name, "--driver", "docker-container"), env=environment)


def _inspected(name: str, environment: Mapping[str, str]) -> Builder:
    """Start the builder if it is not running, look whether it can, and see which buildx speaks to it."""
    try:
        told = run(("docker", "buildx", "inspect", "--bootstrap", name), env=environment).decode()
    except CommandFailed as error:
        raise ActionError(
            f"the builder {name} cannot be reached",
            why=error.stderr.strip(),
            fix="see that it runs and is reached from a container; an empty input builder takes another",
        ) from error
    _require_able(name, told, environment)
    release = _VERSION.search(run(("docker", "buildx", "version"), env=environment).decode())
    return Builder(name=name, environment=environment, version=_pair(release) if release else (0, 0))


def _require_able(name: str, told: str, environment: Mapping[str, str]) -> None:
    """Refuse, before anything is compiled, a builder that cannot export images or record attestations."""
    driver = re.search(r"^Driver:\s+(\S+)", told, re.MULTILINE)
    if driver and driver[1] == "docker" and not _engine_exports(environment):
        raise ActionError(
            f"the builder {name} can neither export images nor record their provenance",
            why="it is the engine's own, and the engine keeps images in its classic store",
            fix="leave input builder empty, and one that can is made for the run",
            yaml="with:\n  builder: docker-container",
        )
    nodes = (_VERSION.search(line) for line in told.splitlines() if line.startswith("BuildKit version:"))
    old = [node[0] for node in nodes if node and _UNKNOWN < _pair(node) < _ATTESTS]
    if old:
        raise ActionError(
            f"the builder {name} can neither export images nor record their provenance",
            why=f"it runs BuildKit {old[0]}, and both came with v{_ATTESTS[0]}.{_ATTESTS[1]}",
            fix="give it a current BuildKit, or let this action make a builder for the run",
            yaml="with:\n  builder: docker-container",
        )


def _pair(version: re.Match[str]) -> tuple[int, int]:
    return int(version[1]), int(version[2])

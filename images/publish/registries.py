"""The registries of one run: logged in once, in a folder that nobody else reads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from actionkit.errors import ActionError, raise_all
from actionkit.registry import Registry
from images.build.known import copy_builders, own_mounts
from images.inputs import Inputs
from images.leftovers import own_folder
from images.publish.destinations import Destination

_HUB: Final = "docker.io"
_HIDDEN: Final = {"INPUT_TOKEN": "", "INPUT_PASSWORD": "", "INPUT_SECRETS": ""}
"""A bake file may read any variable of its environment: these are none of its business."""

_OWN: Final = Path("/tmp")  # noqa: S108 - of the container alone
"""Workspace and ``runner.temp`` are mounted below one folder, which a build context ``..`` takes whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """Every registry of the run; ``environment`` gives docker and buildx the same logins.

    ``folder`` is for what the run makes; the logins in ``authfile`` lie elsewhere, where no build looks.
    """

    folder: Path
    authfile: Path
    registries: tuple[Registry, ...]
    environment: Mapping[str, str]

    def of(self, repository: str) -> Registry:
        """Find the registry that a repository is in."""
        host = repository.partition("/")[0]
        return next(registry for registry in self.registries if registry.address.host == host)


@contextmanager
def open_registries(inputs: Inputs, environ: Mapping[str, str], temporary: Path) -> Iterator[Registries]:
    """Log in everywhere, all refusals reported together; the logins are gone when the ``with`` ends.

    Logins that the job made before, in a DOCKER_CONFIG that this step sees, stay usable for base images.
    """
    temporary = temporary if temporary.is_dir() else _OWN
    with (
        own_folder(temporary) as work,
        TemporaryDirectory(prefix="logins-", dir=_OWN) as name,
    ):
        folder = Path(name)
        authfile = _private_config(folder, environ)
        registries = tuple(
            Registry(address=destination.address, authfile=authfile, secrets=inputs.confidential)
            for destination in inputs.destinations
        )
        _log_in(registries, inputs.destinations)
        environment = {**_HIDDEN, "DOCKER_CONFIG": str(folder), "BUILDX_CONFIG": str(folder / "buildx")}
        copy_builders(_buildx_config(environ), folder / "buildx", lambda: own_mounts(environment))
        yield Registries(folder=work, authfile=authfile, registries=registries, environment=environment)


def repository_name(destination: Destination, image: str, project: str) -> str:
    """Name the repository of an image: ``ghcr.io/owner/project/image``.

    An image that is called like its project is the project's own: ``ghcr.io/owner/project``.
    """
    own = destination.namespace == project.lower() and image == destination.namespace.rsplit("/", 1)[-1]
    path = destination.namespace if own else f"{destination.namespace}/{image}"
    return f"{destination.address.host}/{path}"


def _private_config(folder: Path, environ: Mapping[str, str]) -> Path:
    """Write a configuration of our own: the job's logins, without helpers that are not in the container."""
    authfile = folder / "config.json"
    given = _docker_config(environ) / "config.json"
    known = json.loads(given.read_text(encoding="utf-8")) if given.is_file() else {}
    kept = {"auths": known.get("auths") or {}} | ({"proxies": known["proxies"]} if "proxies" in known else {})
    with os.fdopen(os.open(authfile, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(kept, file)
    return authfile


def _docker_config(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", "/root")) / ".docker")


def _buildx_config(environ: Mapping[str, str]) -> Path:
    """Find the builders that the job knows: buildx keeps them beside the logins."""
    return Path(environ.get("BUILDX_CONFIG") or _docker_config(environ) / "buildx")


def _log_in(registries: tuple[Registry, ...], destinations: tuple[Destination, ...]) -> None:
    problems: list[ActionError] = []
    for registry, destination in zip(registries, destinations, strict=True):
        if destination.password:
            try:
                registry.login(destination.username, destination.password)
            except ActionError as error:
                problems.append(error)
    raise_all(problems)
    for registry in registries:
        if registry.address.host == _HUB:
            _tell_docker(registry.authfile)


def _tell_docker(authfile: Path) -> None:
    """Repeat Docker Hub's login under the name by which docker looks for it."""
    config = json.loads(authfile.read_text(encoding="utf-8"))
    if _HUB in config["auths"]:
        config["auths"]["https://index.docker.io/v1/"] = config["auths"][_HUB]
        authfile.write_text(json.dumps(config), encoding="utf-8")

"""Independent judges of what was published: OCI's own schemas, and the programs that people use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from pipeline.rehearsal import lab

_SPECIFICATION = "github.com/opencontainers/image-spec@v1.1.1"
_JUDGES = "judges-under-test"
_DOCKERFILE = """
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates cosign skopeo
"""


@pytest.fixture(scope="session")
def violations(need: Callable[[str], str]) -> Callable[[str, Any], list[str]]:
    """Check a document against a schema of the OCI image specification, fetched by Go's module proxy."""
    go = shutil.which("go") or need("go")
    argv = (go, "mod", "download", "-json", _SPECIFICATION)
    env = {**os.environ, "GOFLAGS": "-mod=mod"}
    told = subprocess.run(argv, env=env, check=True, capture_output=True, timeout=120, cwd="/")
    folder = Path(json.loads(told.stdout)["Dir"]) / "schema"
    schemas: Mapping[str, Any] = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}

    def retrieve(uri: str) -> Resource[Any]:
        return Resource(contents=schemas[uri.rpartition("/")[2]], specification=DRAFT4)

    registry: Registry[Any] = Registry(retrieve=retrieve)  # type: ignore[call-arg]

    def check(kind: str, document: Any) -> list[str]:
        validator = Draft4Validator(schemas[f"{kind}-schema.json"], registry=registry)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]

    return check


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """skopeo and cosign of Debian, in a container, with the registry's login."""

    engine: lab.Engine
    folder: Path

    def run(self, *argv: str) -> str:
        mount = ("--volume", f"{self.folder}:/judges", "--workdir", "/judges")
        env = ("-e", "DOCKER_CONFIG=/judges", "-e", "COSIGN_PASSWORD=", "-e", "HOME=/judges")
        return self.engine.docker("run", "--rm", *self.engine.network_options, *mount, *env, _JUDGES, *argv)


@pytest.fixture
def judges(engine: lab.Engine, registry: lab.Registry, tmp_path: Path) -> Judges:
    engine.docker("build", "--tag", _JUDGES, "-", stdin=_DOCKERFILE.encode())
    judges = Judges(engine=engine, folder=tmp_path / "judges")
    judges.folder.mkdir()
    login = ("--tls-verify=false", "--authfile=/judges/config.json", "--username", registry.username)
    judges.run("skopeo", "login", *login, "--password", registry.password, registry.address)
    return judges

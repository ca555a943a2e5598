"""Independent judges of what was published: the programs that people use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.rehearsal import lab

_JUDGES = "judges-under-test"
_DOCKERFILE = """
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates cosign skopeo
"""


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

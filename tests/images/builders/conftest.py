"""A builder in a container, and a second platform: both from this machine's own parts."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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

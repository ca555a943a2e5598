"""A BuildKit in a container, for what an engine's own builder cannot do, also without any image registry.

The image moby/buildkit cannot be pulled by a private engine, so it is built: BuildKit's source is a Go module
and comes with its checksum from Go's module proxy. It gets the name that buildx looks for, and the builder
gets a mirror of Docker Hub that holds the engine's base images, because it sees none of the engine's own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from pipeline.rehearsal.lab.base_images import BASE_IMAGE, ensure_base_images
from pipeline.rehearsal.lab.engine import Engine

BUILDER_IMAGE: Final = "moby/buildkit:buildx-stable-1"  # what the docker-container driver takes by default
_MODULE: Final = "github.com/moby/buildkit"
_VERSION: Final = "v0.28.0"
_COMMANDS: Final = f"{_MODULE}/cmd/buildkitd {_MODULE}/cmd/buildctl"
_DOCKERFILE: Final = f"""\
FROM {BASE_IMAGE} AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates golang-go
WORKDIR /build
ENV CGO_ENABLED=0 GOFLAGS=-trimpath
# `go install` refuses modules that exclude versions of others, so it is a dependency of an empty one
RUN go mod init buildkit.invalid/image && \\
    for try in 1 2 3; do go get {_COMMANDS.replace(" ", f"@{_VERSION} ")}@{_VERSION} && break; done
RUN go build -ldflags '-s -w' -o /out/ {_COMMANDS}

FROM {BASE_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git runc \\
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/ /usr/bin/
ENTRYPOINT ["buildkitd"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerBuilder:
    """A builder of buildx's docker-container driver; its container is called ``container``."""

    name: str

    @property
    def container(self) -> str:
        """Name that buildx gives to the container of a builder's only node."""
        return f"buildx_buildkit_{self.name}0"


@contextmanager
def container_builder(
    engine: Engine, *, folder: Path, mirror: str, registries: Sequence[str]
) -> Iterator[ContainerBuilder]:
    """Make a docker-container builder that can push to ``registries``, which speak plain HTTP.

    ``mirror`` is the address of a registry that stands for Docker Hub; ``folder`` keeps its configuration.
    """
    ensure_builder_image(engine)
    builder = ContainerBuilder(name=f"rehearsal-{secrets.token_hex(4)}")
    config = folder / "buildkitd.toml"
    config.write_text(buildkitd_toml(mirror=mirror, registries=registries))
    options = ("--driver", "docker-container", "--driver-opt", f"image={BUILDER_IMAGE},network=host")
    engine.docker(
        "buildx", "create", "--name", builder.name, *options, "--config", str(config), "--bootstrap"
    )
    try:
        yield builder
    finally:
        engine.docker("buildx", "rm", "--force", builder.name)


def buildkitd_toml(*, mirror: str, registries: Sequence[str]) -> str:
    """Configuration of a BuildKit for registries without TLS (docs/buildkitd.toml.md of moby/buildkit)."""
    plain = "".join(f'[registry."{address}"]\n  http = true\n' for address in (mirror, *registries))
    return f'[registry."docker.io"]\n  mirrors = ["{mirror}"]\n{plain}'


def ensure_builder_image(engine: Engine, *, say: Callable[[str], None] = lambda _: None) -> None:
    """See that the image of BuildKit is there: pulled by a user's engine, built by the private one."""
    if engine.docker("images", "--quiet", BUILDER_IMAGE).strip():
        return
    ensure_base_images(engine, say=say)
    work = ("build", "--tag", BUILDER_IMAGE, "-") if engine.private else ("pull", BUILDER_IMAGE)
    say(
        "Building BuildKit from its source (once, some minutes)"
        if engine.private
        else f"Pulling {BUILDER_IMAGE}"
    )
    try:
        engine.docker(*work, stdin=_DOCKERFILE.encode())
    except CommandFailed as error:
        raise ActionError(
            f"the image {BUILDER_IMAGE} could not be had",
            why=error.stderr.strip()[-800:],
            fix="see that containers of this Docker engine reach Debian's mirror and Go's module proxy",
        ) from error

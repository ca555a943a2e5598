"""Builders beside the engine's own, and a second platform: the lab's, in the shape that these tests need."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from pipeline.rehearsal import lab

_SCANNER: Final = "docker/buildkit-syft-scanner:stable-1"  # what BuildKit takes by default


@pytest.fixture(scope="session")
def buildkit(engine: lab.Engine) -> None:
    """The image of docker-container builders: pulled by a user's engine, built for the private one."""
    lab.ensure_builder_image(engine)


@pytest.fixture(scope="session")
def scanner(engine: lab.Engine) -> str:
    """The image by which BuildKit lists packages: Docker Hub's, or for the private engine one from dpkg."""
    if engine.private:
        engine.docker("build", "--tag", _SCANNER, str(Path(__file__).parent / "scanner"))
    return _SCANNER


@pytest.fixture(scope="session")
def hub(
    engine: lab.Engine, buildkit: None, scanner: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a registry that stands for Docker Hub, for builders that see no image of the engine.

    With a user's engine it is empty, and they go on to Docker Hub itself.
    """
    images = (lab.BASE_IMAGE, lab.FOREIGN_BASE_IMAGE, scanner) if engine.private else ()
    if engine.private:
        lab.ensure_foreign_base(engine)
    with lab.mirror(engine, data=tmp_path_factory.mktemp("hub"), images=images) as address:
        yield address


@pytest.fixture(scope="session")
def builder(
    engine: lab.Engine, hub: str, registry: lab.Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A builder as docker/setup-buildx-action makes one on the host; the tests of a session share it."""
    folder = tmp_path_factory.mktemp("builder")
    with lab.container_builder(engine, folder=folder, mirror=hub, registries=(registry.address,)) as made:
        yield made.name


@pytest.fixture
def mirrored(shop: Any, hub: str) -> Any:
    """A project whose job tells new builders where Docker Hub is: `hub`."""
    folder = shop.folder / "home/.docker/buildx"
    folder.mkdir(parents=True)
    (folder / "buildkitd.default.toml").write_text(lab.buildkitd_toml(mirror=hub, registries=()))
    return shop


@pytest.fixture(scope="session")
def two_platforms(engine: lab.Engine, cannot: Callable[[str], NoReturn]) -> Iterator[str]:
    """A Debian for amd64 and arm64, on a machine that runs the programs of both."""
    if not engine.private:
        if not Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists():
            cannot("this machine runs no arm64 programs: install qemu-user-static and binfmt-support")
        yield lab.BASE_IMAGE  # Docker Hub's is for both
        return
    lab.ensure_foreign_base(engine)
    with lab.emulation(engine, lab.foreign_architecture()):
        yield lab.FOREIGN_BASE_IMAGE


@pytest.fixture(scope="session")
def classic(
    engine: lab.Engine, action_image: str, buildkit: None, cannot: Callable[[str], NoReturn]
) -> Iterator[lab.Engine]:
    """An engine with the classic image store, as hosted runners have it, and the images that a run needs."""
    if not isinstance(engine.found, lab.PrivateEngine):
        if "containerd" in engine.docker("info", "--format", "{{.DriverStatus}}"):
            cannot("the engine that runs has the containerd image store: stop it, and two private ones start")
        yield engine
        return
    folder = engine.found.folder / "classic"
    folder.mkdir(exist_ok=True)
    for part in ("rootfs", "rootfs.recipe", "base.tar"):
        if not (folder / part).exists():
            (folder / part).symlink_to(engine.found.folder / part)
    with lab.engine(lab.PrivateEngine(folder=folder, containerd_store=False)) as other:
        for image in (action_image, lab.BUILDER_IMAGE):
            _carry(image, engine, other)
        yield other


def _carry(image: str, origin: lab.Engine, target: lab.Engine) -> None:
    """Copy an image from engine to engine, unless it is there with the same layers."""
    there = [_layers(image, engine) for engine in (origin, target)]
    if there[0] != there[1]:
        save = subprocess.Popen(
            (*origin.client, "save", image), env={**os.environ, **origin.env}, stdout=subprocess.PIPE
        )
        load = (*target.client, "load")
        subprocess.run(
            load, env={**os.environ, **target.env}, stdin=save.stdout, check=True, capture_output=True
        )
        assert save.wait() == 0


def _layers(image: str, engine: lab.Engine) -> str:
    if not engine.docker("images", "--quiet", image):
        return "none"
    return engine.docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", image)

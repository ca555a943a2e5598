"""A Docker engine, a registry and base images for the rehearsal, on any machine that can have them.

`find_engine` says what there is, `engine` starts and stops it, `registry` demands a login. How the private
engine works is told in `private.py`.
"""

from pipeline.rehearsal.lab.base_images import BASE_IMAGE, ensure_base_images
from pipeline.rehearsal.lab.buildkit import (
    BUILDER_IMAGE,
    ContainerBuilder,
    buildkitd_toml,
    container_builder,
    ensure_builder_image,
)
from pipeline.rehearsal.lab.engine import Engine, engine
from pipeline.rehearsal.lab.foreign import (
    FOREIGN_BASE_IMAGE,
    emulation,
    ensure_foreign_base,
    foreign_architecture,
)
from pipeline.rehearsal.lab.found import Found, NoEngine, PrivateEngine, UserEngine, find_engine
from pipeline.rehearsal.lab.registry import Registry, mirror, registry

__all__ = [
    "BASE_IMAGE",
    "BUILDER_IMAGE",
    "FOREIGN_BASE_IMAGE",
    "ContainerBuilder",
    "Engine",
    "Found",
    "NoEngine",
    "PrivateEngine",
    "Registry",
    "UserEngine",
    "buildkitd_toml",
    "container_builder",
    "emulation",
    "engine",
    "ensure_base_images",
    "ensure_builder_image",
    "ensure_foreign_base",
    "find_engine",
    "foreign_architecture",
    "mirror",
    "registry",
]

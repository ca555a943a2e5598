"""A Docker engine, a registry and base images for the rehearsal, on any machine that can have them.

`find_engine` says what there is, `engine` starts and stops it, `registry` demands a login. How the private
engine works is told in `private.py`.
"""

from pipeline.rehearsal.lab.base_images import ensure_base_images
from pipeline.rehearsal.lab.engine import Engine, engine
from pipeline.rehearsal.lab.found import Found, NoEngine, PrivateEngine, UserEngine, find_engine
from pipeline.rehearsal.lab.registry import Registry, registry

__all__ = [
    "Engine",
    "Found",
    "NoEngine",
    "PrivateEngine",
    "Registry",
    "UserEngine",
    "engine",
    "ensure_base_images",
    "find_engine",
    "registry",
]

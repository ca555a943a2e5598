"""Find where images are declared: a bake file, a compose file, or Dockerfiles by convention. Pure.

The first kind that is there decides, since a project with a bake file often keeps a compose file for
development that is not meant to be published.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from actionkit.errors import ActionError

_BAKE: Final = (
    "docker-bake.json",
    "docker-bake.hcl",
    "docker-bake.override.json",
    "docker-bake.override.hcl",
)
_COMPOSE: Final = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_UNFIT: Final = re.compile(r"[^a-zA-Z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What bake is asked to read: ``files`` of the repository, or ``generated``, a bake file of ours."""

    files: tuple[str, ...]
    generated: str = ""


def find_definition(paths: Iterable[str], asked: tuple[str, ...], project: str) -> Definition:
    """Choose among the repository's ``paths``; ``asked`` are the user's own files, ``project`` its name."""
    known = frozenset(paths)
    if missing := tuple(path for path in asked if path not in known):
        raise ActionError(
            f"there is no file {', '.join(missing)} in the tagged commit",
            why="input files names it",
            fix="paths are relative to the root of the repository, and the file must be committed",
        )
    if asked:
        return _of_files(asked, project)
    for kind in (_BAKE, _COMPOSE):
        if found := tuple(path for path in kind if path in known):
            return Definition(files=found)
    return _of_files(_conventional(known), project)


def _of_files(files: tuple[str, ...], project: str) -> Definition:
    dockerfiles = _named(tuple(path for path in files if is_dockerfile(path)), project)
    others = tuple(path for path in files if not is_dockerfile(path))
    if not files:
        raise ActionError(
            "the repository declares no image",
            why="there is no docker-bake.hcl or .json, no compose file, and no Dockerfile, docker/<name>/"
            "Dockerfile, <name>.Dockerfile or Dockerfile.<name>",
            fix="add one of them, or name the file in input files",
            yaml="with:\n  files: deploy/docker-bake.hcl",
        )
    return Definition(files=others, generated=_bake_file(dockerfiles) if dockerfiles else "")


def _named(dockerfiles: tuple[str, ...], project: str) -> dict[str, str]:
    named: dict[str, str] = {}
    for path in dockerfiles:
        name = _target_name(path, project)
        if name in named:
            raise ActionError(
                f"{named[name]} and {path} would both be the image {name}",
                why="an image is named by the place of its Dockerfile",
                fix="rename one of them, or declare the images in a docker-bake.hcl",
            )
        named[name] = path
    return named


def _conventional(paths: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(path for path in paths if is_dockerfile(path) and _is_at_its_place(path)))


def is_dockerfile(path: str) -> bool:
    """Tell whether a path is called like a Dockerfile."""
    name = PurePosixPath(path).name
    ignore = name.endswith(".dockerignore")
    return not ignore and (
        name == "Dockerfile" or name.endswith(".Dockerfile") or name.startswith("Dockerfile.")
    )


def _is_at_its_place(path: str) -> bool:
    return "/" not in path or path.startswith("docker/")


def _target_name(path: str, project: str) -> str:
    """Name an image by its Dockerfile; the one at the root is called as the project.

    ``docker/core/api/Dockerfile`` → ``core-api``, ``x.Dockerfile`` and ``Dockerfile.x`` → ``x``.
    """
    place = PurePosixPath(path)
    own = place.name.removesuffix(".Dockerfile").removeprefix("Dockerfile").removeprefix(".")
    folders = tuple(part for part in place.parent.parts if part != "docker")
    written = "-".join((*folders, *((own,) if own else ()))) or project
    plain = unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode()
    name = _UNFIT.sub("-", plain).strip("-_").lower()
    if not name:
        raise ActionError(
            f"no image can be called after {path}",
            why="names of images are made of letters a to z and digits",
            fix="rename it, or declare the image in a docker-bake.hcl",
        )
    return name


def _bake_file(dockerfiles: dict[str, str]) -> str:
    targets = {name: {"context": ".", "dockerfile": path} for name, path in dockerfiles.items()}
    return json.dumps({"group": {"default": {"targets": list(targets)}}, "target": targets}, indent=2)

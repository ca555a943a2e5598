"""The builders that the job knows, as the container can use them.

Buildx keeps a builder in a file, with paths of the machine on which it was made: certificates of a remote
BuildKit, the configuration of a cluster. The runner translates such paths in variables and not in files.
The files are copied, so that nothing of root's appears in a folder that later steps write to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from actionkit.errors import CommandFailed
from actionkit.process import run

_INSTANCES: Final = "instances"
_SETTINGS: Final = "buildkitd.default.toml"
_KUBERNETES: Final = "kubernetes://"
_CONTAINER: Final = re.compile(r"containers/([0-9a-f]{64})/")
"""An engine mounts hostname and hosts from the container's own folder, which has the container's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A folder of the machine, and where this container has it."""

    host: str
    inside: str


def copy_builders(origin: Path, target: Path, mounts: Callable[[], tuple[Mount, ...]]) -> None:
    """Copy the builders that buildx keeps in ``origin``, and the settings that it gives to new ones."""
    target.mkdir()
    settings = origin / _SETTINGS
    if settings.is_file():
        (target / _SETTINGS).write_bytes(settings.read_bytes())
    files = [path for path in (origin / _INSTANCES).glob("*") if path.is_file()]
    if not files:
        return
    (target / _INSTANCES).mkdir()
    known = mounts()
    for path in files:
        document = translated(json.loads(path.read_text(encoding="utf-8")), known)
        (target / _INSTANCES / path.name).write_text(json.dumps(document), encoding="utf-8")


def translated(value: Any, mounts: tuple[Mount, ...]) -> Any:
    """Replace the machine's paths in a document by the container's: whole values, or a cluster's settings."""
    match value:
        case str() if value.startswith(_KUBERNETES):
            place, _, options = value.partition("?")
            pairs = [(key, _inside(path, mounts)) for key, path in parse_qsl(options, keep_blank_values=True)]
            return f"{place}?{urlencode(pairs)}"
        case str():
            return _inside(value, mounts)
        case list():
            return [translated(entry, mounts) for entry in value]
        case dict():
            return {key: translated(entry, mounts) for key, entry in value.items()}
        case _:
            return value


def own_mounts(environment: Mapping[str, str]) -> tuple[Mount, ...]:
    """Ask the engine which folders of the machine this container has; none if it does not know it."""
    known = _CONTAINER.search(Path("/proc/self/mountinfo").read_text(encoding="utf-8"))
    if not known:
        return ()
    try:
        told = run(
            ("docker", "inspect", "--format", "{{json .Mounts}}", known[1]), env=environment, timeout=60
        )
    except CommandFailed:
        return ()
    return tuple(Mount(host=mount["Source"], inside=mount["Destination"]) for mount in json.loads(told))


def _inside(path: str, mounts: tuple[Mount, ...]) -> str:
    for mount in sorted(mounts, key=lambda mount: len(mount.host), reverse=True):
        if path == mount.host or path.startswith(f"{mount.host}/"):
            return mount.inside + path.removeprefix(mount.host)
    return path

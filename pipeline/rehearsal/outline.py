"""Name the images that a commit declares where there is no engine, so no buildx to read the declaration."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

import yaml

from actionkit.errors import ActionError
from actionkit.git import Git
from actionkit.git.history import read_files, tracked_modes
from images.declared.find import find_definition

# a target that starts with an underscore is inherited from and not built, by bake's custom
_TARGET: Final = re.compile(r'^target\s+"(?P<name>[^"_][^"]*)"', re.MULTILINE)


def image_names(git: Git, commit: str, project: str) -> tuple[str, ...]:
    """Name the images that ``commit`` declares; none where it declares none."""
    try:
        definition = find_definition(tracked_modes(git, commit), (), project)
    except ActionError:
        return ()
    texts = read_files(git, commit, definition.files)
    names = [name for path, text in texts.items() for name in _declared(path, text)]
    return tuple(dict.fromkeys([*names, *_declared("generated.json", definition.generated or "{}")]))


def _declared(path: str, text: str) -> Iterator[str]:
    if path.endswith(".hcl"):
        yield from (found["name"] for found in _TARGET.finditer(text))
    elif path.endswith(".json"):
        yield from json.loads(text).get("target", {})
    else:
        services = (yaml.safe_load(text) or {}).get("services", {})
        yield from (name for name, service in services.items() if "build" in service)

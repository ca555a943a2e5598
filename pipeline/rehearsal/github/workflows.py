"""The workflow files of a commit: what they are called, and which events start them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from pipeline.rehearsal.github.gitstore import GitStore, NoObject

FOLDER = ".github/workflows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A workflow file: ``triggers`` maps an event's name to its filters."""

    file: str
    name: str
    triggers: Mapping[str, Mapping[str, Any]]

    @property
    def path(self) -> str:
        """The path in the repository."""
        return f"{FOLDER}/{self.file}"

    @property
    def id(self) -> int:
        """A number that stays the same for a path."""
        return zlib.crc32(self.path.encode())

    def listens(self, event: str, *, action: str = "", ref: str = "") -> bool:
        """Whether an event starts this workflow; ``paths`` filters are taken as matching."""
        if event not in self.triggers:
            return False
        filters = self.triggers[event]
        if types := _strings(filters.get("types")):
            return action in types
        return event != "push" or _ref_matches(filters, ref)


def workflows_at(git: GitStore, commit: str) -> tuple[Workflow, ...]:
    """Read the workflow files of a commit by name; those that do not parse listen to nothing."""
    listed = git.git("ls-tree", "--name-only", commit, f"{FOLDER}/").decode().splitlines()
    paths = [path for path in listed if path.endswith((".yml", ".yaml"))]
    if not paths:
        return ()
    try:
        texts = [found.content for found in git.objects([f"{commit}:{path}" for path in paths])]
    except NoObject:
        return ()
    return tuple(read_workflow(path, text) for path, text in zip(paths, texts, strict=True))


def read_workflow(path: str, text: bytes) -> Workflow:
    """Read one workflow file."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        content = {}
    content = content if isinstance(content, dict) else {}
    # YAML 1.1 reads the key `on` as the boolean true.
    triggers = _triggers(content.get("on", content.get(True)))
    return Workflow(file=path.rsplit("/", 1)[-1], name=str(content.get("name") or path), triggers=triggers)


def _triggers(value: Any) -> dict[str, Mapping[str, Any]]:
    match value:
        case str():
            return {value: {}}
        case list():
            return {str(name): {} for name in value}
        case dict():
            return {str(key): one if isinstance(one, dict) else {} for key, one in value.items()}
        case _:
            return {}


def _ref_matches(filters: Mapping[str, Any], ref: str) -> bool:
    kind, other = ("tags", "branches") if ref.startswith("refs/tags/") else ("branches", "tags")
    name = ref.split("/", 2)[-1]
    wanted, unwanted = _strings(filters.get(kind)), _strings(filters.get(f"{kind}-ignore"))
    if wanted:
        return _last_word(wanted, name)
    if unwanted:
        return not _last_word(unwanted, name)
    # A filter on the other kind of ref alone leaves this kind out.
    return not (_strings(filters.get(other)) or _strings(filters.get(f"{other}-ignore")))


def _last_word(patterns: Sequence[str], name: str) -> bool:
    """Apply patterns in order; a leading ``!`` takes a match back."""
    hit = False
    for pattern in patterns:
        if _glob(pattern.removeprefix("!")).fullmatch(name):
            hit = not pattern.startswith("!")
    return hit


def _glob(pattern: str) -> re.Pattern[str]:
    """Translate GitHub's filter pattern: ``*`` stops at a slash, ``**`` does not."""
    pieces = re.split(r"(\*\*|\*|\[[^\]]*\]|\?|\+)", pattern)
    meaning = {"**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    return re.compile(
        "".join(meaning.get(piece, piece if piece.startswith("[") else re.escape(piece)) for piece in pieces)
    )


def _strings(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)

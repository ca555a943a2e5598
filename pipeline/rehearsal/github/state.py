"""The disk below one folder: JSON files and bare git repositories, nothing kept only in memory."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.rehearsal.github.gitstore import GitStore
from pipeline.rehearsal.github.records import (
    Asset,
    Event,
    Json,
    PullRequest,
    Release,
    Repository,
    Run,
    Suppressed,
    Token,
    User,
    from_json,
    to_json,
)

Clock = Callable[[], datetime]

_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}")
_NAME = re.compile(r"(?!\.\.?$)[A-Za-z0-9._-]{1,100}")

Record = TypeVar("Record")


class Missing(LookupError):
    """Nothing is stored under that key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[Record]):
    """A folder with one JSON file for each record, named by a number."""

    folder: Path
    kind: type[Record]

    def get(self, key: int) -> Record:
        """Read a record; raise Missing when there is none."""
        path = self.folder / f"{int(key)}.json"
        if not path.is_file():
            raise Missing(path.name)
        return from_json(self.kind, read_json(path))

    def all(self) -> tuple[Record, ...]:
        """Read every record, oldest first."""
        numbers = sorted(int(path.stem) for path in self.folder.glob("*.json"))
        return tuple(self.get(number) for number in numbers)

    def put(self, key: int, record: Record) -> Record:
        """Write a record, replacing what was there."""
        write_json(self.folder / f"{int(key)}.json", to_json(record))
        return record

    def delete(self, key: int) -> None:
        """Remove a record if it is there."""
        (self.folder / f"{int(key)}.json").unlink(missing_ok=True)


class RepositoryState:
    """One repository's part of the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git = GitStore(folder / "git")
        self.releases = Table(folder=folder / "releases", kind=Release)
        self.assets = Table(folder=folder / "assets", kind=Asset)
        self.runs = Table(folder=folder / "runs", kind=Run)
        self.pulls = Table(folder=folder / "pulls", kind=PullRequest)

    @property
    def settings(self) -> Repository:
        """The repository's record as it stands on disk."""
        return from_json(Repository, read_json(self.folder / "repository.json"))

    def save(self, settings: Repository) -> Repository:
        """Write the repository's record."""
        write_json(self.folder / "repository.json", to_json(settings))
        return settings

    def asset_file(self, asset_id: int) -> Path:
        """Where an asset's bytes are kept."""
        return self.folder / "assets" / f"{int(asset_id)}.bin"


class State:
    """Everything below the folder; ``lock`` is held around each request that reads or writes it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock
        self.lock = threading.RLock()
        self.events = Table(folder=folder / "events", kind=Event)
        self.suppressed = Table(folder=folder / "suppressed", kind=Suppressed)
        self.users = Table(folder=folder / "users", kind=User)
        self._tokens = folder / "tokens"

    def now(self) -> str:
        """The time as GitHub writes it: seconds, UTC, ``Z``."""
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def next_id(self) -> int:
        """Count up; ids are unique over all kinds of record, which makes mix-ups fail loudly."""
        with self.lock:
            path = self.folder / "next-id.json"
            number = int(read_json(path)) if path.is_file() else 1001
            write_json(path, number + 1)
            return number

    def repository(self, owner: str, name: str) -> RepositoryState:
        """Open a repository, names in any case; raise Missing when there is none."""
        found = self.place(owner, name)
        if not (found.folder / "repository.json").is_file():
            raise Missing(f"{owner}/{name}")
        return found

    def place(self, owner: str, name: str) -> RepositoryState:
        """Where a repository is or would be; raise Missing for a name that GitHub does not allow."""
        if not (_OWNER.fullmatch(owner) and _NAME.fullmatch(name)):
            raise Missing(f"{owner}/{name}")
        return RepositoryState(self.folder / "repositories" / owner.lower() / name.lower())

    def token(self, value: str) -> Token:
        """Find a token by its value; raise Missing when it was never issued."""
        path = self._token_file(value)
        if not path.is_file():
            raise Missing("token")
        return from_json(Token, read_json(path))

    def save_token(self, token: Token) -> None:
        """Remember a token."""
        write_json(self._token_file(token.value), to_json(token))

    def forget_token(self, value: str) -> None:
        """Revoke a token, as GitHub does with a job's token at the end of the job."""
        self._token_file(value).unlink(missing_ok=True)

    def _token_file(self, value: str) -> Path:
        # A token's value comes from the network: its hash is a file name that goes nowhere else.
        return self._tokens / f"{hashlib.sha256(value.encode()).hexdigest()}.json"


def read_json(path: Path) -> Json:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, value: Json) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{threading.get_ident()}")
    draft.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)

"""The folders of one job, laid out as on a hosted runner, and where containers see them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: The uid and gid of the user `runner` on hosted machines; containers run as root, so git inside them
#: finds a repository that belongs to somebody else.
RUNNER_UID: Final = 1001

CONTAINER_WORKSPACE: Final = "/github/workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Folders below ``base``; ``repository`` is ``owner/name``."""

    base: Path
    repository: str

    @property
    def workspace(self) -> Path:
        """Where the repository is checked out."""
        return self.parent / self.parent.name

    @property
    def parent(self) -> Path:
        """The folder around the workspace, RUNNER_WORKSPACE."""
        return self.base / self.repository.rpartition("/")[2]

    @property
    def temp(self) -> Path:
        """RUNNER_TEMP."""
        return self.base / "_temp"

    @property
    def home(self) -> Path:
        """HOME of containers."""
        return self.temp / "_github_home"

    @property
    def workflow(self) -> Path:
        """Where event.json is."""
        return self.temp / "_github_workflow"

    @property
    def file_commands(self) -> Path:
        """Where GITHUB_OUTPUT and its like are."""
        return self.temp / "_runner_file_commands"

    @property
    def event(self) -> Path:
        """The file of the event's payload."""
        return self.workflow / "event.json"

    def make(self) -> None:
        """Make the folders and give them to the runner's user."""
        for folder in (self.workspace, self.home, self.workflow, self.file_commands):
            folder.mkdir(parents=True, exist_ok=True)
        self.give_back()

    def foreign(self) -> frozenset[Path]:
        """Find what does not belong to the runner's user: what a container left behind as root."""
        return frozenset(path for path in _everything(self.base) if path.lstat().st_uid != RUNNER_UID)

    def give_back(self, *, but: frozenset[Path] = frozenset()) -> None:
        """Make everything in here except ``but`` the runner's user's, as far as this process may."""
        if os.geteuid() == 0:
            for path in _everything(self.base):
                if path not in but:
                    os.chown(path, RUNNER_UID, RUNNER_UID, follow_symlinks=False)

    def mounts(self) -> tuple[tuple[Path, str], ...]:
        """Give what containers see where, in the order of the runner's command line."""
        return (
            (self.temp, "/github/runner_temp"),
            (self.home, "/github/home"),
            (self.workflow, "/github/workflow"),
            (self.file_commands, "/github/file_commands"),
            (self.workspace, CONTAINER_WORKSPACE),
        )

    def inside(self, value: str) -> str:
        """Translate a value for a container, if it is a mapped path or begins with one; else leave it."""
        for host, container in reversed(self.mounts()):
            if value == str(host) or value.startswith(f"{host}/"):
                return container + value.removeprefix(str(host))
        return value


def _everything(top: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(top):
        yield from (Path(folder) / name for name in (".", *names, *files))

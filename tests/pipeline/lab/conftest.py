"""A second private engine beside the session's, and this machine's network tools from its root."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actionkit.process import run
from pipeline.rehearsal import lab
from pipeline.rehearsal.lab.debian import in_root
from pipeline.rehearsal.lab.found import DEFAULT_FOLDER

Tool = Callable[..., str]


@pytest.fixture(scope="session")
def private_engine(engine: lab.Engine) -> lab.Engine:
    """The session's engine, where it is a private one: so that Debian's packages are there already."""
    if not engine.private:
        pytest.skip("a user's Docker engine runs here, so the private one is not used")
    return engine


@pytest.fixture
def spare_folder(private_engine: lab.Engine, tmp_path: Path) -> Path:
    """Folder of another private engine, which shares nothing with the session's but Debian's packages."""
    folder = tmp_path / ".lab"
    folder.mkdir()
    for part in ("rootfs", "rootfs.recipe", "base.tar"):
        (folder / part).symlink_to(DEFAULT_FOLDER / part)
    return folder


@pytest.fixture(scope="session")
def tool(private_engine: lab.Engine) -> Tool:
    """Run a program of the engine's Debian, such as nft, on this machine."""

    def call(name: str, *arguments: str, before: tuple[str, ...] = ()) -> str:
        command = in_root(DEFAULT_FOLDER / "rootfs", f"usr/sbin/{name}")
        return run((*before, *command, *arguments)).decode()

    return call


@pytest.fixture
def descendants() -> Callable[[int], dict[int, str]]:
    """Every process below one, with its command."""

    def below(ancestor: int) -> dict[int, str]:
        processes = {
            int(entry.name): _stat(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()
        }
        found: dict[int, str] = {}
        pending = [ancestor]
        while pending:
            parent = pending.pop()
            children = {pid: name for pid, (ppid, name) in processes.items() if ppid == parent}
            found |= children
            pending += children
        return found

    return below


def _stat(process: Path) -> tuple[int, str]:
    try:
        head, _, tail = (process / "stat").read_text().rpartition(")")
    except OSError:
        return -1, ""
    return int(tail.split()[1]), head.partition("(")[2]

"""A folder for one run, and what earlier runs left behind when they were killed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_PREFIX: Final = "images-"
_LOCK: Final = "release-pipeline.lock"


@contextmanager
def own_folder(parent: Path) -> Iterator[Path]:
    """Make a folder that is gone when the ``with`` ends; first remove those whose runs are dead.

    A run holds a lock in its folder, and the kernel takes it away with the process, however that ends.
    """
    for lock in parent.glob(f"{_PREFIX}*/{_LOCK}"):
        if _is_free(lock):
            shutil.rmtree(lock.parent, ignore_errors=True)
    with TemporaryDirectory(prefix=_PREFIX, dir=parent) as name:
        held = os.open(Path(name, _LOCK), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Path(name)
        finally:
            os.close(held)


def _is_free(lock: Path) -> bool:
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True

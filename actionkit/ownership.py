"""Give files back to the owner of the workspace: the container writes them as root, the runner is not root.

Without it a later step cannot run ``git fetch`` or clean up
(https://github.com/docker/login-action/issues/24 is one thread of many).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def give_back(directory: Path, folders: Iterable[Path]) -> None:
    """Let everything below ``folders`` belong to whom ``directory`` belongs; links are not followed."""
    if os.geteuid() != 0 or not directory.is_dir() or (owner := directory.stat()).st_uid == 0:
        return
    for folder in folders:
        for root, names, files in os.walk(folder):
            for name in (".", *names, *files):
                _give(Path(root, name), owner)


def _give(path: Path, owner: os.stat_result) -> None:
    if path.lstat().st_uid != owner.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

"""What a killed run leaves in the runner's folder for temporary files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from images.leftovers import own_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from images.leftovers import own_folder
with own_folder(Path(sys.argv[1])) as folder:
    (folder / "built").mkdir()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_is_gone_when_its_run_ends(tmp_path: Path) -> None:
    with own_folder(tmp_path) as folder:
        (folder / "file").write_text("x")
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_killed_run_is_removed_and_others_stay(tmp_path: Path) -> None:
    of_a_user = tmp_path / "images-of-a-user"
    of_a_user.mkdir()
    subprocess.run((sys.executable, "-c", KILLED, str(tmp_path)), check=False)
    assert len(list(tmp_path.iterdir())) == 2
    with own_folder(tmp_path) as running, own_folder(tmp_path) as other:
        assert sorted(tmp_path.iterdir()) == sorted((of_a_user, running, other))
    assert list(tmp_path.iterdir()) == [of_a_user]

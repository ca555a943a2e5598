"""Ask python-semantic-release's own command line for the next version of many repositories.

argv: the repositories. stdout: one version a line. One process asks for all: its import takes a second.
"""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from io import StringIO

from semantic_release.cli.commands.main import main


def next_version(repository: str) -> str:
    """What ``semantic-release version --print`` prints there."""
    os.chdir(repository)
    printed = StringIO()
    with redirect_stdout(printed):
        main(["--noop", "version", "--print"], standalone_mode=False)
    return printed.getvalue().strip().splitlines()[-1]


for path in sys.argv[1:]:
    sys.stdout.write(f"{next_version(path)}\n")

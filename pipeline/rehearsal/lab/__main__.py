"""Keep the engine running until Ctrl-C, to look into it: ``python -m pipeline.rehearsal.lab [FOLDER]``."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from actionkit.errors import ActionError
from pipeline.rehearsal import lab
from pipeline.rehearsal.lab import found


def main(arguments: Sequence[str]) -> int:
    """Start what there is, say how to use it, wait for a signal, stop it.

    ``arguments`` may name the folder of a private engine.
    """
    folder = Path(arguments[0]).resolve() if arguments else found.DEFAULT_FOLDER
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    try:
        with lab.engine(lab.find_engine(folder=folder), say=_say) as engine:
            lab.ensure_base_images(engine, say=_say)
            for name, value in engine.env.items():
                _say(f"export {name}={value}")
            signal.sigwait(wanted)
    except ActionError as error:
        _say(str(error))
        return 1
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Keep the engine running until Ctrl-C: ``python -m pipeline.rehearsal.lab``, for looking into it by hand."""

from __future__ import annotations

import signal
import sys

from actionkit.errors import ActionError
from pipeline.rehearsal import lab


def main() -> int:
    """Start what there is, say how to use it, wait for a signal, stop it."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    try:
        with lab.engine(lab.find_engine(), say=_say) as engine:
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
    sys.exit(main())

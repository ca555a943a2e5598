"""Start an action: errors are caught once, here, and become one annotation and an exit status."""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from actionkit.errors import ActionError
from actionkit.markdown import code_block
from actionkit.workflow import Workflow

OK = 0
FAILED = 1
USAGE = 2
BUG = 70
"""Exit status of an error that is ours (``EX_SOFTWARE`` of sysexits.h)."""
INTERRUPTED = 130
"""Exit status after Ctrl-C: 128 and the number of SIGINT."""


def run_action(workflow: Workflow, action: Callable[[Workflow], None]) -> int:
    """Run ``action`` and return the process's exit status.

    An ActionError is told in full and as one annotation; anything else is a bug of ours and shows where. A
    cancelled job ends in order: what the action made for itself is removed.
    """
    try:
        with _interruptible():
            action(workflow)
    except KeyboardInterrupt:
        workflow.info("stopped by a signal; run again: what was published is kept")
        return INTERRUPTED
    except ActionError as error:
        workflow.quote(f"\n{error}\n")
        workflow.error(error)
        workflow.summarize(f"## It failed\n\n{code_block('text', str(error))}")
        return FAILED
    except Exception as error:
        workflow.quote(traceback.format_exc())
        workflow.error(_bug(error))
        return BUG
    return OK


@contextmanager
def _interruptible() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into KeyboardInterrupt, and let nothing disturb the clearing up.

    The runner cancels a step with SIGINT, then SIGTERM, then SIGKILL ten seconds after the first
    (ProcessInvoker.cs of actions/runner), and the kernel keeps signals without a handler from a container's
    first process.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = (signal.SIGINT, signal.SIGTERM)

    def interrupt(*_: object) -> NoReturn:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    earlier = [(number, signal.signal(number, interrupt)) for number in signals]
    try:
        yield
    finally:
        for number, handler in earlier:
            signal.signal(number, handler)


def _bug(error: Exception) -> ActionError:
    return ActionError(
        f"internal error: {type(error).__name__}: {error}",
        why="this should not happen, whatever the inputs were",
        fix="report it with the traceback from the log; run again: what was published is kept",
    )

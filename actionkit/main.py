"""Start an action: errors are caught once, here, and become one annotation and an exit status."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from actionkit.errors import ActionError
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

    An ActionError is told in full and as one annotation; anything else is a bug of ours and shows where.
    """
    try:
        action(workflow)
    except ActionError as error:
        workflow.quote(f"\n{error}\n")
        workflow.error(error)
        return FAILED
    except Exception as error:
        workflow.quote(traceback.format_exc())
        workflow.error(_bug(error))
        return BUG
    return OK


def _bug(error: Exception) -> ActionError:
    return ActionError(
        f"internal error: {type(error).__name__}: {error}",
        why="this should not happen, whatever the inputs were",
        fix="report it with the traceback from the log; run again: what was published is kept",
    )

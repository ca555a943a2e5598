"""A cancelled job: the action clears up and ends, and so does what it started."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ACTION = """
import os, sys
from actionkit.main import run_action
from actionkit.process import stream
from actionkit.workflow import Workflow

def act(_):
    try:
        stream(("sh", "-c", "echo $$; exec sleep 60"), on_line=lambda line: print(line, flush=True))
    finally:
        print("cleared up", flush=True)

sys.exit(run_action(Workflow(environ=os.environ, stdout=sys.stdout), act))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_action_clears_up_and_ends_what_it_started(number: signal.Signals) -> None:
    argv = (sys.executable, "-c", ACTION)
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    started = process.stdout.readline().strip()
    process.send_signal(number)
    told, _ = process.communicate(timeout=20)
    assert (process.returncode, told.splitlines()[0]) == (130, "cleared up")
    assert "Traceback" not in told
    assert not Path(f"/proc/{started}").exists()

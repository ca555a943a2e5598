"""The private engine's life: started by its first user, shared, gone with its last.

Everything lives in one folder: ``rootfs`` (a Debian with the engine), ``data`` (images, kept between runs),
``run`` (its ``/run``: socket, log, locks). ``enter.sh`` gives it a mount and a process namespace of its own,
``init.sh`` runs in there.

Three locks, which the kernel drops when their holder ends, however it ends:

- ``start.lock``, exclusive: somebody starts or stops the engine.
- ``users.lock``, shared by every user. ``init.sh`` waits for it exclusively, so the engine stops when the
  last user is gone, also when that user was killed.
- ``count.lock``, shared by every user: whoever can make it exclusive is the last and waits for the stop.
"""

from __future__ import annotations

import fcntl
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from actionkit.errors import ActionError
from actionkit.process import start
from pipeline.rehearsal.lab.debian import build_base, build_root
from pipeline.rehearsal.lab.found import PrivateEngine
from pipeline.rehearsal.lab.state import NotStarted, State, answers, free_network, read_state, start_time

_HERE: Final = Path(__file__).resolve().parent
_SECONDS: Final = 60.0
_LONGEST_SOCKET_PATH: Final = 107  # sun_path of unix(7) without its final zero


def socket(folder: Path) -> Path:
    """Where the engine kept in ``folder`` listens."""
    return folder / "run/docker.sock"


@contextmanager
def running(wanted: PrivateEngine, *, say: Callable[[str], None]) -> Iterator[State]:
    """Use the engine kept in a folder, from start to stop if nobody else uses it.

    Its containers can mount what is below the folder's parent and below the folder for temporary files.
    Raise ActionError when it cannot be made or does not start.
    """
    _refuse_long_path(wanted.folder)
    run = wanted.folder / "run"
    run.mkdir(parents=True, exist_ok=True)
    with (run / "users.lock").open("a") as users, (run / "count.lock").open("a") as count:
        with _exclusive(run / "start.lock", say):
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while an engine without users stops
            fcntl.flock(count, fcntl.LOCK_SH)
            state = _usable(run) or _started(wanted, say)
        try:
            yield state
        finally:
            _leave(run, state, users, count)


def _usable(run: Path) -> State | None:
    """Give the engine that runs already; one that lives but does not answer is ended, as `_started` must."""
    state = read_state(run / "engine.json")
    if isinstance(state, NotStarted):
        return None
    if _wait(lambda: answers(run / "docker.sock"), seconds=10):
        return state
    os.kill(state.pid, signal.SIGKILL)  # unshare --kill-child: the kernel ends everything inside with it
    _wait(lambda: not state.alive())
    return None


def _started(wanted: PrivateEngine, say: Callable[[str], None]) -> State:
    folder = wanted.folder
    with ThreadPoolExecutor() as builders:
        for work in [builders.submit(build, folder, say=say) for build in (build_root, build_base)]:
            work.result()
    run, visible = folder / "run", _visible(folder)
    bridge, prefix = free_network()
    settings = {"LAB_CONTAINERD_STORE": str(wanted.containerd_store).lower()}
    process = start(_command(folder, (bridge, prefix), visible), log=run / "engine.log", env=settings)
    state = State(
        pid=process.pid,
        started=start_time(process.pid),
        bridge=bridge,
        prefix=prefix,
        visible=visible,
    )
    state.write(run / "engine.json")
    _wait(lambda: answers(run / "docker.sock") or not state.alive())
    if state.alive() and answers(run / "docker.sock"):
        return state
    process.kill()
    raise _did_not_start(run / "engine.log")


def _command(folder: Path, network: tuple[str, str], visible: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments are described in ``enter.sh``."""
    namespaces = ("--mount", "--propagation", "private", "--pid", "--fork", "--kill-child")
    places = (str(folder / "rootfs"), str(folder / "run"), str(folder / "data"), str(_HERE / "init.sh"))
    return ("unshare", *namespaces, "sh", str(_HERE / "enter.sh"), *places, *network, *visible)


def _leave(run: Path, state: State, users: IO[str], count: IO[str]) -> None:
    with _exclusive(run / "start.lock", lambda _: None):
        last = _locked(count)
        fcntl.flock(users, fcntl.LOCK_UN)
        if last and not _wait(lambda: not state.alive()):
            os.kill(state.pid, signal.SIGKILL)


def _locked(file: IO[str]) -> bool:
    """Lock a file for this process alone, if nobody else has it locked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _exclusive(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    with path.open("a") as lock:
        if not _locked(lock):
            say("Waiting for another process that starts or stops the private engine")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _visible(folder: Path) -> tuple[str, ...]:
    wanted = (folder.parent.resolve(), Path(tempfile.gettempdir()).resolve())
    return tuple(sorted({str(path) for path in wanted}))  # a parent before what is below it


def _wait(condition: Callable[[], bool], *, seconds: float = _SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _refuse_long_path(folder: Path) -> None:
    path = str(socket(folder))
    if len(path.encode()) > _LONGEST_SOCKET_PATH:
        raise ActionError(
            "the private engine cannot listen below this folder",
            why=f"{path} is longer than the {_LONGEST_SOCKET_PATH} bytes that a socket's path may have",
            fix="move the checkout to a shorter path",
        )


def _did_not_start(log: Path) -> ActionError:
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    return ActionError(
        "the private Docker engine did not start",
        why=tail,
        fix=f"read {log}; a running engine can be used instead: name it in DOCKER_HOST",
    )

"""Run programs: argv tuples, never a shell; the only door to ``subprocess``."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from actionkit.errors import CommandFailed

_TAIL_LINES = 40
_PATIENCE = 5.0


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    timeout: float | None = None,
    secrets: Sequence[str] = (),
    without: Callable[[str], bool] = lambda _: False,
) -> bytes:
    """Run ``argv`` and return its standard output.

    ``env`` is added to this process's environment, from which the variables named by ``without`` are taken
    first; ``timeout`` is in seconds; ``secrets`` are removed from error texts. Raise CommandFailed when the
    program is missing, too slow, or ends with a non-zero status.
    """
    try:
        done = subprocess.run(
            tuple(argv),
            cwd=cwd,
            env=_environment(env, without),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise _missing(argv, error) from error
    except subprocess.TimeoutExpired as error:
        text = f"no end after {timeout} seconds"
        raise CommandFailed(f"{_shown(argv)} took too long", returncode=124, stderr=text) from error
    if done.returncode != 0:
        raise _failed(argv, done.returncode, done.stderr.decode(errors="replace"), secrets, done.stdout)
    return done.stdout


def stream(
    argv: Sequence[str],
    *,
    on_line: Callable[[str], None],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    secrets: Sequence[str] = (),
) -> None:
    """Run ``argv`` and hand every line of its merged output to ``on_line`` as it comes, without the newline.

    Raise CommandFailed with the last forty lines, without ``secrets``, when it ends with a non-zero status:
    what ``on_line`` takes is as it was written. It is told to end when that or a signal ends the reading.
    """
    tail: list[str] = []
    try:
        process = subprocess.Popen(
            tuple(argv),
            cwd=cwd,
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        raise _missing(argv, error) from error
    with process, process.stdout or open(os.devnull) as lines:  # noqa: PTH123 - stdout is always a pipe here
        try:
            for raw in lines:
                line = raw.rstrip("\r\n")
                tail = [*tail[1 - _TAIL_LINES :], line]
                on_line(line)
        except BaseException:
            process.terminate()  # it must not go on by itself when nobody listens
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
            raise
    if process.returncode != 0:
        raise _failed(argv, process.returncode, "\n".join(tail), secrets)


def start(
    argv: Sequence[str], *, log: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start ``argv`` in a session of its own, so that Ctrl-C in the terminal does not reach it, and return.

    Both output streams replace the content of ``log``. Raise CommandFailed when the program is missing.
    """
    with log.open("wb") as output:
        try:
            return subprocess.Popen(
                tuple(argv),
                cwd=cwd,
                env=_environment(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise _missing(argv, error) from error


def _environment(
    extra: Mapping[str, str] | None, without: Callable[[str], bool] = lambda _: False
) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not without(name)} | dict(extra or {})


def _shown(argv: Sequence[str]) -> str:
    return " ".join(argv[:4]) + (" …" if len(argv) > 4 else "")  # noqa: PLR2004 - enough to recognise it


def _missing(argv: Sequence[str], error: OSError) -> CommandFailed:
    return CommandFailed(
        f"{argv[0]} cannot be started",
        returncode=127,
        stderr=str(error),
        fix=f"install {argv[0]} and make sure that it is on PATH",
    )


def _failed(
    argv: Sequence[str], returncode: int, stderr: str, secrets: Sequence[str], stdout: bytes = b""
) -> CommandFailed:
    what = hide(f"{_shown(argv)} ended with status {returncode}", secrets)
    return CommandFailed(what, returncode=returncode, stderr=hide(stderr, secrets), stdout=stdout)


def hide(text: str, secrets: Sequence[str]) -> str:
    """Take ``secrets`` out of a text that is shown, long ones first: one may be a part of another."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***") if secret else text
    return text

"""The proc-receive hook: judges every ref of a push by the branch rules, before git moves any.

Unlike ``pre-receive`` it answers for each ref on its own and in its own words, as GitHub does. The
repository's settings and the caller's token come in the environment, so that the hook needs neither the
server nor its lock. Protocol: https://git-scm.com/docs/githooks#proc-receive
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from pipeline.rehearsal.github.gitstore import GitStore
from pipeline.rehearsal.github.records import Repository, Token, from_json, to_json
from pipeline.rehearsal.github.rules import Granted, Move, Refusal, judge

NAME: Final = "proc-receive"
_POLICY: Final = "LOCAL_GITHUB_POLICY"
_SOURCE: Final = "LOCAL_GITHUB_SOURCE"
_PYTHON: Final = "LOCAL_GITHUB_PYTHON"
SCRIPT: Final = f"""#!/bin/sh
# Every push comes through the local GitHub's HTTP server, which sets these.
exec "${_PYTHON}" -I -c 'import os, sys; sys.path.insert(0, os.environ["{_SOURCE}"])
from pipeline.rehearsal.github.hook import main; main()'
"""


def environment(repo: Repository, token: Token, page: str) -> dict[str, str]:
    """What the hook needs to know of a push; ``page`` is the repository's address."""
    policy = {"repository": to_json(repo), "token": to_json(token), "page": page}
    source = str(Path(__file__).resolve().parents[3])
    return {_POLICY: json.dumps(policy), _SOURCE: source, _PYTHON: sys.executable}


def main() -> None:
    """Talk to receive-pack on standard input and output; tell the pusher on standard error."""
    policy = json.loads(os.environ[_POLICY])
    git = GitStore(Path(os.environ["GIT_DIR"]))
    converse(sys.stdin.buffer, sys.stdout.buffer, sys.stderr, policy, git)


def converse(
    asked: BinaryIO, answers: BinaryIO, told: TextIO, policy: Mapping[str, str], git: GitStore
) -> None:
    """Run the protocol: greet, read the moves, answer ``ok`` or ``ng`` for each."""
    atomic = b"atomic" in b" ".join(_read(asked))
    _write(answers, (b"version=1\0atomic",))
    moves = [_move(line) for line in _read(asked)]
    repo, token = from_json(Repository, policy["repository"]), from_json(Token, policy["token"])
    verdicts = [judge(repo, token, move, git) for move in moves]
    for verdict in verdicts:
        if isinstance(verdict, Refusal):
            told.write("".join(f"{line}\n" for line in verdict.told(policy["page"])))
    told.flush()
    _write(answers, tuple(_answers(moves, verdicts, atomic=atomic)))


def _answers(
    moves: Sequence[Move], verdicts: Sequence[Refusal | Granted], *, atomic: bool
) -> Iterator[bytes]:
    lost = atomic and any(isinstance(verdict, Refusal) for verdict in verdicts)
    for move, verdict in zip(moves, verdicts, strict=True):
        if isinstance(verdict, Refusal):
            yield f"ng {move.ref} {verdict.reason()}".encode()
        elif lost:
            yield f"ng {move.ref} atomic transaction failed".encode()
        else:
            yield f"ok {move.ref}".encode()
            yield b"option fall-through"


def _move(line: bytes) -> Move:
    before, after, ref = line.decode().rstrip("\n").split(" ", 2)
    return Move(ref=ref, before=before, after=after)


def _read(stream: BinaryIO) -> list[bytes]:
    """Read packet lines up to the flush packet."""
    lines = []
    while (size := int(stream.read(4), 16)) > 0:
        lines.append(stream.read(size - 4))
    return lines


def _write(stream: BinaryIO, lines: Sequence[bytes]) -> None:
    for line in lines:
        stream.write(f"{len(line) + 4:04x}".encode() + line)
    stream.write(b"0000")
    stream.flush()

"""The pre-receive hook: judges every ref of a push by the branch rules, before anything changes.

Started by git in the quarantine of the push; the repository's settings and the caller's token come in the
environment, so that the hook needs neither the server nor its lock.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TextIO

from pipeline.rehearsal.github.gitstore import GitStore
from pipeline.rehearsal.github.records import Repository, Token, from_json, to_json
from pipeline.rehearsal.github.rules import Move, Refusal, judge

_POLICY: Final = "LOCAL_GITHUB_POLICY"
_SOURCE: Final = "LOCAL_GITHUB_SOURCE"
_PYTHON: Final = "LOCAL_GITHUB_PYTHON"
SCRIPT: Final = f"""#!/bin/sh
# Every push comes through the local GitHub's HTTP server, which sets these.
exec "${_PYTHON}" -I -c 'import os, sys; sys.path.insert(0, os.environ["{_SOURCE}"])
from pipeline.rehearsal.github.hook import main; main()'
"""


def environment(repo: Repository, token: Token) -> dict[str, str]:
    """What the hook needs to know of a push."""
    policy = {"repository": to_json(repo), "token": to_json(token)}
    source = str(Path(__file__).resolve().parents[3])
    return {_POLICY: json.dumps(policy), _SOURCE: source, _PYTHON: sys.executable}


def main() -> None:
    """Read the refs of a push from standard input; exit with 1 when one of them is refused."""
    policy = json.loads(os.environ[_POLICY])
    sys.exit(decide(sys.stdin, policy, GitStore(Path(os.environ["GIT_DIR"])), sys.stderr))


def decide(lines: Iterable[str], policy: Mapping[str, object], git: GitStore, told: TextIO) -> int:
    """Judge ``old new ref`` lines; write refusals to ``told`` and return the exit status."""
    repo, token = from_json(Repository, policy["repository"]), from_json(Token, policy["token"])
    refused = False
    for line in lines:
        before, after, ref = line.rstrip("\n").split(" ", 2)
        verdict = judge(repo, token, Move(ref=ref, before=before, after=after), git)
        if isinstance(verdict, Refusal):
            refused = True
            told.write("".join(f"{one}\n" for one in verdict.told()))
    return int(refused)

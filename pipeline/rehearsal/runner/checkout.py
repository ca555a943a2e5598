"""Do what actions/checkout does: fetch one commit without tags, keep the credentials out of sight.

Like the action from its sixth version on, the token stands in a file below RUNNER_TEMP, which the
repository's settings include under a condition on its place: one for this machine, one for containers.
https://github.com/actions/checkout
"""

from __future__ import annotations

import base64
import re
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from actionkit.errors import CommandFailed, InputError
from actionkit.process import run as run_command
from actionkit.process import stream
from pipeline.rehearsal.runner.expressions import fill_texts, to_text
from pipeline.rehearsal.runner.rooms import CONTAINER_WORKSPACE, Rooms
from pipeline.rehearsal.runner.steprun import StepRun

CREDENTIALS: Final = "git-credentials-"

_ALL_TAGS: Final = "+refs/tags/*:refs/tags/*"
_SHA: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_WITHOUT_EFFECT: Final = frozenset(
    {"clean", "show-progress", "set-safe-directory", "allow-unsafe-pr-checkout", "sparse-checkout-cone-mode"}
)
_OWN_SETTINGS: Final = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
_NOT_KNOWN_HERE: Final = (
    *("ssh-key", "ssh-known-hosts", "ssh-user", "filter", "sparse-checkout", "lfs", "submodules"),
    "github-server-url",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be checked out where; ``ref`` or ``sha`` may be empty, ``depth`` 0 is everything."""

    repository: str
    ref: str
    sha: str
    folder: Path
    depth: int
    tags: bool
    token: str
    keep_credentials: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Git:
    run: StepRun
    folder: Path

    def __call__(self, *words: str) -> None:
        self.run.log.say(f"[command]git {' '.join(words)}")
        stream(self._argv(words), env=_OWN_SETTINGS, on_line=self.run.log.say)

    def asks(self, *words: str) -> str:
        return run_command(self._argv(words), env=_OWN_SETTINGS).decode().strip()

    def has(self, name: str) -> bool:
        try:
            self.asks("rev-parse", "--verify", "--quiet", name)
        except CommandFailed:
            return False
        return True

    def _argv(self, words: tuple[str, ...]) -> tuple[str, ...]:
        return ("git", "-c", "safe.directory=*", "-C", str(self.folder), *words)


def run_checkout(run: StepRun) -> bool:
    """Check out what the step asks for; always tell that it went well, or raise ActionError."""
    wanted = _wanted(
        run, {name.lower(): text for name, text in fill_texts(run.step.inputs, run.scope()).items()}
    )
    rooms = run.frame.job.rooms
    run.log.say(f"Syncing repository: {wanted.repository}")
    _empty(wanted.folder)
    git = _Git(run=run, folder=wanted.folder)
    git("init", "--quiet", "--initial-branch=main")
    server = run.frame.job.machine.server_url.rstrip("/")
    git("remote", "add", "origin", f"{server}/{wanted.repository}")
    credentials = _sign_in(git, wanted, rooms, server)
    _fetch(git, wanted)
    _verify(git, wanted)
    git("checkout", "--quiet", "--force", *_start(git, wanted))
    if not wanted.keep_credentials:
        credentials.unlink()
    run.outputs |= {"ref": wanted.ref, "commit": git.asks("log", "-1", "--format=%H")}
    rooms.give_back()
    return True


def _wanted(run: StepRun, given: Mapping[str, str]) -> Wanted:
    for name in given:
        if name in _NOT_KNOWN_HERE and given[name] not in ("", "false"):
            raise InputError(f"{run.step.where} gives actions/checkout {name!r}, which is not done here")
    github = run.frame.job.github
    own = given.get("repository", "") in ("", github["repository"])
    ref = given.get("ref", "")
    default = (
        {"ref": to_text(github["ref"]), "sha": to_text(github["sha"])} if own else {"ref": "", "sha": ""}
    )
    asked = {"ref": "", "sha": ref} if _SHA.fullmatch(ref) else {"ref": ref, "sha": ""}
    return Wanted(
        repository=given.get("repository") or to_text(github["repository"]),
        **(asked if ref else default),
        folder=run.frame.job.rooms.workspace / given.get("path", ""),
        depth=int(given.get("fetch-depth") or 1),
        tags=given.get("fetch-tags") == "true",
        token=given.get("token") or run.frame.job.token,
        keep_credentials=given.get("persist-credentials", "true") != "false",
    )


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _sign_in(git: _Git, wanted: Wanted, rooms: Rooms, server: str) -> Path:
    """Write the token to a file of its own and include it where the repository is."""
    basic = base64.b64encode(f"x-access-token:{wanted.token}".encode()).decode()
    git.run.log.masker.add(basic)
    path = rooms.temp / f"{CREDENTIALS}{uuid.uuid4()}.config"
    address = urlsplit(server)
    header = f'[http "{address.scheme}://{address.netloc}/"]\n\textraheader = AUTHORIZATION: basic {basic}\n'
    path.write_text(header, "utf-8")
    inside = f"{CONTAINER_WORKSPACE}/{wanted.folder.relative_to(rooms.workspace).as_posix()}".removesuffix(
        "/."
    )
    for folder, config in ((str(wanted.folder), str(path)), (inside, rooms.inside(str(path)))):
        for place in (f"{folder}/.git", f"{folder}/.git/worktrees/*"):
            git("config", "--local", f"includeIf.gitdir:{place}.path", config)
    return path


def _fetch(git: _Git, wanted: Wanted) -> None:
    words = ("fetch", "--no-tags", "--prune", "--no-recurse-submodules")
    try:
        git("-c", "protocol.version=2", *words, *_refspecs(wanted))
    except CommandFailed as failure:
        raise InputError(
            f"{wanted.ref or wanted.sha or 'the default branch'} of {wanted.repository} cannot be fetched",
            why=failure.why,
            fix="look that the branch, tag or commit exists and that the token may read contents",
        ) from failure


def _refspecs(wanted: Wanted) -> tuple[str, ...]:
    if wanted.depth == 0:
        return ("origin", "+refs/heads/*:refs/remotes/origin/*", _ALL_TAGS)
    tags = (_ALL_TAGS,) if wanted.tags else ()
    return (f"--depth={wanted.depth}", "origin", *tags, *_refspec(wanted))


def _refspec(wanted: Wanted) -> tuple[str, ...]:
    ref = wanted.ref
    match ref.split("/", 2):
        case ["refs", "heads", branch]:
            return (f"+{wanted.sha or ref}:refs/remotes/origin/{branch}",)
        case ["refs", "tags", _]:
            return () if wanted.tags else (f"+{ref}:{ref}",)
        case _ if wanted.sha:
            return (wanted.sha,)
        case _ if not ref:
            return ("+HEAD:refs/remotes/origin/HEAD",)
        case _:
            tag = () if wanted.tags else (f"+refs/tags/{ref}*:refs/tags/{ref}*",)
            return (f"+refs/heads/{ref}*:refs/remotes/origin/{ref}*", *tag)


def _verify(git: _Git, wanted: Wanted) -> None:
    """Refuse a branch or tag that has moved since the run was started."""
    places = {"heads": "refs/remotes/origin/", "tags": "refs/tags/"}
    match wanted.ref.split("/", 2):
        case ["refs", ("heads" | "tags") as sort, name] if wanted.sha:
            place = f"{places[sort]}{name}^{{commit}}"
            if not git.has(place) or git.asks("rev-parse", place) != wanted.sha:
                raise InputError(
                    f"{wanted.ref} does not point to the expected commit {wanted.sha}",
                    why="it has been moved since the workflow was triggered",
                    fix="run the workflow again",
                )


def _start(git: _Git, wanted: Wanted) -> tuple[str, ...]:
    match wanted.ref.split("/", 2):
        case ["refs", "heads", branch]:
            return ("-B", branch, f"refs/remotes/origin/{branch}")
        case ["refs", "tags", _]:
            return (wanted.ref,)
        case _ if wanted.sha:
            return (wanted.sha,)
        case _ if not wanted.ref:
            return ("refs/remotes/origin/HEAD",)
        case _ if git.has(f"refs/remotes/origin/{wanted.ref}"):
            return ("-B", wanted.ref, f"refs/remotes/origin/{wanted.ref}")
        case _ if git.has(f"refs/tags/{wanted.ref}"):
            return (f"refs/tags/{wanted.ref}",)
        case _:
            raise InputError(f"a branch or tag with the name {wanted.ref!r} could not be found")

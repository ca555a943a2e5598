"""``release-pipeline plan``: what would be released and why, without token and without network."""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from actionkit.errors import ActionError, CommandFailed
from actionkit.git import Git
from actionkit.git.history import is_shallow, resolve
from actionkit.inputs import InputReader
from pipeline.options import as_environment
from release.config import read_config
from release.inputs import read_choices
from release.plan import make_plan
from release.report import plan_as_json
from release.settings import settle
from release.situation import Place, Situation
from release.snapshot import read_configuration, read_snapshot

_REMOTE: Final = re.compile(
    r"(?:https?://(?:[^@/]+@)?|ssh://git@|git@)(?P<host>[^/:]+(?::\d+)?)[/:](?P<slug>[^/]+/[^/]+?)(?:\.git)?/?"
)
_MARKS: Final = {True: "▶", False: " "}


def plan_command(arguments: argparse.Namespace, names: Sequence[str], out: TextIO, err: TextIO) -> None:
    """Print the plan of ``arguments.directory`` to ``out``, what to look at to ``err``."""
    reader = InputReader(environ=as_environment(arguments, names))
    choices = read_choices(reader)
    reader.finish()
    git = find_repository(arguments.directory)
    _refuse_shallow(git)
    head, branch = resolve(git, "HEAD"), _branch(git)
    settings = settle(choices, read_config(read_configuration(git, head)), branch)
    snapshot = read_snapshot(git, head=head, branch=branch, settings=settings)
    situation = Situation(snapshot=snapshot, settings=settings, place=local_place(git))
    told = plan_as_json(make_plan(situation))
    for warning in told["warnings"]:
        err.write(f"warning: {warning}\n")
    out.write(f"{json.dumps(told, indent=2)}\n" if arguments.json else plan_as_text(told))


def find_repository(directory: Path) -> Git:
    """Open the git repository around ``directory``; raise ActionError when there is none."""
    if not directory.is_dir():
        raise ActionError(f"{directory} is not a folder", fix="name the folder of a git repository")
    try:
        top = Git(directory=directory).text("rev-parse", "--show-toplevel")
    except CommandFailed as error:
        raise ActionError(
            f"{directory} is not inside a git repository",
            why=error.stderr.strip(),
            fix="run it in a clone of your project, or name one",
        ) from error
    return Git(directory=Path(top))


def local_place(git: Git) -> Place:
    """Take today's date, and the addresses for links from the remote ``origin``."""
    address = git.text("config", "--default", "", "--get", "remote.origin.url")
    found = _REMOTE.fullmatch(address)
    return Place(
        date=datetime.now(UTC).date().isoformat(),
        server_url=f"https://{found['host']}" if found else "https://github.com",
        repository=found["slug"] if found else "",
    )


def plan_as_text(told: Mapping[str, Any]) -> str:
    """Lay the plan out for a terminal."""
    lines = [_headline(told), f"  {told['reason']}", ""]
    if told["commits"]:
        lines += [*_commit_lines(told["commits"]), ""]
    if told["packages"]:
        lines += [*_package_lines(told["packages"]), ""]
    lines += [_edit_line(edit) for edit in told["edits"]]
    if told["notes"]:
        lines += ["", told["notes"].rstrip()]
    return "\n".join(lines).rstrip() + "\n"


def _headline(told: Mapping[str, Any]) -> str:
    if not told["release"]:
        return f"Nothing to release since {told['prior_tag'] or 'the beginning'}"
    step = f"{told['prior_version'] or '(first release)'} → {told['version']}"
    return f"{step}  ({told['bump']}, tag {told['tag']})"


def _commit_lines(commits: Sequence[Mapping[str, Any]]) -> list[str]:
    width = max(40, shutil.get_terminal_size((120, 24)).columns)
    subject = min(60, max(len(commit["subject"]) for commit in commits))
    return [
        f"{_MARKS[commit['decided']]} {commit['sha'][:7]}  {commit['bump']:<5}  "
        f"{_cut(commit['subject'], subject):<{subject}}  {commit['rule']}"[:width].rstrip()
        for commit in commits
    ]


def _package_lines(packages: Sequence[Mapping[str, str]]) -> list[str]:
    name = max(len(package["name"]) for package in packages)
    version = max(len(package["prior_version"]) for package in packages)
    return [
        f"  {package['name']:<{name}}  {package['prior_version']:<{version}}  "
        f"{package['outcome']:<8}  {package['reason']}"
        for package in packages
    ]


def _edit_line(edit: Mapping[str, str]) -> str:
    lines = edit["diff"].splitlines()[2:]
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    return f"  {edit['path']}  +{added} -{removed}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _branch(git: Git) -> str:
    return git.text("rev-parse", "--abbrev-ref", "HEAD").removeprefix("HEAD")


def _refuse_shallow(git: Git) -> None:
    if is_shallow(git):
        raise ActionError(
            "the clone is shallow: the commits since the last release are not all there",
            fix="git fetch --unshallow --tags",
        )

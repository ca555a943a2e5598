"""Make git histories of any length in seconds: one ``git fast-import``, the same commits every time.

Subjects, squashed pull requests, merges, release commits and annotated tags are shaped as in a project of
years: the tags lie evenly over the history, and the last ``since`` commits are not released yet.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actionkit.git import Git
from bench.workspaces import Workspace, crate, workspace_files

_WORKSPACE: Final = Workspace(crates=12, external=20)
_FILES_IN_A_CRATE: Final = 25
_BEGINNING: Final = 1_500_000_000
_STEP: Final = 1_200  # seconds from one commit to the next
_MERGE_EVERY: Final = 15
_TYPES: Final = (
    *["fix"] * 4,
    *["feat"] * 3,
    "chore",
    "chore",
    "docs",
    "refactor",
    "test",
    "ci",
    "perf",
    "build",
)
_VERBS: Final = ("keep", "read", "write", "skip", "refuse", "name", "order", "close", "retry", "merge")
_THINGS: Final = ("empty keys", "long names", "the first page", "late answers", "old headers", "broken links")
_PEOPLE: Final = tuple(
    f"{name} <{name.lower()}@example.org>" for name in ("Ada", "Grace", "Edsger", "Barbara")
)
_BODY: Final = "\n\nIt was seen with large inputs only.\nThe test has one of them.\n\nCloses: #{number}"
_MAJOR_EVERY: Final = 100
_MINOR_EVERY: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """``commits`` in all, ``tags`` spread over them, ``since`` commits after the last tag."""

    commits: int
    tags: int
    since: int = 60

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"{self.commits:,} commits, {self.tags:,} tags"

    @property
    def releases(self) -> Mapping[int, str]:
        """Number of a release commit → its version."""
        last = self.commits - self.since
        places = (last * (number + 1) // self.tags for number in range(self.tags))
        return dict(zip(places, _versions(), strict=False))


def make_history(folder: Path, history: History) -> Path:
    """Make the repository in ``folder``: on branch main, clean, packed, with a commit-graph; return it."""
    folder.mkdir(parents=True)
    git = Git(directory=folder)
    git.run("init", "--quiet", "--initial-branch=main")
    git.run("fast-import", "--quiet", "--done", stdin="".join(_stream(history)).encode())
    git.run("reset", "--quiet", "--hard", "main")
    git.run("pack-refs", "--all")
    git.run("commit-graph", "write", "--reachable", "--no-progress")
    return folder


def _versions() -> Iterator[str]:
    major, minor, patch = 1, 0, 0
    number = 0
    while True:
        yield f"{major}.{minor}.{patch}"
        number += 1
        if number % _MAJOR_EVERY == 0:
            major, minor, patch = major + 1, 0, 0
        elif number % _MINOR_EVERY == 0:
            minor, patch = minor + 1, 0
        else:
            patch += 1


def _stream(history: History) -> Iterator[str]:
    """Write what fast-import reads; commit n has mark n, and a merge joins commit n-1 from the side."""
    dice = random.Random(history.commits)  # noqa: S311 - the same history every time, nothing secret
    releases = history.releases
    files = workspace_files(_WORKSPACE, "0.9.0")
    yield _commit(1, "feat: begin", _PEOPLE[0], files, ())
    side: Mapping[str, str] = {}
    for number in range(2, history.commits + 1):
        parents: tuple[int, ...] = (number - 1,)
        if number in releases:
            message, files = f"chore(release): {releases[number]}", _released(releases[number])
        elif side:
            message, files = f"Merge pull request #{number} from acme/topic-{number}", side
            parents = (number - 2, number - 1)
        else:
            message, files = _message(dice, number), _changed(dice, number)
        yield _commit(number, message, dice.choice(_PEOPLE), files, parents)
        merged_next = (
            number % _MERGE_EVERY == 0 and len(parents) == 1 and not {number, number + 1} & {*releases}
        )
        side = files if merged_next and number < history.commits else {}
        if number in releases:
            yield _tag(number, releases[number])
    yield "done\n"


def _message(dice: random.Random, number: int) -> str:
    kind, scope = dice.choice(_TYPES), crate(dice.randrange(_WORKSPACE.crates))
    text = f"{dice.choice(_VERBS)} {dice.choice(_THINGS)}"
    match dice.randrange(20):
        case 0:
            return f"{text.capitalize()} (#{number})"
        case 1:
            return f"{kind}: {text}"
        case roll if roll < 8:  # noqa: PLR2004 - a third has a body
            return f"{kind}({scope}): {text} (#{number}){_BODY.format(number=number // 2)}"
        case _:
            return f"{kind}({scope}): {text} (#{number})"


def _changed(dice: random.Random, number: int) -> Mapping[str, str]:
    folder, file = crate(dice.randrange(_WORKSPACE.crates)), dice.randrange(_FILES_IN_A_CRATE)
    return {f"crates/{folder}/src/part_{file}.rs": f"// as of change {number}\n"}


def _released(version: str) -> Mapping[str, str]:
    files = workspace_files(_WORKSPACE, version)
    return {path: text for path, text in files.items() if path.endswith((".toml", ".lock"))}


def _commit(
    number: int, message: str, person: str, files: Mapping[str, str], parents: tuple[int, ...]
) -> str:
    lines = [
        "commit refs/heads/main\n",
        f"mark :{number}\n",
        f"committer {person} {_when(number)}\n",
        _data(message),
    ]
    lines += [f"{word} :{parent}\n" for word, parent in zip(("from", "merge"), parents, strict=False)]
    lines += [f"M 100644 inline {path}\n{_data(text)}" for path, text in files.items()]
    return "".join([*lines, "\n"])


def _tag(number: int, version: str) -> str:
    return (
        f"tag v{version}\nfrom :{number}\ntagger {_PEOPLE[0]} {_when(number)}\n{_data(f'Release {version}')}"
    )


def _when(number: int) -> str:
    return f"{_BEGINNING + number * _STEP} +0000"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"

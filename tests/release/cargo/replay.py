"""Replay the version bumps of a real repository: our bump of the parent against what people committed.

    python tests/release/cargo/replay.py GIT_DIRECTORY [--limit N] [--packages …] [--exclude …] [--show]
        [--then PACKAGE] [--version-files LINES]

Every commit that moves the workspace's version is looked at. From its parent, the bump to the same version is
planned, and the manifests and locks are compared with the commit's; ``--then`` moves a second group as well,
the packages that shared PACKAGE's version. Lines that differ are sorted into

- missed: they moved something from the prior version to the new one, and we did not;
- extra: we moved something to the new version, and they did not;
- other: different work in the same commit.

Nothing is written anywhere.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from actionkit.errors import ActionError
from actionkit.process import run
from actionkit.semver import Version
from release.cargo import Names, Selection, is_input, parse_selection, plan_bump, workspace_version
from release.cargo.version_files import VersionFile, parse_version_files, plan_version_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One bump; the lines are ``path: text``."""

    commit: str
    prior: Version
    version: Version
    files: int
    edits: int
    seconds: float
    missed: tuple[str, ...]
    extra: tuple[str, ...]
    other: tuple[str, ...]


def main() -> int:
    """Replay and report; the status is 1 when a line was missed or extra."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("git", type=Path)
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--packages", default="lockstep")
    parser.add_argument("--exclude", default="")
    parser.add_argument("--then", default="")
    parser.add_argument("--version-files", default="")
    parser.add_argument("--show", action="store_true", help="print the lines")
    options = parser.parse_args()
    selection = parse_selection(options.packages, options.exclude)
    wanted = parse_version_files(options.version_files)
    found = [
        replay(options.git, *bump, selection, options.then, wanted)
        for bump in bumps(options.git, options.limit, selection)
    ]
    for one in found:
        sys.stdout.write(_line(one))
        for kind in ("missed", "extra", "other") if options.show else ():
            sys.stdout.writelines(f"    {kind} {line}\n" for line in getattr(one, kind))
    differing = [one for one in found if one.missed or one.extra]
    equal = sum(1 for one in found if not (one.missed or one.extra or one.other))
    sys.stdout.write(f"{len(found)} bumps, {equal} equal in every byte, {len(differing)} to explain\n")
    return bool(differing)


def bumps(git: Path, limit: int, selection: Selection) -> Iterator[tuple[str, Version, Version]]:
    """Yield commit, prior and new version of the newest commits that raised the version, newest first."""
    log = run(("git", "-C", str(git), "log", "--first-parent", "--format=%H %P", "HEAD", "--", "Cargo.toml"))
    for line in log.decode().splitlines():
        commit, *parents = line.split()
        if limit and parents and _root_may_differ(git, parents[0], commit):
            before = _version(tree(git, parents[0]), selection)
            after = _version(tree(git, commit), selection)
            if after > before > Version(0):
                limit -= 1
                yield commit, before, after


def replay(
    git: Path,
    commit: str,
    prior: Version,
    version: Version,
    selection: Selection,
    then: str,
    version_files: tuple[VersionFile, ...],
) -> Replay:
    """Bump the parent of ``commit`` and compare."""
    before, theirs = tree(git, f"{commit}^"), tree(git, commit)
    start = perf_counter()
    plan = plan_bump(before, version=version, selection=selection)
    edits = plan_version_files(before, version=version, version_files=version_files, edits=plan.edits)
    ours = {**before, **{edit.path: edit.after for edit in edits}}
    if then:
        ours = _second_group(ours, theirs, then)
    seconds = perf_counter() - start
    lines: dict[str, list[str]] = {"missed": [], "extra": [], "other": []}
    for path in sorted(ours.keys() | theirs.keys()):
        for kind, line in _differences(ours.get(path, ""), theirs.get(path, ""), str(prior), str(version)):
            lines[kind].append(f"{path}: {line}")
    return Replay(
        commit=commit,
        prior=prior,
        version=version,
        files=len(before),
        edits=sum(before.get(path) != text for path, text in ours.items()),
        seconds=seconds,
        **{kind: tuple(found) for kind, found in lines.items()},
    )


def _second_group(ours: Mapping[str, str], theirs: Mapping[str, str], leader: str) -> dict[str, str]:
    """Move the packages at the version of ``leader`` to the one that ``theirs`` have."""
    alone = parse_selection(leader, "")
    prior, version = (workspace_version(files, selection=alone) for files in (ours, theirs))
    packages = plan_bump(ours, version=version, selection=alone).packages
    names = tuple(one.name for one in packages if one.prior_version == prior)
    plan = plan_bump(ours, version=version, selection=Selection(packages=Names(patterns=names)))
    return {**ours, **{edit.path: edit.after for edit in plan.edits}}


def tree(git: Path, revision: str) -> Mapping[str, str]:
    """Read every manifest and lock of a commit with two git calls."""
    listed = run(("git", "-C", str(git), "ls-tree", "-r", "-z", "--name-only", revision)).decode()
    paths = [path for path in listed.split("\0") if is_input(path)]
    asked = "".join(f"{revision}:{path}\n" for path in paths).encode()
    answer = run(("git", "-C", str(git), "cat-file", "--batch"), stdin=asked)
    texts = {}
    for path in paths:
        header, _, answer = answer.partition(b"\n")
        size = int(header.split()[-1])
        texts[path], answer = answer[:size].decode(), answer[size + 1 :]
    return texts


def _root_may_differ(git: Path, parent: str, commit: str) -> bool:
    changed = run(("git", "-C", str(git), "diff", "--unified=0", parent, commit, "--", "Cargo.toml"))
    return any(line.startswith(b"+") and b"version" in line for line in changed.splitlines())


def _version(files: Mapping[str, str], selection: Selection) -> Version:
    try:
        return workspace_version(files, selection=selection)
    except ActionError:
        return Version(0)


def _differences(ours: str, theirs: str, prior: str, version: str) -> Iterator[tuple[str, str]]:
    matcher = difflib.SequenceMatcher(None, ours.splitlines(), theirs.splitlines(), autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes() if ours != theirs else ():
        if kind == "equal":
            continue
        mine, others = ours.splitlines()[first:last], theirs.splitlines()[start:end]
        for line, other in zip(mine, others, strict=False):
            moved = line.replace(prior, version)
            what = (
                "missed" if moved == other else "extra" if line == other.replace(prior, version) else "other"
            )
            yield what, f"{line.strip()} | {other.strip()}"
        for line in (*mine[len(others) :], *others[len(mine) :]):
            yield "other", line.strip()


def _line(one: Replay) -> str:
    result = f"missed {len(one.missed)}, extra {len(one.extra)}, other {len(one.other)}"
    result = result if one.missed or one.extra or one.other else "equal"
    where = f"{one.commit[:10]} {one.prior} → {one.version}"
    return f"{where}: {one.files} files, {one.edits} edits, {one.seconds:.2f} s: {result}\n"


if __name__ == "__main__":
    sys.exit(main())

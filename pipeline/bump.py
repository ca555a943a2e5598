"""``release-pipeline bump``: write a version into every manifest and lock, and nothing else."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TextIO

from actionkit.errors import ActionError, CommandFailed
from actionkit.git import Git
from actionkit.inputs import InputReader
from actionkit.semver import parse_version
from pipeline.options import as_environment
from release import cargo
from release.cargo import parse_selection
from release.cargo.version_files import parse_version_files, plan_version_files, wanted_paths
from release.edits import FileEdit

_SKIPPED: Final = frozenset({"target", "node_modules", ".git"})


def bump_command(arguments: argparse.Namespace, names: Sequence[str], out: TextIO, err: TextIO) -> None:
    """Move the packages below ``arguments.directory`` to ``arguments.version``; print the difference."""
    reader = InputReader(environ=as_environment(arguments, names))
    selection = parse_selection(reader.text("packages"), reader.text("exclude"))
    version_files = parse_version_files(reader.text("version-files"))
    version = parse_version(arguments.version.removeprefix("v"))
    directory = _root(arguments.directory)
    paths = tuple(_paths(directory))
    wanted = {*(path for path in paths if cargo.is_input(path)), *wanted_paths(version_files, paths)}
    texts = _read(directory, wanted)
    plan = cargo.plan_bump(texts, version=version, selection=selection)
    edits = plan_version_files(texts, version=version, version_files=version_files, edits=plan.edits)
    out.writelines(edit.diff() for edit in edits)
    for warning in plan.warnings:
        err.write(f"warning: {warning}\n")
    if not arguments.dry_run:
        _write(directory, edits)
    err.write(_told(plan, edits, dry_run=arguments.dry_run))


def _root(directory: Path) -> Path:
    """Take the whole repository, as ``plan`` does: what depends on a bumped package may be anywhere in it."""
    if not directory.is_dir():
        raise ActionError(f"{directory} is not a folder", fix="name the folder of a Rust project")
    try:
        return Path(Git(directory=directory).text("rev-parse", "--show-toplevel"))
    except CommandFailed:
        return directory.resolve()


def _paths(directory: Path) -> Iterator[str]:
    """List what git tracks below ``directory``; outside of git, every file that is no build output."""
    try:
        listed = Git(directory=directory).run("ls-files", "-z").decode(errors="surrogateescape")
    except CommandFailed:
        yield from _walked(directory)
        return
    yield from (path for path in listed.split("\0") if path)


def _walked(directory: Path) -> Iterator[str]:
    for root, folders, names in os.walk(directory):
        folders[:] = sorted(set(folders) - _SKIPPED)
        yield from (Path(root, name).relative_to(directory).as_posix() for name in sorted(names))


def _read(directory: Path, paths: set[str]) -> Mapping[str, str]:
    texts = {}
    for path in sorted(paths):
        file = directory / path
        if file.is_symlink() or not file.is_file():
            continue
        try:
            texts[path] = file.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise ActionError(f"{path} is not UTF-8", why=str(error), fix="save it as UTF-8") from error
    return texts


def _write(directory: Path, edits: Sequence[FileEdit]) -> None:
    """Open everything before anything is written, so that a file one may not write stops all."""
    files = [(directory / edit.path).open("r+b") for edit in edits]
    for file, edit in zip(files, edits, strict=True):
        with file:
            file.write(edit.after.encode("utf-8"))
            file.truncate()


def _told(plan: cargo.CargoPlan, edits: Sequence[FileEdit], *, dry_run: bool) -> str:
    moved = sum(package.outcome is cargo.Outcome.BUMPED for package in plan.packages)
    verb = "would change" if dry_run else "changed"
    kept = [package for package in plan.packages if package.outcome is not cargo.Outcome.BUMPED]
    lines = [f"{verb} {_count(moved, 'package')} in {_count(len(edits), 'file')}"]
    lines += [
        f"  {package.name} {package.prior_version} {package.outcome}: {package.reason}" for package in kept
    ]
    return "\n".join(lines) + "\n"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"

"""Plan the edits of ``version-files``, and of the locks beside them that repeat the version."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, assert_never

from actionkit.errors import InputError
from actionkit.semver import Version
from release.cargo.globs import glob
from release.cargo.version_files.formats import (
    with_chart,
    with_package_json,
    with_package_lock,
    with_pattern,
    with_pyproject,
    with_uv_lock,
)
from release.cargo.version_files.inputs import Format, Pattern, VersionFile
from release.edits import FileEdit

_LOCKS: Final[Mapping[Format, tuple[str, ...]]] = {
    Format.PYPROJECT: ("uv.lock",),
    Format.PACKAGE_JSON: ("package-lock.json", "npm-shrinkwrap.json"),
    Format.CHART: (),
}


def wanted_paths(version_files: Iterable[VersionFile], tracked: Iterable[str]) -> tuple[str, ...]:
    """Name the tracked paths whose texts ``plan_version_files`` wants: the files, and locks above them."""
    paths = tuple(tracked)
    wanted = set()
    for one in version_files:
        for path in _matching(one, paths):
            wanted |= {path, *_locks_of(path, one)}
    return tuple(path for path in paths if path in wanted)


def plan_version_files(
    files: Mapping[str, str],
    *,
    version: Version,
    version_files: Iterable[VersionFile],
    edits: Iterable[FileEdit] = (),
) -> tuple[FileEdit, ...]:
    """Put ``version`` into every version file and its lock.

    ``files`` has the texts of ``wanted_paths``. ``edits`` are made already (the manifests', say): they are
    part of the result, and a file that both change has one edit there. Raise InputError for a file that
    is not tracked or in which no version is found.
    """
    made = {edit.path: edit for edit in edits}
    texts = {path: made[path].after if path in made else text for path, text in files.items()}
    after = dict(texts)
    projects: dict[str, list[str]] = {}
    for one in version_files:
        for path in _required(one, files):
            after[path] = _moved(after[path], one, version, path=path)
            for lock in _locks_of(path, one):
                if lock in files:
                    projects.setdefault(lock, []).append(_seen_from(lock, path))
    for lock, directories in projects.items():
        after[lock] = _moved_lock(after[lock], tuple(directories), version, path=lock)
    return tuple(_edits(files, texts, after, made))


def _edits(
    files: Mapping[str, str],
    texts: Mapping[str, str],
    after: Mapping[str, str],
    made: Mapping[str, FileEdit],
) -> Iterator[FileEdit]:
    new = {path for path, text in after.items() if text != texts[path]}
    for path in sorted(new | made.keys()):
        if path in new:
            yield FileEdit(path=path, before=files[path], after=after[path])
        else:
            yield made[path]


def _matching(one: VersionFile, paths: Iterable[str]) -> list[str]:
    fits = glob(one.path)
    return [path for path in paths if path == one.path or fits(path)]


def _required(one: VersionFile, files: Mapping[str, str]) -> list[str]:
    if found := _matching(one, files):
        return found
    raise InputError(
        f"version-files names {one.path!r}, which git does not track",
        fix="correct the path, as seen from the repository's root, or commit the file",
        file=one.path,
    )


def _locks_of(path: str, one: VersionFile) -> Iterator[str]:
    """Name the locks that may repeat the version: a workspace's lock stands above its members."""
    names = _LOCKS[one.rule] if isinstance(one.rule, Format) else ()
    directory = path
    while directory and names:
        directory = posixpath.dirname(directory)
        yield from (posixpath.join(directory, name) for name in names)


def _seen_from(lock: str, path: str) -> str:
    return posixpath.relpath(posixpath.dirname(path) or ".", posixpath.dirname(lock) or ".")


def _moved(text: str, one: VersionFile, version: Version, *, path: str) -> str:
    match one.rule:
        case Format.PYPROJECT:
            return with_pyproject(text, version, path=path)
        case Format.PACKAGE_JSON:
            return with_package_json(text, version, path=path)
        case Format.CHART:
            return with_chart(text, version, path=path)
        case Pattern() as pattern:
            return with_pattern(text, pattern, version, path=path)
        case unreachable:
            assert_never(unreachable)


def _moved_lock(text: str, projects: tuple[str, ...], version: Version, *, path: str) -> str:
    move: Callable[..., str] = with_uv_lock if path.endswith("uv.lock") else with_package_lock
    return move(text, projects, version, path=path)

"""Do what actions/upload-artifact and actions/download-artifact do: hand files from job to job of a run.

https://github.com/actions/upload-artifact and https://github.com/actions/download-artifact
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from actionkit.errors import InputError
from pipeline.rehearsal.runner.expressions import fill_texts
from pipeline.rehearsal.runner.steprun import StepRun

_NAME: Final = re.compile(r"[^\"*/:<>?\\|\r\n]+")
_UPLOAD: Final = frozenset(
    {"name", "path", "if-no-files-found", "overwrite", "retention-days", "compression-level"}
)
_DOWNLOAD: Final = frozenset({"name", "path", "pattern", "merge-multiple"})


def run_upload(run: StepRun) -> bool:
    """Keep files or folders under the artifact's name; tell whether there was something to keep."""
    given = _given(run, _UPLOAD)
    artifact = _artifacts(run) / _checked(given.get("name") or "artifact")
    if artifact.exists() and given.get("overwrite") != "true":
        raise InputError(
            f"an artifact with the name {artifact.name} is there already",
            why="each name can be given once in a run",
            fix="name it after the job, or say overwrite: true",
        )
    sources = [_workspace(run) / line.strip() for line in given.get("path", "").splitlines() if line.strip()]
    files = [file for source in sources for file in _files(source)]
    if not files:
        return _nothing_found(run, given)
    shutil.rmtree(artifact, ignore_errors=True)
    root = sources[0] if len(sources) == 1 and sources[0].is_dir() else _common(files)
    for file in files:
        _copy(file, artifact / file.relative_to(root))
    run.log.say(f"With the provided path, there will be {len(files)} files uploaded")
    return True


def run_download(run: StepRun) -> bool:
    """Lay artifacts into a folder: one by name as it is, several into folders of their own unless merged."""
    given = _given(run, _DOWNLOAD)
    target = _workspace(run) / given.get("path", "")
    if name := given.get("name"):
        if not (_artifacts(run) / _checked(name)).is_dir():
            raise InputError(f"there is no artifact with the name {name}")
        found, merged = [_artifacts(run) / name], True
    else:
        pattern = given.get("pattern") or "*"
        every = sorted(_artifacts(run).glob("*"))
        found = [one for one in every if fnmatchcase(one.name, pattern)]
        merged = given.get("merge-multiple") == "true"
    for artifact in found:
        for file in _files(artifact):
            _copy(file, (target if merged else target / artifact.name) / file.relative_to(artifact))
    run.log.say(f"Total of {len(found)} artifact(s) downloaded")
    run.outputs["download-path"] = str(target)
    run.frame.job.rooms.give_back()
    return True


def _given(run: StepRun, known: frozenset[str]) -> Mapping[str, str]:
    given = {name.lower(): text for name, text in fill_texts(run.step.inputs, run.scope()).items()}
    for name in given:
        if name not in known:
            raise InputError(f"{run.step.where} gives {run.step.uses} {name!r}, which is not done here")
    return given


def _workspace(run: StepRun) -> Path:
    return run.frame.job.rooms.workspace


def _artifacts(run: StepRun) -> Path:
    machine, github = run.frame.job.machine, run.frame.job.github
    return machine.work / "_artifacts" / str(github["run_id"])


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise InputError(
            f"{name!r} cannot be the name of an artifact", why='it has one of " : < > | * ? \\ /'
        )
    return name


def _files(source: Path) -> list[Path]:
    return sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else _one(source)


def _one(source: Path) -> list[Path]:
    return [source] if source.is_file() else []


def _common(files: list[Path]) -> Path:
    parents = [set(file.parents) for file in files]
    return max(set.intersection(*parents), key=lambda folder: len(folder.parts))


def _copy(file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)


def _nothing_found(run: StepRun, given: Mapping[str, str]) -> bool:
    told = (
        f"No files were found with the provided path: {given.get('path', '')}. No artifacts will be uploaded."
    )
    match given.get("if-no-files-found") or "warn":
        case "error":
            run.log.error(told)
            return False
        case "warn":
            run.warn(told)
        case _:
            run.log.say(told)
    return True

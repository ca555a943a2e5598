"""Find what a step's or a job's ``uses`` refers to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from actionkit.errors import InputError
from pipeline.rehearsal.runner.frame import Frame, Machine
from pipeline.rehearsal.runner.references import CallerPath, Named, OwnPath, foreign, read_reference
from pipeline.rehearsal.runner.source import Source

BuiltInName: TypeAlias = Literal["actions/checkout", "actions/upload-artifact", "actions/download-artifact"]
_BUILT_IN: Final[tuple[BuiltInName, ...]] = get_args(BuiltInName)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """An action that this runner does itself."""

    name: BuiltInName


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAt:
    """An action in a folder; ``early`` when a runner gets it, and builds it, before the first step."""

    folder: Path
    source: Source
    early: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Somebody else's action, which is not here: only a step that really runs it fails, with ``problem``.

    A runner downloads it before the first step, also for a step that its ``if`` skips.
    """

    problem: InputError


Target: TypeAlias = BuiltIn | ActionAt | Elsewhere


def resolve_action(uses: str, frame: Frame, where: str) -> Target:
    """Find the action that a step uses; raise InputError for a reference that cannot be one."""
    machine = frame.job.machine
    match read_reference(uses, where):
        case CallerPath(path):
            workspace = Source(root=frame.job.rooms.workspace, repository=frame.job.rooms.repository)
            return ActionAt(folder=workspace.root / path, source=workspace, early=False)
        case OwnPath(path):
            return _downloaded(frame.source, path, machine)
        case Named(repository=repository, path=path):
            own = next((name for name in _BUILT_IN if name == repository and not path), None)
            if own:
                return BuiltIn(name=own)
            found = _named(repository, machine, uses, where)
            return found if isinstance(found, Elsewhere) else _downloaded(found, path, machine)


def resolve_workflow(uses: str, source: Source, machine: Machine, where: str) -> tuple[Path, Source]:
    """Find the reusable workflow that a job calls, and the repository it comes from."""
    match read_reference(uses, where):
        case CallerPath(path) | OwnPath(path):
            found = source
        case Named(repository=repository, path=path):
            named = _named(repository, machine, uses, where)
            if isinstance(named, Elsewhere):
                raise named.problem
            found = named
    if not (found.root / path).is_file():
        raise InputError(f"{where} calls {uses!r}, and there is no such file in {found.repository}")
    return found.root / path, found


def _downloaded(source: Source, path: str, machine: Machine) -> ActionAt:
    downloaded = source.download(machine.actions)
    return ActionAt(folder=downloaded.root / path, source=downloaded, early=True)


def _named(repository: str, machine: Machine, uses: str, where: str) -> Source | Elsewhere:
    if repository not in machine.repositories:
        return Elsewhere(problem=foreign(uses, where))
    return Source(root=machine.repositories[repository], repository=repository)

"""What must hold before the first effect; everything that does not is reported together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from actionkit.errors import ActionError, PermissionDenied, Transient, raise_all
from actionkit.forge import Forge, NoRelease
from actionkit.forge.releases import find_release
from actionkit.forge.workflows import may_dispatch
from actionkit.git import Git
from actionkit.git.remote import BranchMoved, push_atomic, remote_references

Gate = Callable[[], None]


def pass_gates(gates: Iterable[Gate]) -> None:
    """Try every gate and raise what all of them said.

    What only a second look or a second try can tell goes first: the rest may be out of date.
    """
    problems = tuple(_problems(gates))
    for problem in problems:
        if isinstance(problem, BranchMoved | Transient):
            raise problem
    raise_all(problems)


def may_push(git: Git, url: str, branch: str, head: str) -> None:
    """Ask the remote whether the token may push, without pushing."""
    push_atomic(git, url, {f"refs/heads/{branch}": head}, dry_run=True)


def tag_is_free(forge: Forge, git: Git, url: str, tag: str, existing: Iterable[str]) -> None:
    """Refuse a tag that exists, or that a published release has burned (immutable releases).

    Raise BranchMoved when both came while the release was prepared: another run made them.
    """
    if tag in tuple(existing):
        raise ActionError(
            f"the tag {tag} exists already",
            why="it names another commit, so this version was released from elsewhere",
            fix="choose the next version with bump, or delete the tag if nothing was published from it",
            yaml="with:\n  bump: patch # or an exact version",
        )
    match find_release(forge, tag):
        case NoRelease():
            return
        case release if release.draft:
            return
        case release if remote_references(git, url, f"refs/tags/{tag}"):
            raise BranchMoved(f"{tag} was released while this run prepared it", why=release.url)
        case release:
            raise ActionError(
                f"the release {tag} exists already, though its tag is gone",
                why=f"{release.url} is published; a tag name of an immutable release cannot be used again",
                fix="release the next version",
                yaml="with:\n  bump: patch # or an exact version",
            )


def images_workflow_is_there(forge: Forge, workflow: str, tracked: Iterable[str]) -> None:
    """Refuse to release when the workflow that builds the images could not be started afterwards."""
    if not workflow:
        return
    path = f".github/workflows/{workflow}"
    if path not in tracked:
        raise ActionError(
            f"images-workflow is {workflow!r}, and the branch has no {path}",
            fix="add that workflow, name another one, or say that there is none",
            yaml="with:\n  images-workflow: none",
        )
    try:
        may_dispatch(forge, workflow)
    except PermissionDenied as error:
        raise PermissionDenied(
            f"the token may not start {workflow}",
            why=error.why,
            fix="grant it in the job that uses the action; a called workflow needs it from its caller too",
            yaml="permissions:\n  actions: write # starts the images workflow",
        ) from error


def find_assets(workspace: Path, patterns: Sequence[str]) -> tuple[Path, ...]:
    """Find the files to attach: every pattern must match, and no two files may share a name.

    Raise ActionError with every pattern that is wrong. What leaves the workspace, through a link too, matches
    nothing, and neither does git's own folder: actions/checkout may have left a token in it.
    """
    problems: list[ActionError] = []
    found: dict[str, Path] = {}
    for pattern in patterns:
        matches = _matches(workspace, pattern)
        if not matches:
            problems.append(_no_asset(pattern))
        for path in matches:
            if found.setdefault(_stored_name(path), path) != path:
                problems.append(_same_name(found[_stored_name(path)], path))
            elif not path.stat().st_size:
                problems.append(_empty(path))
    raise_all(problems)
    return tuple(found.values())


def _problems(gates: Iterable[Gate]) -> Iterator[ActionError]:
    for gate in gates:
        try:
            gate()
        except ActionError as error:
            yield error


def _matches(workspace: Path, pattern: str) -> tuple[Path, ...]:
    if pattern.startswith("/") or ".." in Path(pattern).parts:
        return ()
    try:
        found = sorted(path for path in workspace.glob(pattern) if path.is_file())
    except (ValueError, IndexError, NotImplementedError):  # what pathlib makes of "**x" and "."
        return ()
    root = workspace.resolve()
    return tuple(path for path in found if _is_inside(path.resolve(), root))


def _is_inside(path: Path, root: Path) -> bool:
    return path.is_relative_to(root) and ".git" not in path.relative_to(root).parts


def _stored_name(path: Path) -> str:
    """Name the asset as GitHub stores it: what is no letter, digit or one of ``._-+@`` becomes a dot."""
    return re.sub(r"[^A-Za-z0-9._+@-]+", ".", path.name)


def _no_asset(pattern: str) -> ActionError:
    return ActionError(
        f"assets: {pattern!r} matches no file of the workspace",
        why="links that lead out of the workspace and git's own folder do not count",
        fix="build the files in a step before this one, or correct the pattern",
    )


def _empty(path: Path) -> ActionError:
    return ActionError(
        f"assets: {path.name!r} is empty", why="GitHub refuses an empty asset", fix="see why nothing is in it"
    )


def _same_name(first: Path, second: Path) -> ActionError:
    return ActionError(
        f"assets: {first} and {second} have the same name",
        why="a release holds one asset of a name, in which GitHub writes a dot for spaces and the like",
        fix="rename one of them",
    )

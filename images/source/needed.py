"""Refuse to build from a folder that lacks a part of the commit which an image may take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any, Final

from actionkit.errors import ActionError
from images.declared.document import Declared, bases
from images.source.copied import ALL, taken_by
from images.source.ignored import Rule, is_left_out, read_rules
from images.state import Lack, Lacking, Source

_IGNORE: Final = ".dockerignore"
_SHOWN: Final = 10
_WAYS: Final = {
    Lack.SPARSE: "",
    Lack.LFS: "    lfs: true\n",
    Lack.SUBMODULE: "    submodules: true\n",
    Lack.NESTED: "    submodules: recursive\n",
}
_CHECKOUT: Final = (
    "- uses: actions/checkout@v6\n  with:\n"
    "    ref: ${{ inputs.tag || github.event.release.tag_name }}\n    persist-credentials: false\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A folder that a target builds from, relative to the source: what of it is sent, and its Dockerfile.

    ``taken`` are the paths below it that the Dockerfile takes or takes from.
    """

    folder: PurePosixPath
    dockerfile: PurePosixPath
    rules: tuple[Rule, ...]
    taken: frozenset[str]

    def gets(self, path: str) -> bool:
        """Tell whether the build cannot do without a path, or is sent it."""
        place = PurePosixPath(path)
        if self._is_above(place):
            return True
        return place.is_relative_to(self.folder) and not is_left_out(
            str(place.relative_to(self.folder)), self.rules
        )

    def takes(self, path: str) -> bool:
        """Tell whether a path may get into the image."""
        place = PurePosixPath(path)
        if self._is_above(place):
            return True
        taken = [self.folder / one for one in self.taken]
        return self.gets(path) and any(place.is_relative_to(it) or it.is_relative_to(place) for it in taken)

    def _is_above(self, place: PurePosixPath) -> bool:
        return any(place in (it, *it.parents) for it in (self.dockerfile, self.folder))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """What would be sent to a build and is not there.

    No Dockerfile takes what is ``untaken``; for what is ``vouched`` the user says so.
    """

    untaken: tuple[Lacking, ...] = ()
    vouched: tuple[Lacking, ...] = ()


def require_declaring(files: Iterable[str], source: Source) -> None:
    """Raise ActionError where a file that declares images is not there itself."""
    _refuse(source, tuple(it for it in source.lacking if it.path in frozenset(files)))


def require_needed(declared: Declared, source: Source, unused: tuple[str, ...] = ()) -> Spared:
    """Raise ActionError, with the checkout to paste, where an image may take what is not there.

    ``unused`` are the paths of which the user says that no image takes them.
    """
    contexts = tuple(_contexts(declared, source.folder)) if source.lacking else ()
    sent = tuple(it for it in source.lacking if any(one.gets(it.path) for one in contexts))
    taken = tuple(it for it in sent if any(one.takes(it.path) for one in contexts))
    vouched = tuple(it for it in taken if any(PurePosixPath(it.path).is_relative_to(one) for one in unused))
    _refuse(source, tuple(it for it in taken if it not in vouched))
    return Spared(untaken=tuple(it for it in sent if it not in taken), vouched=vouched)


def named(missing: tuple[Lacking, ...]) -> str:
    """Name what is not there, and why; of many the first ones."""
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    return ", ".join(f"{it.path} ({it.lack})" for it in missing[:_SHOWN]) + more


def _refuse(source: Source, missing: tuple[Lacking, ...]) -> None:
    if not missing:
        return
    lacks = {it.lack for it in missing} - (
        {Lack.SUBMODULE} if Lack.NESTED in {i.lack for i in missing} else set()
    )
    options = "".join(text for lack, text in _WAYS.items() if lack in lacks)
    raise ActionError(
        "the images would lack files of the tagged commit",
        why=f"these are not checked out: {named(missing)}",
        fix=_fix(source),
        yaml=f"{_CHECKOUT}{options}".rstrip("\n"),
    )


def _fix(source: Source) -> str:
    apart = (
        "; the workspace stands on another commit, so let a job of its own check the tag out"
        if source.is_apart
        else ""
    )
    return (
        f"nothing was built; check all of the tag out, without sparse-checkout{apart}; the called workflows"
        " have inputs lfs and submodules; what no image takes may stand in .dockerignore or in input"
        " unused-paths"
    )


def _contexts(declared: Declared, folder: Path) -> Iterator[Context]:
    targets = declared.document["target"]
    names = {target.name for target in declared.targets}
    for name in names | {base for one in names for base in bases(one, targets)}:
        yield from _contexts_of(targets[name], folder)


def _contexts_of(resolved: Mapping[str, Any], folder: Path) -> Iterator[Context]:
    main = resolved.get("context") or "."
    dockerfile = _inside(folder, main, resolved.get("dockerfile") or "Dockerfile")
    for number, written in enumerate((main, *(resolved.get("contexts") or {}).values())):
        place = _inside(folder, written)
        if ":" in written or place.is_absolute():
            continue  # elsewhere: a repository, an image, another target
        files = (*((f"{dockerfile}{_IGNORE}",) if number == 0 else ()), str(place / _IGNORE))
        taken = _taken(resolved, folder / place, folder / dockerfile) if number == 0 else frozenset({ALL})
        yield Context(folder=place, dockerfile=dockerfile, rules=_rules(folder, files), taken=taken)


def _taken(resolved: Mapping[str, Any], context: Path, dockerfile: Path) -> frozenset[str]:
    """List what a target's Dockerfile takes; all where a link stands between, or another program reads it."""
    inline = resolved.get("dockerfile-inline")
    if "BUILDKIT_SYNTAX" in (resolved.get("args") or {}) or not (inline or dockerfile.is_file()):
        return frozenset({ALL})
    taken = taken_by(inline or dockerfile.read_text(encoding="utf-8", errors="replace"))
    places = {part for path in taken for part in (PurePosixPath(path), *PurePosixPath(path).parents)}
    return frozenset({ALL}) if any((context / part).is_symlink() for part in places if part.parts) else taken


def _inside(folder: Path, *parts: str) -> PurePosixPath:
    """Make a path relative to the source; one that leaves it stays absolute."""
    place = PurePosixPath(normpath(PurePosixPath(folder, *parts)))
    return place.relative_to(folder) if place.is_relative_to(folder) else place


def _rules(folder: Path, files: Iterable[str]) -> tuple[Rule, ...]:
    """Read the first ignore file that is there: a Dockerfile's own one comes before the folder's."""
    there = (folder / file for file in files if (folder / file).is_file())
    return read_rules(next((file.read_text(encoding="utf-8", errors="replace") for file in there), ""))

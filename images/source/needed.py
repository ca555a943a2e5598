"""Refuse to build from a folder that lacks a part of the commit which an image may take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any, Final

from actionkit.errors import ActionError
from images.declared.document import Declared, bases
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
    """A folder that a target builds from, relative to the source: what of it is sent, and its Dockerfile."""

    folder: PurePosixPath
    dockerfile: PurePosixPath
    rules: tuple[Rule, ...]

    def takes(self, path: str) -> bool:
        """Tell whether a path may get into the image."""
        place = PurePosixPath(path)
        if place in (self.dockerfile, *self.dockerfile.parents) or place in (
            self.folder,
            *self.folder.parents,
        ):
            return True
        return place.is_relative_to(self.folder) and not is_left_out(
            str(place.relative_to(self.folder)), self.rules
        )


def require_declaring(files: Iterable[str], source: Source) -> None:
    """Raise ActionError where a file that declares images is not there itself."""
    _refuse(source, tuple(it for it in source.lacking if it.path in frozenset(files)))


def require_needed(declared: Declared, source: Source) -> None:
    """Raise ActionError, with the checkout to paste, where an image may take what is not there."""
    if source.lacking:
        contexts = tuple(_contexts(declared, source.folder))
        _refuse(source, tuple(it for it in source.lacking if any(one.takes(it.path) for one in contexts)))


def _refuse(source: Source, missing: tuple[Lacking, ...]) -> None:
    if not missing:
        return
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    names = ", ".join(f"{it.path} ({it.lack})" for it in missing[:_SHOWN])
    lacks = {it.lack for it in missing} - (
        {Lack.SUBMODULE} if Lack.NESTED in {i.lack for i in missing} else set()
    )
    options = "".join(text for lack, text in _WAYS.items() if lack in lacks)
    raise ActionError(
        "the images would lack files of the tagged commit",
        why=f"these are not checked out: {names}{more}",
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
        " have inputs lfs and submodules; what no image takes may stand in .dockerignore"
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
        yield Context(folder=place, dockerfile=dockerfile, rules=_rules(folder, files))


def _inside(folder: Path, *parts: str) -> PurePosixPath:
    """Make a path relative to the source; one that leaves it stays absolute."""
    place = PurePosixPath(normpath(PurePosixPath(folder, *parts)))
    return place.relative_to(folder) if place.is_relative_to(folder) else place


def _rules(folder: Path, files: Iterable[str]) -> tuple[Rule, ...]:
    """Read the first ignore file that is there: a Dockerfile's own one comes before the folder's."""
    there = (folder / file for file in files if (folder / file).is_file())
    return read_rules(next((file.read_text(encoding="utf-8", errors="replace") for file in there), ""))

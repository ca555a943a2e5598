"""``Cargo.lock`` without cargo: move the entries of packages that have no source, and what refers to them.

Format: https://docs.rs/cargo/latest/cargo/core/resolver/index.html and the doc comment of cargo's
``src/cargo/core/resolver/encode.rs``. A package from a path has no ``source``. A dependency is written
``name``, or ``name version`` where the lock has several versions of the name (versions 2 to 4) or always
(version 1), followed by ``(source)`` only for a package that has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any, Final, TypeAlias

from actionkit.errors import InputError
from actionkit.semver import Version
from release.cargo.requirement import admits
from release.cargo.rewrite import rewritten
from release.cargo.toml import Change, Keys, Span, Table, parse, table

LOCK: Final = "Cargo.lock"

_Entries: TypeAlias = tuple[tuple[Keys, Mapping[str, Any]], ...]

_NAME: Final = re.compile(r"^name[ \t]*=[ \t]*[\"']([^\"'\r\n]+)", re.MULTILINE)
_ENTRY: Final = re.compile(
    r'^(?:\[\[package\]\]|\[\[patch\.unused\]\]|\[root\])\r?\nname = "([^"\r\n]+)"\r?\n'
    r'version = "([^"\r\n]+)"\r?\n(source = )?',
    re.MULTILINE,
)
_REFERENCE: Final = re.compile(r'^ "([^ "\r\n]+) ([^ "\r\n]+)",?\r?$', re.MULTILINE)


def locked_names(text: str) -> frozenset[str]:
    """The names of the packages in a lock, read without parsing it."""
    return frozenset(_NAME.findall(text))


def bumped_lock(text: str, moving: Set[tuple[str, str]], version: Version, *, path: str) -> str:
    """Return the lock's text with every package of ``moving`` (name, prior version) at ``version``.

    Only packages without a source are meant. Nothing is reordered. Raise InputError when the lock does not
    parse, or has one of the packages at the planned version already, which cargo would refuse.
    """
    document = parse(text, path=path)
    entries = tuple(_entries(document))
    present = {
        (entry["name"], entry["version"])
        for _, entry in entries
        if "source" not in entry and (entry["name"], entry["version"]) in moving
    }
    _check_collisions(entries, present, version, path)
    changes = tuple(_changes(entries, present, str(version)))
    return rewritten(text, changes, path=path, spans=tuple(_spans(text, present, str(version))))


def lock_warnings(
    text: str,
    moving: Set[tuple[str, str]],
    members: Set[tuple[str, str]],
    version: Version,
    *,
    path: str,
) -> Iterator[str]:
    """Say where the lock cannot be right: it was stale before, or a foreign package holds a moving one.

    ``members`` are those of ``moving`` that the lock of this workspace must contain.
    """
    entries = tuple(_entries(parse(text, path=path)))
    own = {(entry["name"], entry["version"]) for _, entry in entries if "source" not in entry}
    for name, prior in sorted(members - own):
        yield f"{path} was stale before: it lacks {name} {prior}; run `cargo update --workspace`, commit it"
    breaking = {(name, prior) for name, prior in moving & own if not admits(f"^{prior}", version)}
    for name, foreign in _foreign_dependents(entries, breaking):
        yield (
            f"{path}: {foreign} depends on {name} through [patch] and may not admit {version}; "
            f"if so, cargo takes a {name} from its source instead and the lock has to be renewed"
        )


def _foreign_dependents(entries: _Entries, moving: Set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the moving packages that packages with a source depend on, with those."""
    names = {name: name for name, _ in moving} | {f"{name} {prior}": name for name, prior in moving}
    for _, entry in entries:
        for reference in entry.get("dependencies", ()) if "source" in entry else ():
            if reference in names:
                yield names[reference], f"{entry['name']} {entry['version']}"


def _entries(document: Table) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """Yield every package with the keys that lead to it."""
    for keys in (("package",), ("patch", "unused")):
        listed = table(document, *keys[:-1]).get(keys[-1], [])
        for index, entry in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(entry, Mapping) and {"name", "version"} <= entry.keys():
                yield (*keys, index), entry
    root = table(document, "root")
    if {"name", "version"} <= root.keys():
        yield ("root",), root


def _changes(entries: _Entries, present: Set[tuple[str, str]], after: str) -> Iterator[Change]:
    for keys, entry in entries:
        if (entry["name"], entry["version"]) in present and "source" not in entry:
            yield Change(keys=(*keys, "version"), before=entry["version"], after=after)
        for index, reference in enumerate(entry.get("dependencies", ())):
            name, _, prior = reference.partition(" ")
            if (name, prior) in present:
                at = (*keys, "dependencies", index)
                yield Change(keys=at, before=reference, after=f"{name} {after}")


def _spans(text: str, present: Set[tuple[str, str]], after: str) -> Iterator[Span]:
    for match in _ENTRY.finditer(text):
        if (match[1], match[2]) in present and not match[3]:
            yield Span(start=match.start(2), end=match.end(2), after=after)
    for match in _REFERENCE.finditer(text):
        if (match[1], match[2]) in present:
            yield Span(start=match.start(2), end=match.end(2), after=after)


def _check_collisions(entries: _Entries, present: Set[tuple[str, str]], version: Version, path: str) -> None:
    taken: set[str] = set()
    moving = {name for name, _ in present}
    for keys, entry in entries:
        name = entry["name"]
        moves = "source" not in entry and (name, entry["version"]) in present
        if keys[0] != "package" or name not in moving or not (moves or entry["version"] == str(version)):
            continue
        if name in taken:
            raise InputError(
                f"{path} would have {name} {version} twice",
                why="the version is there already from another place, and cargo refuses such a lock",
                fix=f"choose another version, or remove the dependency on the other {name} {version}",
                file=path,
            )
        taken.add(name)

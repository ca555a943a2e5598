"""``Cargo.lock`` without cargo: move the entries of packages that have no source, and what refers to them.

Format: https://docs.rs/cargo/latest/cargo/core/resolver/index.html and the doc comment of cargo's
``src/cargo/core/resolver/encode.rs``. A package from a path has no ``source``. A dependency is written
``name``, or ``name version`` where the lock has several versions of the name (versions 2 to 4) or always
(version 1), followed by ``(source)`` only for a package that has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from actionkit.errors import InputError
from actionkit.semver import Version
from release.cargo.rewrite import rewritten
from release.cargo.toml import Change, Span, Table, parse, table

LOCK: Final = "Cargo.lock"

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


def bumped_lock(text: str, moving: Mapping[str, Version], version: Version, *, path: str) -> str:
    """Return the lock's text with every package of ``moving`` (name → prior version) at ``version``.

    Only packages without a source are meant. Nothing is reordered. Raise InputError when the lock does not
    parse, or has one of the packages at the planned version already, which cargo would refuse.
    """
    document = parse(text, path=path)
    entries = tuple(_entries(document))
    present = {
        (entry["name"], entry["version"])
        for _, entry in entries
        if "source" not in entry and str(moving.get(entry["name"])) == entry["version"]
    }
    _check_collisions(entries, present, version, path)
    changes = tuple(_changes(entries, present, str(version)))
    return rewritten(text, changes, path=path, spans=tuple(_spans(text, present, str(version))))


def _entries(document: Table) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Yield every package with the keys that lead to it."""
    for keys in (("package",), ("patch", "unused")):
        listed = table(document, *keys[:-1]).get(keys[-1], [])
        for index, entry in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(entry, Mapping) and {"name", "version"} <= entry.keys():
                yield (*keys, index), entry
    root = table(document, "root")
    if {"name", "version"} <= root.keys():
        yield ("root",), root


def _changes(
    entries: tuple[tuple[tuple[str | int, ...], Mapping[str, Any]], ...],
    present: set[tuple[str, str]],
    after: str,
) -> Iterator[Change]:
    for keys, entry in entries:
        if (entry["name"], entry["version"]) in present and "source" not in entry:
            yield Change(keys=(*keys, "version"), before=entry["version"], after=after)
        for index, reference in enumerate(entry.get("dependencies", ())):
            name, _, prior = reference.partition(" ")
            if (name, prior) in present:
                at = (*keys, "dependencies", index)
                yield Change(keys=at, before=reference, after=f"{name} {after}")


def _spans(text: str, present: set[tuple[str, str]], after: str) -> Iterator[Span]:
    for match in _ENTRY.finditer(text):
        if (match[1], match[2]) in present and not match[3]:
            yield Span(start=match.start(2), end=match.end(2), after=after)
    for match in _REFERENCE.finditer(text):
        if (match[1], match[2]) in present:
            yield Span(start=match.start(2), end=match.end(2), after=after)


def _check_collisions(
    entries: tuple[tuple[tuple[str | int, ...], Mapping[str, Any]], ...],
    present: set[tuple[str, str]],
    version: Version,
    path: str,
) -> None:
    moving = {name for name, _ in present}
    for keys, entry in entries:
        if keys[0] == "package" and entry["name"] in moving and entry["version"] == str(version):
            raise InputError(
                f"{path} has {entry['name']} {version} already, from {entry.get('source', 'another path')}",
                why="cargo refuses a lock with one name and version from two sources",
                fix=f"choose another version, or take the dependency on {entry['name']} {version} out",
                file=path,
            )

"""Which packages a release moves: the inputs ``packages`` and ``exclude``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, TypeAlias

from actionkit.errors import InputError

_NAME: Final = re.compile(r"[A-Za-z0-9_*?\[\]!-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockstep:
    """The packages that carry the workspace's version; members with a version of their own stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Every member of the workspace, the way of ``cargo set-version --workspace``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The packages that one of these names or globs (``*``, ``?``, ``[…]``) fits."""

    patterns: tuple[str, ...]


Packages: TypeAlias = Lockstep | All | Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """``packages`` and, taken off it, the names and globs of ``exclude``."""

    packages: Packages
    exclude: tuple[str, ...] = ()


def parse_selection(packages: str, exclude: str) -> Selection:
    """Read the inputs ``packages`` (``lockstep``, ``all``, or names) and ``exclude`` (names).

    Names are separated by commas, spaces or newlines. An empty ``packages`` is ``lockstep``. Raise InputError
    for what cannot be a package's name.
    """
    return Selection(packages=_packages(packages), exclude=_names("exclude", exclude))


def fits(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether one of the names or globs fits; case matters, as it does to cargo."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _packages(text: str) -> Packages:
    match text.strip():
        case "" | "lockstep":
            return Lockstep()
        case "all":
            return All()
        case _:
            return Names(patterns=_names("packages", text))


def _names(input_name: str, text: str) -> tuple[str, ...]:
    names = tuple(re.split(r"[,\s]+", text.strip(", \t\r\n"))) if text.strip(", \t\r\n") else ()
    for name in names:
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{input_name} contains {name!r}, which is not the name of a package",
                why="a package's name has letters, digits, - and _; a glob may add *, ? and […]",
                fix=f"write {input_name} as names separated by commas",
                yaml=f"{input_name}: my-crate, my-crate-*",
            )
        if name in ("lockstep", "all") and len(names) > 1:
            raise InputError(
                f"{input_name} mixes {name!r} with names of packages",
                fix="write lockstep or all alone, or only names",
            )
    if input_name == "packages" and not names:
        raise InputError("packages names no package", fix="write lockstep, all, or names")
    return names

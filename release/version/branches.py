"""Maintenance branches: their name says which versions may be released from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from actionkit.semver import Version

# `1.2.x`, `1.x`, `1.x.x`, `v1.2.x`, behind any prefix: `release/1.2.x`, `maint-1.x`
_NAME: Final = re.compile(r"(?:^|[/_-])v?(?P<major>0|[1-9]\d*)(?:\.(?P<minor>0|[1-9]\d*))?(?:\.[xX*]){1,2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """No restriction."""

    def holds(self, _version: Version) -> bool:
        """Yes."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All versions that begin with the same numbers: (1,) for 1.x, (1, 2) for 1.2.x."""

    numbers: tuple[int, ...]

    def holds(self, version: Version) -> bool:
        """Whether the version belongs to the series."""
        return (version.major, version.minor)[: len(self.numbers)] == self.numbers

    def __str__(self) -> str:
        """As branches are named."""
        return ".".join([*(str(number) for number in self.numbers), "x"])


def version_range(branch: str) -> Everything | Series:
    """The versions that a branch may release, by its name."""
    found = _NAME.search(branch.removeprefix("refs/heads/"))
    if not found:
        return Everything()
    numbers = (found["major"], found["minor"]) if found["minor"] else (found["major"],)
    return Series(numbers=tuple(int(number) for number in numbers))

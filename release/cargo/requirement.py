"""What a version requirement admits, and how it is raised to a new version.

Requirements are cargo's (https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html), which reads
them with the crate ``semver`` (https://docs.rs/semver/latest/semver/struct.VersionReq.html); the ``semver``
of PyPI has none of them.

The rules of raising:

- ``0.2``, ``^0.2.1``, ``~0.2``, ``=0.2.1``, ``0.2.*``: the numbers become the new version's, as many as there
  were. ``0.2`` raised to 0.2.9 is ``0.2``: it already admits only what it should.
- ``*`` and everything with ``<``, ``<=``, ``>`` or ``>=`` is left alone when it admits the new version: such
  a range was opened on purpose. Else the lower bound becomes the new version and the upper bound the next
  version that cargo takes for incompatible (https://doc.rust-lang.org/cargo/reference/semver.html).
- A pre-release is admitted only by a comparator that names a pre-release of the same numbers. So for one the
  whole version is written, whatever the precision was; nothing shorter would build.
- Build metadata plays no part in requirements and is not written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from actionkit.semver import Version

_COMPARATOR: Final = re.compile(
    r"""
    [ ]*(?P<operator>=|>=|>|<=|<|~|\^)?[ ]*
    (?P<major>\d+|[*xX]) (?:\.(?P<minor>\d+|[*xX]))? (?:\.(?P<patch>\d+|[*xX]))?
    (?:-(?P<pre>[0-9A-Za-z.-]+))? (?:\+[0-9A-Za-z.-]+)? [ ]*
    """,
    re.VERBOSE,
)
_NUMBERS: Final = ("major", "minor", "patch")
_WILD: Final = "*xX"
_FULL: Final = 3
_ORDERED: Final = ("<", "<=", ">", ">=")


class NotARequirement(ValueError):
    """The text is not a requirement that cargo would read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparator:
    """One comparator of a requirement; ``numbers`` are the one to three that are written, wildcards not."""

    text: str
    operator: str
    numbers: tuple[int, ...]
    wildcards: int
    pre: str

    @property
    def meaning(self) -> str:
        """The operator, also where none is written: ``1.2`` means ``^1.2``, ``1.2.*`` means ``=1.2``."""
        return self.operator or ("=" if self.wildcards else "^")

    def low(self) -> Version:
        """The lowest version with these numbers."""
        major, minor, patch = (*self.numbers, 0, 0, 0)[:_FULL]
        return Version(major, minor, patch, self.pre or None)

    def above(self, place: int) -> Version:
        """The lowest version, pre-releases included, whose number at ``place`` is one higher."""
        numbers = (*self.numbers[:place], self.numbers[place] + 1, 0, 0, 0)
        major, minor, patch = numbers[:_FULL]
        return Version(major, minor, patch, "0")


@lru_cache(maxsize=1024)
def admits(requirement: str, version: Version) -> bool:
    """Tell whether cargo would take ``version`` for ``requirement``; raise NotARequirement for other text."""
    comparators = _parsed(requirement)
    if not all(_contains(comparator, version) for comparator in comparators):
        return False
    if version.prerelease is None:
        return True
    return any(
        comparator.pre and comparator.numbers == version.to_tuple()[:_FULL] for comparator in comparators
    )


@lru_cache(maxsize=1024)
def raised(requirement: str, version: Version) -> str:
    """Rewrite ``requirement`` so that it admits ``version``, keeping operators, precision and spacing.

    Return it unchanged where the rules of this module leave it alone. Raise NotARequirement for text that
    is no requirement.
    """
    comparators = _parsed(requirement)
    on_purpose = any(_is_open(comparator) for comparator in comparators)
    if on_purpose and admits(requirement, version):
        return requirement
    after = ",".join(_raised(comparator, version) for comparator in comparators)
    if not admits(after, version):
        raise NotARequirement(f"{requirement!r} cannot be raised so that it admits {version}")
    return after


def _parsed(requirement: str) -> tuple[_Comparator, ...]:
    comparators = tuple(_comparator(part) for part in requirement.split(","))
    if len(comparators) > 1 and any(not comparator.numbers for comparator in comparators):
        raise NotARequirement(f"{requirement!r}: * stands alone")
    return comparators


def _comparator(text: str) -> _Comparator:
    match = _COMPARATOR.fullmatch(text)
    if match is None:
        raise NotARequirement(f"{text!r} is not a version requirement")
    parts = [match[name] for name in _NUMBERS if match[name] is not None]
    numbers = tuple(int(part) for part in parts if part not in _WILD)
    wildcards = len(parts) - len(numbers)
    if any(part not in _WILD for part in parts[len(numbers) :]) or (match["pre"] and len(numbers) < _FULL):
        raise NotARequirement(f"{text!r} is not a version requirement")
    return _Comparator(
        text=text,
        operator=match["operator"] or "",
        numbers=numbers,
        wildcards=wildcards,
        pre=match["pre"] or "",
    )


def _is_open(comparator: _Comparator) -> bool:
    return not comparator.numbers or comparator.operator in _ORDERED


def _contains(comparator: _Comparator, version: Version) -> bool:
    """Look only at the order of versions; the rule of pre-releases is in ``admits``."""
    if not comparator.numbers or _is_short_of_a_pre_release(comparator, version):
        return not comparator.numbers
    low, last = comparator.low(), len(comparator.numbers) - 1
    match comparator.meaning:
        case ">":
            return version > low if last == _FULL - 1 else version >= comparator.above(last)
        case ">=":
            return version >= low
        case "<":
            return version < (low if last == _FULL - 1 else low.replace(prerelease="0"))
        case "<=":
            return version <= low if last == _FULL - 1 else version < comparator.above(last)
        case _:
            return low <= version and (version == low or version < _end(comparator))


def _is_short_of_a_pre_release(comparator: _Comparator, version: Version) -> bool:
    """``2.1`` says nothing of 2.1.1-rc.1, except after ``^``, as the crate reads it."""
    written = len(comparator.numbers)
    exact = comparator.meaning in ("=", "~", "<=", ">=")
    same = version.to_tuple()[:written] == comparator.numbers
    return bool(exact and same and version.prerelease and written < _FULL)


def _end(comparator: _Comparator) -> Version:
    """The first version that ``=``, ``~``, ``^`` or a wildcard no longer reaches."""
    last = len(comparator.numbers) - 1
    if comparator.meaning == "=":
        return comparator.low() if last == _FULL - 1 else comparator.above(last)
    if comparator.meaning == "~":
        return comparator.above(min(last, 1))
    first_that_counts = next((at for at, number in enumerate(comparator.numbers) if number), last)
    return comparator.above(first_that_counts)


def _raised(comparator: _Comparator, version: Version) -> str:
    match comparator.operator:
        case "<":
            return comparator.text if _contains(comparator, version) else _bounded(comparator, version)
        case "<=":
            return comparator.text if _contains(comparator, version) else _lifted(comparator, version)
        case ">" if _contains(comparator, version) and version.prerelease is None:
            return comparator.text
        case _:
            return _lifted(comparator, version)


def _lifted(comparator: _Comparator, version: Version) -> str:
    """Put the new version's numbers where the old ones were."""
    if version.prerelease is None:
        numbers = version.to_tuple()[: len(comparator.numbers)]
        return _spelled(comparator, ".".join(str(number) for number in numbers), comparator.operator)
    whole = f"{version.major}.{version.minor}.{version.patch}-{version.prerelease}"
    if not comparator.numbers or comparator.operator == ">":
        return _spelled(comparator, whole, ">=")
    wild = comparator.wildcards and not comparator.operator
    return _spelled(comparator, whole, "~" if wild else comparator.operator)


def _bounded(comparator: _Comparator, version: Version) -> str:
    """Move an exclusive upper bound to the next incompatible version."""
    numbers = (version.major, version.minor, version.patch)
    first_that_counts = next((at for at, number in enumerate(numbers) if number), _FULL - 1)
    bound = (*numbers[:first_that_counts], numbers[first_that_counts] + 1, 0, 0, 0)
    text = ".".join(str(number) for number in bound[: len(comparator.numbers)])
    return _spelled(comparator, text + ("-0" if comparator.pre == "0" else ""), comparator.operator)


def _spelled(comparator: _Comparator, numbers: str, operator: str) -> str:
    """Write the comparator anew with its own spaces and, where they still make sense, its wildcards."""
    written = comparator.text.strip(" ")
    head = written[len(comparator.operator) :]
    gap = head[: len(head) - len(head.lstrip(" "))] if comparator.operator else ""
    keeps_stars = comparator.wildcards and "-" not in numbers
    stars = "".join(f".{mark}" for mark in head if mark in _WILD) if keeps_stars else ""
    before = comparator.text[: len(comparator.text) - len(comparator.text.lstrip(" "))]
    after = comparator.text[len(comparator.text.rstrip(" ")) :]
    return f"{before}{operator}{gap}{numbers}{stars}{after}"

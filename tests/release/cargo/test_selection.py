"""The inputs `packages` and `exclude`."""

from __future__ import annotations

import pytest

from actionkit.errors import InputError
from release.cargo import All, Lockstep, Names, Selection, parse_selection


@pytest.mark.parametrize(
    ("packages", "exclude", "expected"),
    [
        ("lockstep", "", Selection(packages=Lockstep())),
        ("", "", Selection(packages=Lockstep())),
        (" all\n", "a", Selection(packages=All(), exclude=("a",))),
        ("a, b-*\nc_d", "", Selection(packages=Names(patterns=("a", "b-*", "c_d")))),
        ("a b", " x ,\n y,", Selection(packages=Names(patterns=("a", "b")), exclude=("x", "y"))),
        ("[ab]?", "", Selection(packages=Names(patterns=("[ab]?",)))),
    ],
)
def test_packages_and_exclude_are_read(packages: str, exclude: str, expected: Selection) -> None:
    assert parse_selection(packages, exclude) == expected


@pytest.mark.parametrize(
    ("packages", "exclude", "what"),
    [
        ("crates/a", "", "packages contains 'crates/a', which is not the name of a package"),
        ("lockstep", "a;b", "exclude contains 'a;b', which is not the name of a package"),
        ("all, a", "", "packages mixes 'all' with names of packages"),
        (",", "", "packages names no package"),
    ],
)
def test_what_cannot_be_a_name_is_refused(packages: str, exclude: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_selection(packages, exclude)

    assert caught.value.what == what

"""Each rule as a tree before and a tree after, and cargo's word that both can be built with their locks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from actionkit.errors import ActionError
from actionkit.semver import parse_version
from release.cargo import CargoPlan, is_input, parse_selection, plan_bump

CASES = sorted(path.parent for path in Path("tests/cases/cargo").resolve().glob("*/case.toml"))
WORKING = [case for case in CASES if not case.name.startswith("error-")]
REFUSED = [case for case in CASES if case.name.startswith("error-")]


@pytest.mark.parametrize("case", WORKING, ids=lambda case: case.name)
def test_the_bumped_tree_is(case: Path) -> None:
    files = _tree(case / "in")
    facts = _facts(case)

    plan = _plan(files, facts)

    assert files | {edit.path: edit.after for edit in plan.edits} == _tree(case / "out")
    expected = facts.get("decisions", {})
    assert {one.name: str(one.outcome) for one in plan.packages if one.name in expected} == expected
    assert len(plan.warnings) == len(facts.get("warnings", ()))
    for warning, beginning in zip(plan.warnings, facts.get("warnings", ()), strict=True):
        assert warning.startswith(beginning)


@pytest.mark.parametrize("case", WORKING, ids=lambda case: case.name)
def test_the_bump_is_done_once(case: Path) -> None:
    plan = _plan(_tree(case / "out"), _facts(case))

    assert plan.edits == ()


@pytest.mark.cargo
@pytest.mark.parametrize("side", ["in", "out"])
@pytest.mark.parametrize("case", WORKING, ids=lambda case: case.name)
def test_cargo_takes_the_tree_with_its_locks(
    case: Path,
    side: str,
    tmp_path: Path,
    write_tree: Callable[[Path, Mapping[str, str]], None],
    locked_versions: Callable[[Path], dict[str, set[str]]],
) -> None:
    write_tree(tmp_path, _tree(case / side))

    assert locked_versions(tmp_path)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_is_refused(case: Path) -> None:
    facts = _facts(case)

    with pytest.raises(ActionError, match=re.escape(facts["error"])):
        _plan(_tree(case / "in"), facts)


def _plan(files: Mapping[str, str], facts: Mapping[str, Any]) -> CargoPlan:
    selection = parse_selection(facts.get("packages", ""), facts.get("exclude", ""))
    return plan_bump(files, version=parse_version(facts["version"]), selection=selection)


def _facts(case: Path) -> dict[str, Any]:
    return tomllib.loads((case / "case.toml").read_text())


def _tree(root: Path) -> dict[str, str]:
    paths = (path for path in sorted(root.rglob("*")) if is_input(path.name))
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in paths}

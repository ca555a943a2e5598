"""What the golden trees do not show: warnings about locks, reasons, the version that is carried."""

from __future__ import annotations

import pytest

from actionkit.errors import ActionError, InputError
from actionkit.semver import Version
from release.cargo import (
    CargoPlan,
    Outcome,
    PackageDecision,
    is_input,
    parse_selection,
    plan_bump,
    workspace_version,
)
from release.cargo.rewrite import rewritten
from release.cargo.toml import Change
from release.edits import FileEdit

LOCKSTEP = parse_selection("lockstep", "")
ALONE = '[package]\nname = "alone"\nversion = "0.2.1"\n'
REGISTRY = 'source = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "00"\n'


def test_a_package_alone_is_a_workspace_of_one() -> None:
    plan = plan_bump({"Cargo.toml": ALONE}, version=Version(0, 3), selection=LOCKSTEP)

    assert plan == CargoPlan(
        edits=(FileEdit(path="Cargo.toml", before=ALONE, after=ALONE.replace("0.2.1", "0.3.0")),),
        packages=(
            PackageDecision(
                name="alone",
                manifest="Cargo.toml",
                prior_version=Version(0, 2, 1),
                outcome=Outcome.BUMPED,
                reason="states the workspace's version 0.2.1",
            ),
        ),
        warnings=(),
    )


def test_a_lock_of_version_1_moves_with_its_references() -> None:
    lock = f"""[[package]]
name = "alone"
version = "0.2.1"
dependencies = [
 "itoa 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)",
]

[[package]]
name = "itoa"
version = "1.0.0"
{REGISTRY}
[[package]]
name = "user"
version = "9.0.0"
dependencies = [
 "alone 0.2.1",
]

[metadata]
"checksum itoa 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)" = "00"
"""
    plan = plan_bump({"Cargo.toml": ALONE, "Cargo.lock": lock}, version=Version(0, 3), selection=LOCKSTEP)

    after = lock.replace('"alone 0.2.1"', '"alone 0.3.0"').replace('version = "0.2.1"', 'version = "0.3.0"')
    assert plan.edits[0] == FileEdit(path="Cargo.lock", before=lock, after=after)


def test_a_lock_that_was_stale_is_reported() -> None:
    lock = 'version = 4\n\n[[package]]\nname = "alone"\nversion = "0.2.0"\n'
    plan = plan_bump({"Cargo.toml": ALONE, "Cargo.lock": lock}, version=Version(0, 3), selection=LOCKSTEP)

    assert [edit.path for edit in plan.edits] == ["Cargo.toml"]
    assert plan.warnings == (
        "Cargo.lock was stale before: it lacks alone 0.2.1; run `cargo update --workspace`, commit it",
    )


def test_a_lock_without_a_manifest_is_left_alone() -> None:
    lock = 'version = 4\n\n[[package]]\nname = "alone"\nversion = "0.2.1"\n'
    plan = plan_bump(
        {"Cargo.toml": ALONE, "data/Cargo.lock": lock}, version=Version(0, 3), selection=LOCKSTEP
    )

    assert [edit.path for edit in plan.edits] == ["Cargo.toml"]
    assert plan.warnings == (
        "data/Cargo.lock has no Cargo.toml beside it, so cargo never reads it: left alone",
    )


def test_a_package_of_that_name_from_a_registry_is_another_package() -> None:
    lock = f'version = 4\n\n[[package]]\nname = "alone"\nversion = "0.2.1"\n{REGISTRY}'
    files = {
        "Cargo.toml": ALONE,
        "tool/Cargo.toml": '[package]\nname = "tool"\nversion = "1.0.0"\n\n[workspace]\n',
        "tool/Cargo.lock": lock,
    }
    plan = plan_bump(files, version=Version(0, 3), selection=LOCKSTEP)

    assert [edit.path for edit in plan.edits] == ["Cargo.toml"]


def test_a_foreign_package_that_holds_a_patched_one_is_reported() -> None:
    manifest = ALONE + '\n[patch.crates-io]\ncore = { path = "core" }\n'
    lock = f"""version = 4

[[package]]
name = "alone"
version = "0.2.1"
dependencies = [
 "foreign",
]

[[package]]
name = "core"
version = "0.2.1"

[[package]]
name = "foreign"
version = "1.0.0"
{REGISTRY}dependencies = [
 "core",
]
"""
    files = {
        "Cargo.toml": manifest,
        "Cargo.lock": lock,
        "core/Cargo.toml": ALONE.replace("alone", "core"),
    }
    plan = plan_bump(files, version=Version(0, 3), selection=parse_selection("core", ""))

    assert plan.warnings == (
        "Cargo.lock: foreign 1.0.0 depends on core through [patch] and may not admit 0.3.0; if so, cargo "
        "takes a core from its source instead and the lock has to be renewed",
    )


def test_names_of_exclude_that_fit_nothing_are_reported() -> None:
    plan = plan_bump(
        {"Cargo.toml": ALONE}, version=Version(0, 3), selection=parse_selection("lockstep", "gone")
    )

    assert plan.warnings == ("exclude names 'gone', which no package of the repository is called",)


def test_a_lock_with_conflict_markers_is_refused_with_its_place() -> None:
    lock = 'version = 4\n<<<<<<< HEAD\n[[package]]\nname = "alone"\nversion = "0.2.1"\n'

    with pytest.raises(InputError) as caught:
        plan_bump({"Cargo.toml": ALONE, "Cargo.lock": lock}, version=Version(0, 3), selection=LOCKSTEP)

    assert (caught.value.file, caught.value.line, caught.value.column) == ("Cargo.lock", 2, 1)


def test_an_edit_that_cannot_be_proven_is_not_made() -> None:
    change = Change(keys=("package", "gone"), before="0.2.1", after="0.3.0")

    with pytest.raises(ActionError, match=r"Cargo\.toml cannot be edited safely"):
        rewritten(ALONE, (change,), path="Cargo.toml", spans=())


@pytest.mark.parametrize(
    ("files", "packages", "expected"),
    [
        ({"Cargo.toml": ALONE}, "lockstep", Version(0, 2, 1)),
        ({"a/Cargo.toml": ALONE, "b/c/Cargo.toml": ALONE.replace("0.2", "0.9")}, "all", Version(0, 2, 1)),
        (
            {"Cargo.toml": '[workspace]\nmembers = ["*"]\n', "a/Cargo.toml": ALONE},
            "lockstep",
            Version(0, 2, 1),
        ),
        (
            {"Cargo.toml": '[workspace.package]\nversion = "2.0.0"\n', "a/Cargo.toml": ALONE},
            "lockstep",
            Version(2),
        ),
        ({"Cargo.toml": ALONE, "b/Cargo.toml": ALONE.replace("alone", "b")}, "b", Version(0, 2, 1)),
    ],
)
def test_the_carried_version_is(files: dict[str, str], packages: str, expected: Version) -> None:
    assert workspace_version(files, selection=parse_selection(packages, "")) == expected


@pytest.mark.parametrize("files", [{}, {"Cargo.toml": "[workspace]\nmembers = []\n"}])
def test_a_repository_without_a_version_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(InputError):
        workspace_version(files, selection=LOCKSTEP)


def test_manifests_and_locks_are_wanted_and_nothing_else() -> None:
    paths = ("Cargo.toml", "a/Cargo.lock", "a/cargo.toml", "Cargo.toml.orig", "src/lib.rs")

    assert [path for path in paths if is_input(path)] == ["Cargo.toml", "a/Cargo.lock"]

"""A workspace with dependencies from crates.io: fetched once, bumped, then taken by cargo without network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from actionkit.semver import parse_version
from release.cargo import parse_selection, plan_bump

FILES = {
    "Cargo.toml": """[workspace]
resolver = "2"
members = ["app", "itoa"]

[workspace.package]
version = "0.2.1"

[workspace.dependencies]
itoa = { path = "itoa", version = "0.2.1" }
fast-itoa = { package = "itoa", version = "1.0.17" }

[patch.crates-io]
cfg-if = { path = "vendored/cfg-if" }
""",
    "app/Cargo.toml": """[package]
name = "app"
version.workspace = true
edition = "2021"

[dependencies]
itoa.workspace = true
fast-itoa.workspace = true
cfg-if = "1.0"
""",
    "itoa/Cargo.toml": """[package]
name = "itoa"
version.workspace = true
edition = "2021"

[target.'cfg(unix)'.dependencies]
semver = { version = "1", default-features = false }
""",
    "vendored/cfg-if/Cargo.toml": """[package]
name = "cfg-if"
version = "1.0.9"
edition = "2021"
""",
}


pytestmark = [pytest.mark.cargo, pytest.mark.network]


@pytest.fixture(scope="module")
def lock(
    cargo: Callable[..., str],
    write_tree: Callable[[Path, Mapping[str, str]], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    directory = tmp_path_factory.mktemp("fetched")
    write_tree(directory, FILES)
    cargo(directory, "fetch")
    return (directory / "Cargo.lock").read_bytes().decode()


@pytest.mark.parametrize("planned", ["0.2.2", "1.0.0-rc.1"])
def test_cargo_takes_the_lock_offline_after_the_bump(
    planned: str,
    lock: str,
    tmp_path: Path,
    write_tree: Callable[[Path, Mapping[str, str]], None],
    locked_versions: Callable[[Path], dict[str, set[str]]],
) -> None:
    files = {**FILES, "Cargo.lock": lock}
    plan = plan_bump(files, version=parse_version(planned), selection=parse_selection("lockstep", ""))
    write_tree(tmp_path, files | {edit.path: edit.after for edit in plan.edits})

    seen = locked_versions(tmp_path)

    assert '"itoa 0.2.1"' in lock
    assert seen["app"] == {planned}
    assert planned in seen["itoa"]
    assert len(seen["itoa"]) == 2
    assert [edit.path for edit in plan.edits] == ["Cargo.lock", "Cargo.toml"]


def test_a_patched_package_and_its_dependents_move_together(
    lock: str,
    tmp_path: Path,
    write_tree: Callable[[Path, Mapping[str, str]], None],
    locked_versions: Callable[[Path], dict[str, set[str]]],
) -> None:
    files = {**FILES, "Cargo.lock": lock}
    plan = plan_bump(files, version=parse_version("1.1.0"), selection=parse_selection("cfg-if", ""))
    write_tree(tmp_path, files | {edit.path: edit.after for edit in plan.edits})

    assert locked_versions(tmp_path)["cfg-if"] == {"1.1.0"}
    assert [edit.path for edit in plan.edits] == [
        "Cargo.lock",
        "app/Cargo.toml",
        "vendored/cfg-if/Cargo.toml",
    ]

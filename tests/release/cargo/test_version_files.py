"""The version where it stands outside Cargo's manifests, with uv and npm as judges of their locks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from actionkit.errors import ActionError, InputError
from actionkit.semver import Version, parse_version
from release.cargo.version_files import (
    VersionFile,
    parse_version_files,
    plan_version_files,
    wanted_paths,
)
from release.cargo.version_files.inputs import Format, Pattern
from release.edits import FileEdit


def bumped(files: Mapping[str, str], lines: str, version: str = "0.3.0") -> dict[str, str]:
    edits = plan_version_files(
        files, version=parse_version(version), version_files=parse_version_files(lines)
    )
    return {edit.path: edit.after for edit in edits}


def test_lines_name_files_or_patterns() -> None:
    text = (
        "pyproject.toml\n\n# docs too\n ./charts/*/Chart.yaml\ndocs/a.md:tag/v{version}/x\nweb/package.json"
    )

    assert parse_version_files(text) == (
        VersionFile(path="pyproject.toml", rule=Format.PYPROJECT),
        VersionFile(path="charts/*/Chart.yaml", rule=Format.CHART),
        VersionFile(path="docs/a.md", rule=Pattern(before="tag/v", after="/x")),
        VersionFile(path="web/package.json", rule=Format.PACKAGE_JSON),
    )


@pytest.mark.parametrize(
    "line",
    ["README.md", "Cargo.toml", "/etc/version:v{version}", "../a:v{version}", "a:version", "a:{version}"],
)
def test_lines_that_say_too_little_are_refused(line: str) -> None:
    with pytest.raises(InputError):
        parse_version_files(line)


def test_all_bad_lines_are_reported_together() -> None:
    with pytest.raises(
        ActionError, match=r"(?s)1\. version-files names 'README\.md'.*2\. version-files names 'other\.txt'"
    ):
        parse_version_files("README.md\npyproject.toml\nother.txt")


def test_files_and_the_locks_above_them_are_wanted() -> None:
    tracked = ("a/pyproject.toml", "uv.lock", "a/uv.lock", "b/uv.lock", "w/package.json", "package-lock.json")
    lines = parse_version_files("a/pyproject.toml\nw/package.json\ngone/package.json")

    wanted = wanted_paths(lines, tracked)

    assert wanted == ("a/pyproject.toml", "uv.lock", "a/uv.lock", "w/package.json", "package-lock.json")


def test_a_pattern_moves_every_place_it_fits_and_no_other() -> None:
    text = "get v0.2.1/x and v0.2.0-rc.1/x, not v0.2.1/y nor 0.2.1/x\r\n"

    after = bumped({"a.md": text}, "a.md:v{version}/x")

    assert after == {"a.md": "get v0.3.0/x and v0.3.0/x, not v0.2.1/y nor 0.2.1/x\r\n"}


@pytest.mark.parametrize(
    ("chart", "after"),
    [
        ("version: 0.2.1\nappVersion: 0.2.1\n", "version: 0.3.0\nappVersion: 0.3.0\n"),
        ('version: 1.6.0\nappVersion: "v0.2.1" # app\n', 'version: 1.6.0\nappVersion: "v0.3.0" # app\n'),
        ("name: x\r\nversion: '0.2.1'\r\n", "name: x\r\nversion: '0.3.0'\r\n"),
        (
            "dependencies:\n  - name: db\n    version: 0.2.1\nversion: 0.2.1",
            "dependencies:\n  - name: db\n    version: 0.2.1\nversion: 0.3.0",
        ),
    ],
)
def test_a_chart_moves_with_its_application(chart: str, after: str) -> None:
    assert bumped({"Chart.yaml": chart}, "Chart.yaml") == {"Chart.yaml": after}


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.3.0", "1.3.0"),
        ("1.3.0-rc.1", "1.3.0rc1"),
        ("1.3.0-alpha", "1.3.0a0"),
        ("1.3.0-beta.2", "1.3.0b2"),
        ("1.3.0-0", "1.3.0.dev0"),
        ("1.3.0-dev.4", "1.3.0.dev4"),
        ("1.3.0+build.7", "1.3.0+build.7"),
    ],
)
def test_a_python_version_is_spelled_as_python_orders_it(version: str, expected: str) -> None:
    from packaging.version import Version as PythonVersion

    after = bumped({"pyproject.toml": '[project]\nversion = "0.2.1"\n'}, "pyproject.toml", version)

    assert after == {"pyproject.toml": f'[project]\nversion = "{expected}"\n'}
    assert str(PythonVersion(expected)) == expected
    assert parse_version(version).prerelease is None or PythonVersion(expected) < PythonVersion("1.3.0")


def test_a_pre_release_that_python_has_no_word_for_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be written as a Python version"):
        bumped({"pyproject.toml": '[project]\nversion = "0.2.1"\n'}, "pyproject.toml", "1.0.0-rc.1.2")


def test_edits_that_are_made_already_are_kept_and_joined() -> None:
    manifest = 'version = "0.2.1"\nFileVersion = "0.2.1"\n'
    made = FileEdit(path="Cargo.toml", before=manifest, after=manifest.replace("0.2.1", "0.3.0", 1))
    lock = FileEdit(path="Cargo.lock", before="a", after="b")

    edits = plan_version_files(
        {"Cargo.toml": manifest},
        version=Version(0, 3),
        version_files=parse_version_files('Cargo.toml:FileVersion = "{version}"'),
        edits=(made, lock),
    )

    whole = FileEdit(path="Cargo.toml", before=manifest, after=manifest.replace("0.2.1", "0.3.0"))
    assert edits == (lock, whole)


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({}, "pyproject.toml"),
        ({"pyproject.toml": '[project]\ndynamic = ["version"]\n'}, "pyproject.toml"),
        ({"package.json": '{"name": "x"}'}, "package.json"),
        ({"package.json": "{"}, "package.json"),
        ({"Chart.yaml": "name: x\n"}, "Chart.yaml"),
        ({"a.txt": "nothing"}, "a.txt:v{version}"),
    ],
)
def test_a_file_without_the_version_is_refused(files: dict[str, str], line: str) -> None:
    with pytest.raises(InputError) as caught:
        bumped(files, line)

    assert caught.value.file == line.partition(":")[0]


def test_uv_takes_the_lock_after_the_bump(tmp_path: Path, need: Callable[[str], str]) -> None:
    files = {
        "py/pyproject.toml": '[project]\nname = "root-project"\nversion = "0.2.1"\n'
        'requires-python = ">=3.11"\ndependencies = ["mem-ber"]\n\n'
        '[tool.uv.workspace]\nmembers = ["libs/*"]\n\n'
        "[tool.uv.sources]\nmem-ber = { workspace = true }\n",
        "py/libs/m/pyproject.toml": '[project]\nname = "Mem.Ber" # mem-ber\nversion = "0.2.1"\n',
    }
    _write(tmp_path, files)
    beside = Path(sys.executable).parent / "uv"
    program = str(beside) if beside.exists() else need("uv")
    uv = (program, "--directory", str(tmp_path / "py"), "lock", "--offline")
    subprocess.run((*uv, "--python", sys.executable), check=True, capture_output=True)
    lock = (tmp_path / "py/uv.lock").read_bytes().decode()

    after = bumped({**files, "py/uv.lock": lock}, "py/**/pyproject.toml", "0.3.0-rc.1")
    _write(tmp_path, after)

    subprocess.run((*uv, "--python", sys.executable, "--check"), check=True, capture_output=True)
    assert set(after) == {*files, "py/uv.lock"}
    assert after["py/uv.lock"] == lock.replace('version = "0.2.1"', 'version = "0.3.0rc1"')


def test_npm_takes_the_lock_after_the_bump(tmp_path: Path, need: Callable[[str], str]) -> None:
    files = {
        "web/package.json": '{\r\n\t"name": "web", "config": {"version": "0.2.1"},\r\n'
        '\t"version": "0.2.1",\r\n\t"workspaces": ["lib"]\r\n}',
        "web/lib/package.json": '{"name": "lib", "version": "0.2.1"}\n',
    }
    _write(tmp_path, files)
    npm = (need("npm"), "--prefix", str(tmp_path / "web"), "install", "--package-lock-only", "--offline")
    subprocess.run(npm, check=True, capture_output=True, cwd=tmp_path / "web")
    lock = (tmp_path / "web/package-lock.json").read_bytes().decode()

    after = bumped({**files, "web/package-lock.json": lock}, "web/package.json\nweb/lib/package.json")
    _write(tmp_path, after)
    subprocess.run(npm, check=True, capture_output=True, cwd=tmp_path / "web")

    assert (tmp_path / "web/package-lock.json").read_bytes().decode() == after["web/package-lock.json"]
    assert after["web/package.json"] == files["web/package.json"].replace(
        '\t"version": "0.2.1"', '\t"version": "0.3.0"'
    )
    assert set(after) == {*files, "web/package-lock.json"}


def _write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())

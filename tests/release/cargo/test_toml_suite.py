"""The public TOML test suite: an edit that changes nothing gives every file back byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from actionkit.errors import ActionError, InputError
from release.cargo.rewrite import manifest_spans, rewritten
from release.cargo.toml import Change, Keys, parse

SUITE = "github.com/toml-lang/toml-test/v2@v2.2.0"


@pytest.fixture(scope="module")
def suite(need: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("go")
    done = subprocess.run(
        [need("go"), "mod", "download", "-json", SUITE],
        cwd=directory,
        env={**os.environ, "GOFLAGS": "-mod=mod"},
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(json.loads(done.stdout)["Dir"]) / "tests"


@pytest.fixture(scope="module")
def files(suite: Path) -> Mapping[str, str]:
    """The suite's files for TOML 1.1, which cargo reads; those that are not UTF-8 never reach a parser."""
    listed = (suite / "files-toml-1.1.0").read_text().splitlines()
    found = {}
    for path in (suite / name for name in listed if name.endswith(".toml")):
        try:
            found[path.relative_to(suite).as_posix()] = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.network
def test_no_op_edits_are_byte_identical(files: Mapping[str, str]) -> None:
    valid = {name: text for name, text in files.items() if name.startswith("valid/")}
    strings, refused = 0, set()
    for name, text in valid.items():
        changes = [
            Change(keys=keys, before=value, after=value) for keys, value in _strings(parse(text, path=name))
        ]
        strings += len(changes)
        if not _is_given_back(text, changes, name):
            refused.add(name)

    assert refused == set()
    assert len(valid) > 200
    assert strings > 200


@pytest.mark.network
def test_what_is_not_toml_is_refused_with_its_place(files: Mapping[str, str]) -> None:
    invalid = {name: text for name, text in files.items() if name.startswith("invalid/")}
    taken = {name for name, text in invalid.items() if _is_taken(name, text)}

    assert len(invalid) > 300
    assert taken == set()


def _is_given_back(text: str, changes: list[Change], name: str) -> bool:
    try:
        return rewritten(text, changes, path=name, spans=manifest_spans(text, changes)) == text
    except ActionError:
        return False


def _is_taken(name: str, text: str) -> bool:
    try:
        parse(text, path=name)
    except InputError as error:
        return error.line == 0
    return True


def _strings(node: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if isinstance(value, str):
            yield (*keys, key), value
        else:
            yield from _strings(value, (*keys, key))

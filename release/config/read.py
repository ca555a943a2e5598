"""Choose the file that counts, and have its family's reader read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from release.config.files import Family, Source, programs, sources
from release.config.model import Config
from release.config.node import read_node
from release.config.python import read_python


def read_config(files: Mapping[str, str]) -> Config:
    """Read the settings from the texts of a repository's files, by path; see the package for the order.

    Raise ActionError where a file does not parse or a setting cannot be followed.
    """
    warnings = [
        f"{path} is a program and is not run: write its settings into .releaserc.json"
        for path in programs(files)
    ]
    found = sources(files)
    if not found:
        return Config(warnings=tuple(warnings))
    read = _read(found[0])
    warnings += [f"{other.path} is not followed, {found[0].path} is" for other in found[1:]]
    return replace(read, warnings=(*warnings, *read.warnings))


def _read(source: Source) -> Config:
    match source.family:
        case Family.PYTHON:
            return read_python(source.path, source.settings)
        case Family.NODE:
            return read_node(source.path, source.settings)
        case _:
            assert_never(source.family)

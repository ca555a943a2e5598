"""Read YAML as GitHub does: ``on`` and ``yes`` are text, and a key stands once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml

from actionkit.errors import InputError
from pipeline.rehearsal.runner.expressions import Value

_SCALARS: Final = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+",
        "-+.0123456789",
    ),
)


class _Loader(yaml.SafeLoader):
    """YAML 1.2's core schema instead of 1.1, where ``on`` would be true and ``1:30`` a number."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the base class's way to hold them

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - the base class's signature
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key, (place, _) in zip(keys, node.value, strict=True):
            if keys.count(key) > 1:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key!r} stands twice", problem_mark=place.start_mark
                )
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), ["" if c == "\0" else c for c in _first]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A mapping in a file, with the words to say where it stands, such as ``jobs.release``."""

    file: Path
    where: str
    items: Mapping[str, Value]

    def only(self, *known: str) -> Section:
        """Refuse keys that are not among ``known``."""
        for key in self.items:
            if key not in known:
                raise self.problem(
                    f"{key!r} is not known here",
                    fix=f"this runner reads {', '.join(known)}; take it out, or teach it to the runner",
                )
        return self

    def section(self, key: str) -> Section:
        """Give the mapping under ``key``; an empty one when it is not there."""
        value = self.items.get(key)
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise self.problem(f"{key!r} must be a mapping of names to values")
        return Section(file=self.file, where=f"{self.where}.{key}".lstrip("."), items=value)

    def sections(self, key: str) -> tuple[Section, ...]:
        """Give the list of mappings under ``key``."""
        value = self.items.get(key)
        if value is None:
            value = []
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self.problem(f"{key!r} must be a list of mappings")
        where = f"{self.where}.{key}".lstrip(".")
        return tuple(
            Section(file=self.file, where=f"{where}[{number}]", items=cast("Mapping[str, Value]", item))
            for number, item in enumerate(value)
        )

    def text(self, key: str, default: str = "") -> str:
        """Give the text under ``key``, as it is written."""
        value = self.items.get(key, default)
        if not isinstance(value, str):
            raise self.problem(f"{key!r} must be text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a text or a list of texts under ``key`` as a tuple."""
        value = self.items.get(key)
        found = [] if value is None else [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise self.problem(f"{key!r} must be text or a list of texts")
        return tuple(cast("list[str]", found))

    def problem(self, what: str, *, fix: str = "") -> InputError:
        """Make the error for something in this section."""
        place = f"{self.where}: " if self.where else ""
        return InputError(f"{place}{what}", fix=fix, file=self.file.name)


def read_yaml(path: Path) -> Section:
    """Read a file that holds a mapping; raise InputError with line and column where it is not valid."""
    try:
        content = yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise InputError(f"{path} cannot be read", why=str(error)) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        why = error.problem or str(error)
        raise InputError(
            "this is not valid YAML", why=why, file=path.name, line=line, column=column
        ) from error
    if not isinstance(content, Mapping):
        raise InputError("a mapping is expected", file=path.name)
    return Section(file=path, where="", items=content)

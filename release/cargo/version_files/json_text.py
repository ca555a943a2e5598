"""Replace strings in a JSON text, byte for byte nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from actionkit.errors import ActionError

JsonKeys: TypeAlias = tuple[str, ...]

_TOKEN: Final = re.compile(r'("(?:[^"\\]|\\.)*")([ \t\r\n]*:)?|[{}\[\]]')


def replaced(text: str, values: Mapping[JsonKeys, str], *, path: str) -> str:
    """Put ``values`` at their keys; raise ActionError naming the file if that cannot be proven afterwards."""
    body = text.removeprefix("\ufeff")
    after = body
    for start, end, value in sorted(_places(body, values), reverse=True):
        after = after[:start] + json.dumps(value) + after[end:]
    intended = json.loads(body)
    for keys, value in values.items():
        _set(intended, keys, value)
    if json.loads(after) != intended:
        raise ActionError(
            f"{path} cannot be edited safely",
            why="its versions were not found in its text",
            fix="take the file out of version-files, or use a pattern",
            file=path,
        )
    return text[: len(text) - len(body)] + after


def _places(text: str, values: Mapping[JsonKeys, str]) -> Iterator[tuple[int, int, str]]:
    """Walk the strings with the keys that lead to them; what stands in an array has an empty key."""
    keys: list[str] = []
    for token in _TOKEN.finditer(text):
        string, colon = token.groups()
        if string is None:
            keys = [*keys, ""] if token[0] in "{[" else keys[:-1]
        elif colon:
            keys[-1] = json.loads(string)
        elif (found := tuple(keys)) in values:
            yield token.start(), token.end(), values[found]


def _set(document: Any, keys: JsonKeys, value: str) -> None:
    for key in keys[:-1]:
        document = document[key]
    document[keys[-1]] = value

"""Options of a target's outputs, caches, secrets and attestations. Pure.

Bake prints them as text (``type=gha,scope=x``) or, since 0.20, as an object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def fields(entry: str | Mapping[str, Any]) -> Mapping[str, str]:
    """Read an entry as names and values."""
    if isinstance(entry, str):
        return dict(pair.partition("=")[::2] for pair in entry.split(",") if "=" in pair)
    return {name: _word(value) for name, value in entry.items()}


def as_text(entry: str | Mapping[str, Any]) -> str:
    """Write an entry as BuildKit takes it; what is text already stays as it is."""
    if isinstance(entry, str):
        return entry
    return ",".join(f"{name}={value}" for name, value in fields(entry).items())


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

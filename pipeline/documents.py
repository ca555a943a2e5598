"""The tables of the actions' READMEs, from their ``action.yml``; ``make docs`` puts them there with cog."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

_ROOT: Final = Path(__file__).resolve().parents[1]


def inputs_table(action: str) -> str:
    """Write the inputs of the action in the folder ``action`` as a Markdown table."""
    rows = (
        f"| `{name}` | {_default(declared)} | {_prose(declared)} |"
        for name, declared in read_action(action)["inputs"].items()
    )
    return "\n".join(("| input | default | |", "|---|---|---|", *rows))


def outputs_table(action: str) -> str:
    """Write the outputs of the action in the folder ``action`` as a Markdown table."""
    rows = (f"| `{name}` | {_prose(declared)} |" for name, declared in read_action(action)["outputs"].items())
    return "\n".join(("| output | |", "|---|---|", *rows))


def shared_inputs(action: str) -> str:
    """Name the inputs of the action in the folder ``action`` that the root action has too."""
    whole = read_action("")["inputs"]
    return ", ".join(f"`{name}`" for name in read_action(action)["inputs"] if name in whole)


def read_action(folder: str) -> Mapping[str, Any]:
    """Read the ``action.yml`` of a folder; the empty name is the root's."""
    action: Mapping[str, Any] = yaml.safe_load((_ROOT / folder / "action.yml").read_text(encoding="utf-8"))
    return action


def _default(declared: Mapping[str, str]) -> str:
    return f"`{declared['default']}`" if declared.get("default") else ""


def _prose(declared: Mapping[str, str]) -> str:
    return " ".join(declared["description"].split()).replace("|", "\\|")

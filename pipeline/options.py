"""The command line's options: the inputs of ``release/action.yml``, under the same names and defaults."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from actionkit.inputs import input_variable


@cache
def action_inputs() -> Mapping[str, Mapping[str, Any]]:
    """Read the inputs that the action declares: id → description and default."""
    text = files("release").joinpath("action.yml").read_text(encoding="utf-8")
    inputs: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)["inputs"]
    return inputs


def add_options(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """Give ``parser`` an option for each of these inputs."""
    for name in names:
        declared = action_inputs()[name]
        about = " ".join(str(declared["description"]).split()).replace("%", "%%").replace("`", "")
        parser.add_argument(
            f"--{name}", metavar="TEXT", default=str(declared.get("default", "")), help=f"{about}"
        )


def as_environment(arguments: argparse.Namespace, names: Sequence[str]) -> Mapping[str, str]:
    """Turn parsed options into the variables that the action would find."""
    return {input_variable(name): getattr(arguments, name.replace("-", "_")) for name in names}

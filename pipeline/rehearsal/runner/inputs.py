"""Inputs of workflows: what is declared, and what is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from actionkit.errors import InputError, raise_all
from pipeline.rehearsal.runner.expressions import Scope, Value, fill, to_text
from pipeline.rehearsal.runner.yamlfile import Section

InputType: TypeAlias = Literal["string", "boolean", "number", "choice", "environment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """One input of ``workflow_dispatch`` or ``workflow_call``."""

    name: str
    type: InputType
    required: bool
    default: Value
    options: tuple[str, ...]


def read_inputs(section: Section) -> tuple[InputSpec, ...]:
    """Read what is declared under ``inputs``."""
    return tuple(_spec(name, section.section(name)) for name in section.items)


def bind_inputs(specs: Sequence[InputSpec], given: Mapping[str, Value], scope: Scope) -> dict[str, Value]:
    """Join declared and given inputs, each with its type, defaults filled in.

    Raise what is wrong, all together: an input that is not declared, a required one that is missing, a
    value that is not of its type.
    """
    known = {spec.name.lower(): spec for spec in specs}
    problems = [_unknown(name, specs) for name in given if name.lower() not in known]
    values = {name.lower(): value for name, value in given.items()}
    bound: dict[str, Value] = {}
    for spec in specs:
        try:
            bound[spec.name] = _bound(spec, values, scope)
        except InputError as problem:
            problems.append(problem)
    raise_all(problems)
    return bound


def _spec(name: str, section: Section) -> InputSpec:
    section.only("description", "type", "required", "default", "options", "deprecationMessage")
    written = section.text("type") or "string"
    for known in get_args(InputType):
        if known == written:
            return InputSpec(
                name=name,
                type=known,
                required=section.items.get("required") is True,
                default=section.items.get("default"),
                options=section.texts("options"),
            )
    raise section.problem(f"{written!r} is not a type", fix=f"use one of {', '.join(get_args(InputType))}")


def _unknown(name: str, specs: Sequence[InputSpec]) -> InputError:
    declared = ", ".join(spec.name for spec in specs) or "none"
    return InputError(f"the workflow has no input {name!r}", why=f"it declares {declared}")


def _bound(spec: InputSpec, values: Mapping[str, Value], scope: Scope) -> Value:
    given = values.get(spec.name.lower())
    if given is None:
        if spec.required and spec.default is None:
            raise InputError(f"the input {spec.name!r} is required and not given")
        given = fill(spec.default, scope)
    return _typed(spec, given)


def _typed(spec: InputSpec, value: Value) -> Value:
    text = to_text(value)
    match spec.type:
        case "boolean":
            if text not in ("true", "false", ""):
                raise InputError(f"the input {spec.name!r} must be true or false and is {text!r}")
            return text == "true"
        case "number":
            return _number(spec, value, text)
        case "choice" if text not in spec.options:
            raise InputError(
                f"the input {spec.name!r} must be one of {', '.join(spec.options)} and is {text!r}"
            )
        case _:
            return text


def _number(spec: InputSpec, value: Value, text: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(text or 0)
    except ValueError as error:
        raise InputError(f"the input {spec.name!r} must be a number and is {text!r}") from error

"""Run a document against typed objects and shape the answer as GitHub does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.rehearsal.github.graphql.language import Document, Field, Operation, Spread, Variable
from pipeline.rehearsal.github.records import Json

Resolver = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An object of a GraphQL type: a field is a value, or a function of the field's arguments."""

    type: str
    fields: Mapping[str, Any]


class GraphError(Exception):
    """A field cannot be resolved; ``type`` is GitHub's word for why (NOT_FOUND, STALE_DATA, …)."""

    def __init__(self, message: str, kind: str = "", extensions: Mapping[str, Json] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.extensions = dict(extensions or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One run of an operation; collects errors beside the data."""

    document: Document
    variables: Mapping[str, Json]
    errors: list[dict[str, Json]] = field(default_factory=list)

    def run(self, operation: Operation, root: Node) -> dict[str, Json]:
        """Answer with ``data`` and, if any, ``errors``."""
        run = Execution(
            document=self.document, variables={**operation.defaults, **self.variables}, errors=self.errors
        )
        try:
            unknown = list(run.unknown(operation.selection, root, (root_path(operation),)))
            data = {} if unknown else run.resolve(root, operation.selection, ())
        except GraphError as error:
            return {"errors": [_told(error, (root_path(operation),))]}
        if unknown:
            return {"errors": unknown}
        return {"data": data, **({"errors": self.errors} if self.errors else {})}

    def unknown(
        self, selection: Sequence[Field | Spread], node: Node, path: tuple[str, ...]
    ) -> Iterator[dict[str, Json]]:
        """Errors for root fields that this API does not have; GitHub finds them before it runs anything."""
        for one in self._fields(selection, node):
            if one.name not in node.fields and one.name != "__typename":
                yield undefined_field(one, node, path)

    def resolve(
        self, node: Node, selection: Sequence[Field | Spread], path: tuple[str | int, ...]
    ) -> dict[str, Json]:
        """Resolve the selected fields of an object."""
        found: dict[str, Json] = {}
        for one in self._fields(selection, node):
            here = (*path, one.key)
            try:
                found[one.key] = self._value(self._call(node, one), one, here)
            except GraphError as error:
                found[one.key] = None
                self.errors.append(_told(error, here))
        return found

    def _call(self, node: Node, one: Field) -> Any:
        if one.name == "__typename":
            return node.type
        if one.name not in node.fields:
            told = undefined_field(one, node, ())
            raise GraphError(told["message"], extensions=told["extensions"])
        value = node.fields[one.name]
        if not callable(value):
            return value
        arguments = {name: self._argument(given) for name, given in one.arguments.items()}
        try:
            return value(**arguments)
        except TypeError as error:
            text = f"Field '{one.name}' doesn't accept the arguments given: {sorted(arguments)}"
            raise GraphError(text, extensions={"code": "argumentNotAccepted"}) from error

    def _value(self, value: Any, one: Field, path: tuple[str | int, ...]) -> Json:
        match value:
            case Node():
                return self.resolve(value, one.selection, path)
            case tuple() | list():
                return [self._value(item, one, (*path, at)) for at, item in enumerate(value)]
            case _:
                return value

    def _fields(self, selection: Sequence[Field | Spread], node: Node) -> Iterator[Field]:
        for one in selection:
            if isinstance(one, Field):
                yield one
                continue
            spread = self._fragment(one.fragment) if one.fragment else one
            if spread.on in ("", node.type) or spread.on in node.fields.get("__interfaces", ()):
                yield from self._fields(spread.selection, node)

    def _fragment(self, name: str) -> Spread:
        if name not in self.document.fragments:
            raise GraphError(f"Fragment {name} was used, but not defined")
        return self.document.fragments[name]

    def _argument(self, value: Any) -> Any:
        match value:
            case Variable(name=name):
                return self.variables.get(name)
            case dict():
                return {key: self._argument(item) for key, item in value.items()}
            case list():
                return [self._argument(item) for item in value]
            case _:
                return value


def undefined_field(one: Field, node: Node, path: tuple[str, ...]) -> dict[str, Json]:
    """GitHub's error for a field that a type does not have."""
    return {
        "path": [*path, one.key],
        "extensions": {"code": "undefinedField", "typeName": node.type, "fieldName": one.name},
        "locations": [{"line": 1, "column": 1}],
        "message": f"Field '{one.name}' doesn't exist on type '{node.type}'",
    }


def root_path(operation: Operation) -> str:
    """How an error's path names the operation."""
    return f"{operation.kind} {operation.name}".strip()


def _told(error: GraphError, path: tuple[str | int, ...]) -> dict[str, Json]:
    kind = {"type": error.kind} if error.kind else {}
    more = {"extensions": error.extensions} if error.extensions else {}
    places = [{"line": 1, "column": 1}]
    return {**kind, "path": list(path), **more, "locations": places, "message": error.message}

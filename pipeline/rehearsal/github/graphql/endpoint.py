"""``POST /api/graphql``: errors come with status 200, as data's neighbours."""

from __future__ import annotations

from pipeline.rehearsal.github.exchange import Response, json_response
from pipeline.rehearsal.github.graphql import objects
from pipeline.rehearsal.github.graphql.execute import Execution, Node
from pipeline.rehearsal.github.graphql.language import Operation, SyntaxProblem, parse
from pipeline.rehearsal.github.graphql.mutation import mutation
from pipeline.rehearsal.github.records import TokenKind
from pipeline.rehearsal.github.service import Call
from pipeline.rehearsal.github.tokens import refused

_PLACE = [{"line": 1, "column": 1}]


def answer(call: Call) -> Response:
    """Run the operation that the request names."""
    if call.token.kind is TokenKind.ANONYMOUS:
        raise refused(call.token, "metadata", "read")
    given = call.request.json()
    text = given.get("query")
    if not isinstance(text, str) or not text.strip():
        return json_response(
            {"errors": [{"message": "A query attribute must be specified and must be a string."}]}
        )
    try:
        document = parse(text)
    except SyntaxProblem as error:
        return json_response({"errors": [{"message": f"Parse error: {error}", "locations": _PLACE}]})
    wanted = given.get("operationName") or ""
    found = [one for one in document.operations if wanted in ("", one.name)]
    if len(found) != 1:
        return json_response({"errors": [{"message": "An operation name is required", "locations": _PLACE}]})
    execution = Execution(document=document, variables=given.get("variables") or {})
    return json_response(execution.run(found[0], _root(call, found[0])))


def _root(call: Call, operation: Operation) -> Node:
    return mutation(call) if operation.kind == "mutation" else objects.query(call)

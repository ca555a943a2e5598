"""GitHub's workflow expressions: literals, contexts, operators and functions."""

from pipeline.rehearsal.runner.expressions.evaluate import Scope, evaluate
from pipeline.rehearsal.runner.expressions.template import fill, fill_text, fill_texts, holds
from pipeline.rehearsal.runner.expressions.values import CaseSensitive, Value, lookup, to_number, to_text

__all__ = [
    "CaseSensitive",
    "Scope",
    "Value",
    "evaluate",
    "fill",
    "fill_text",
    "fill_texts",
    "holds",
    "lookup",
    "to_number",
    "to_text",
]

from __future__ import annotations

import pytest

from actionkit.errors import InputError
from pipeline.rehearsal.runner.expressions import (
    CaseSensitive,
    Scope,
    Value,
    evaluate,
    fill,
    fill_text,
    holds,
)

CONTEXTS: dict[str, Value] = {
    "github": {
        "ref": "refs/heads/main",
        "event": {"labels": [{"name": "bug"}, {"name": "Help"}]},
        "sha": "abc",
    },
    "inputs": {"dry-run": False, "bump": "auto", "count": 3},
    "env": CaseSensitive({"Name": "value"}),
    "steps": {"build": {"outputs": {"json": '{"images":[{"name":"a"},{"name":"b"}]}'}}},
    "needs": {},
    "fruits": {"1": {"kinds": ["apple", "pear"]}, "2": {"kinds": ["plum"]}},
}
SCOPE = Scope(contexts=CONTEXTS)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # literals
        ("null", None),
        ("true", True),
        ("-9.2", -9.2),
        ("0xff", 255.0),
        ("-2.99e-2", -0.0299),
        (".5", 0.5),
        ("'It''s open source!'", "It's open source!"),
        # contexts
        ("github.ref", "refs/heads/main"),
        ("GitHub['REF']", "refs/heads/main"),
        ("github.nothing.at.all", None),
        ("inputs.dry-run", False),
        ("env.Name", "value"),
        ("env.NAME", None),
        ("github.event.labels[1].name", "Help"),
        ("github.event.labels[7]", None),
        ("github.event.labels[-1]", None),
        ("github.sha.more", None),
        ("github.event.labels.*.name", ["bug", "Help"]),
        ("fruits.*.kinds[0]", ["apple", "plum"]),
        ("fruits.*.kinds.*", ["apple", "pear", "plum"]),
        ("needs.*.result", []),
        ("fromJSON(steps.build.outputs.json).images[*].name", ["a", "b"]),
        # loose equality
        ("'A' == 'a'", True),
        ("'straße' == 'STRASSE'", False),
        ("'Ä' == 'ä'", True),
        ("1 == '1'", True),
        ("1 == ' 0x1 '", True),
        ("'' == 0", True),
        ("'x' == 0", False),
        ("null == 0", True),
        ("null == ''", True),
        ("null == false", True),
        ("true == 'true'", False),
        ("true == 1", True),
        ("NaN == NaN", False),
        ("github == github", True),
        ("github == 'Object'", False),
        ("fromJSON('[]') == 0", False),
        # order
        ("2 > '10'", False),
        ("'b' > 'A'", True),
        ("'10' < '9'", True),
        ("'x' > 1", False),
        ("null < 1", True),
        ("null <= null", True),
        ("1 >= NaN", False),
        ("true > false", True),
        # precedence and truth
        ("!github.sha", False),
        ("!true == false", True),
        ("1 == 1 && 2 == 2", True),
        ("true || false && false", True),
        ("(true || false) && false", False),
        ("1 < 2 == true", True),
        ("inputs.bump || 'minor'", "auto"),
        ("github.none || 'minor'", "minor"),
        ("github.none && 'minor'", None),
        ("inputs.dry-run && 'yes' || 'no'", "no"),
        ("0 && 'x'", 0.0),
        ("fromJSON('{}') && 'an object is true'", "an object is true"),
        # functions
        ("contains('Hello world', 'LLO')", True),
        ("contains(github.event.labels.*.name, 'help')", True),
        ("contains(github.event, 'x')", False),
        ("contains('12', 1)", True),
        ("contains(fromJSON('[1, 2]'), '2')", True),
        ("startsWith(github.ref, 'REFS/heads/')", True),
        ("endsWith('v1.2', 2)", True),
        ("startsWith(github.event, 'x')", False),
        ("format('Hello {0} {1} {0}', 'a', 1)", "Hello a 1 a"),
        ("format('{{Hello}} {0}', true)", "{Hello} true"),
        ("join(github.event.labels.*.name, ', ')", "bug, Help"),
        ("join('bug')", "bug"),
        ("join(fromJSON('[1, true, null]'))", "1,true,"),
        ('toJSON(fromJSON(\'{"a":[1,2.5],"b":{}}\'))', '{\n  "a": [\n    1,\n    2.5\n  ],\n  "b": {}\n}'),
        ("TOJSON('<é>')", '"<é>"'),
        ("fromJSON('true')", True),
        ("case(1 == 2, 'a', 2 == 2, 'b', 'c')", "b"),
        ("format('{0}', 1e20)", "1E+20"),
        ("format('{0}', 3.0)", "3"),
    ],
)
def test_an_expression_has_the_value_that_the_runner_gives(expression: str, expected: Value) -> None:
    assert evaluate(expression, SCOPE) == expected


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ('"double"', "is not expected at position 1"),
        ("'open", "is not expected at position 1"),
        ("github.", "the end is not expected at position 8"),
        ("1 +", "is not expected at position 3"),
        ("github ref", "'ref' is not expected at position 8"),
        ("(1", "the end is not expected"),
        ("", "the end is not expected at position 1"),
        ("matrix.os", "there is no context 'matrix' here"),
        ("hash('x')", "there is no function 'hash' here"),
        ("success()", "there is no function 'success' here"),
        ("contains('x')", "contains takes 2 to 2 arguments"),
        ("fromJSON('')", "fromJSON cannot read ''"),
        ("format('{1}', 'x')", "{1} stands for none of the 1 values"),
        ("format('{', 'x')", "{ stands for none"),
    ],
)
def test_an_expression_that_cannot_be_says_where_and_why(expression: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        evaluate(expression, SCOPE)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain", "plain"),
        (True, True),
        ("${{ inputs.count }}", 3),
        ("${{ inputs.count }} of ${{ 10 }}", "3 of 10"),
        ("${{ '}}' }}", "}}"),
        ("a }} b", "a }} b"),
        ("${{github.none}}", None),
        ("<${{ github.event }}>", "<Object>"),
    ],
)
def test_a_scalar_is_filled_in(template: Value, expected: Value) -> None:
    assert fill(template, SCOPE) == expected


def test_what_an_expression_gives_is_not_read_again() -> None:
    scope = Scope(contexts={"github": {"title": "${{ secrets.TOKEN }} `rm -rf /`"}})
    assert fill_text("-${{ github.title }}-", scope) == "-${{ secrets.TOKEN }} `rm -rf /`-"


def test_an_object_where_text_is_needed_is_an_error() -> None:
    with pytest.raises(InputError, match="gives an object where text is needed"):
        fill_text("${{ github.event }}", SCOPE)


def test_an_expression_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(InputError, match="is not closed"):
        fill("${{ github.ref }", SCOPE)


@pytest.mark.parametrize("failed", [False, True])
@pytest.mark.parametrize(
    ("condition", "after_success", "after_failure"),
    [
        (None, True, False),
        ("inputs.count == 3", True, False),
        ("${{ inputs.count == 3 }}", True, False),
        ("${{ inputs.count }} == 4", True, False),
        ("'it''s' == 'x' || ${{ false }}", True, False),
        (False, False, False),
        ("${{ false }}", False, False),
        ("always()", True, True),
        ("failure()", False, True),
        ("!cancelled() && inputs.bump == 'auto'", True, True),
        ("success() || failure()", True, True),
        ("success()", True, False),
        ("contains('success()', 'x')", False, False),
        ("toJSON('always()') != ''", True, False),
    ],
)
def test_a_condition_means_success_unless_it_asks(
    condition: Value, after_success: bool, after_failure: bool, failed: bool
) -> None:
    statuses = {"success": not failed, "failure": failed, "always": True, "cancelled": False}
    scope = Scope(contexts=CONTEXTS, statuses=statuses)
    assert holds(condition, scope) is (after_failure if failed else after_success)

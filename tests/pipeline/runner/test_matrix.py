from __future__ import annotations

import json
from typing import Any

import pytest

HEAD = "on: workflow_dispatch\njobs:\n"


def matrix_job(strategy: str, *steps: str, name: str = "") -> str:
    written = "".join(f"      - run: '{step}'\n" for step in steps or ("true",))
    title = f"    name: {name}\n" if name else ""
    return (
        f"  many:\n{title}    runs-on: ${{{{ matrix.os || 'ubuntu-24.04' }}}}\n"
        f"    strategy: {strategy}\n    steps:\n{written}"
    )


def combinations(bench: Any, strategy: str) -> list[dict[str, Any]]:
    """Run a matrix whose jobs say what they have; give their contexts in order."""
    text = matrix_job(strategy).replace(
        "    steps:", "    outputs: {seen: '${{ toJSON(matrix) }}'}\n    steps:"
    )
    return [json.loads(job.outputs["seen"]) for job in bench.run(HEAD + text).job("many").jobs]


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ("{os: [a, b]}", [{"os": "a"}, {"os": "b"}]),
        (
            "{os: [a, b], n: [1, 2]}",
            [{"os": "a", "n": 1}, {"os": "a", "n": 2}, {"os": "b", "n": 1}, {"os": "b", "n": 2}],
        ),
        ("{os: [a, b], exclude: [{os: a}]}", [{"os": "b"}]),
        ("{include: [{os: a}, {os: b, x: y}]}", [{"os": "a"}, {"os": "b", "x": "y"}]),
        (
            "{os: [a, b], include: [{os: b, x: y}, {os: c}, {z: w}]}",
            [{"os": "a", "z": "w"}, {"os": "b", "x": "y", "z": "w"}, {"os": "c"}],
        ),
        ('"${{ fromJSON(\'{\\"os\\": [\\"p/q\\"]}\') }}"', [{"os": "p/q"}]),
        ('{os: "${{ fromJSON(\'[\\"a\\"]\') }}"}', [{"os": "a"}]),
    ],
)
def test_a_matrix_makes_the_combinations_that_github_makes(
    bench: Any, matrix: str, expected: list[dict[str, Any]]
) -> None:
    assert combinations(bench, f"{{matrix: {matrix}}}") == expected


def test_each_job_of_a_matrix_has_its_own_name_machine_folder_and_index(bench: Any) -> None:
    steps = "pwd; echo ${{ strategy.job-index }} of ${{ strategy.job-total }}"
    result = bench.run(HEAD + matrix_job("{matrix: {os: [a/b, c]}}", steps))
    first, second = result.job("many").jobs
    assert (first.id, first.name, first.runs_on) == ("many (a/b)", "many (a/b)", ("a/b",))
    assert (second.name, second.runs_on) == ("many (c)", ("c",))
    assert first.steps[0].log.splitlines()[-1] == "0 of 2"
    assert first.steps[0].log.splitlines()[-2] != second.steps[0].log.splitlines()[-2]
    named = bench.run(HEAD + matrix_job("{matrix: {os: [x]}}", name="Build on ${{ matrix.os }}"), run_id=2)
    assert [job.name for job in named.job("many").jobs] == ["Build on x"]


def test_the_first_failure_cancels_the_rest_unless_told_not_to(bench: Any) -> None:
    step = "test ${{ matrix.os }} != b"
    fast = bench.run(HEAD + matrix_job("{matrix: {os: [a, b, c]}}", step))
    slow = bench.run(HEAD + matrix_job("{fail-fast: false, matrix: {os: [a, b, c]}}", step), run_id=2)
    assert [str(job.conclusion) for job in fast.job("many").jobs] == ["success", "failure", "cancelled"]
    assert [str(job.conclusion) for job in slow.job("many").jobs] == ["success", "failure", "success"]
    assert (fast.job("many").conclusion, slow.conclusion) == ("failure", "failure")


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        ("{os: []}", "the matrix makes 0 jobs"),
        ("{os: nope}", "matrix.os must be a list and is 'nope'"),
        ("{a: [1,2,3,4,5,6,7], b: [1,2,3,4,5,6,7], c: [1,2,3,4,5,6]}", "the matrix makes 294 jobs"),
        ("\"${{ fromJSON('[]') }}\"", "the matrix must be a mapping"),
    ],
)
def test_a_matrix_that_cannot_be_makes_the_job_fail(bench: Any, matrix: str, reason: str) -> None:
    many = bench.run(HEAD + matrix_job(f"{{matrix: {matrix}}}")).job("many")
    assert (many.conclusion, many.jobs) == ("failure", ())
    assert reason in many.annotations[0].message

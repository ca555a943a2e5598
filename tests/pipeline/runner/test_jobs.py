from __future__ import annotations

from typing import Any

import pytest

from actionkit.errors import ActionError

HEAD = "on: workflow_dispatch\njobs:\n"


def job(name: str, *lines: str, run: str = "true") -> str:
    extra = "".join(f"    {line}\n" for line in lines)
    return f"  {name}:\n    runs-on: ubuntu-latest\n{extra}    steps:\n      - run: '{run}'\n"


def conclusions(result: Any) -> dict[str, str]:
    return {one.id: str(one.conclusion) for one in result.jobs}


def test_jobs_run_in_the_order_of_their_needs_and_pass_outputs_on(bench: Any) -> None:
    result = bench.run(
        """
        on: workflow_dispatch
        jobs:
          last:
            needs: [first, second]
            if: needs.second.outputs.go
            runs-on: ubuntu-latest
            steps:
              - run: echo "${{ toJSON(needs) }}" && test "${{ needs.first.outputs.name }}" = one
          first:
            runs-on: ubuntu-latest
            outputs:
              name: ${{ steps.s.outputs.name }}
            steps:
              - id: s
                run: echo name=one >> $GITHUB_OUTPUT
          second:
            needs: first
            runs-on: ubuntu-latest
            outputs: {go: "yes"}
            steps: [{run: "true"}]
        """
    )
    assert conclusions(result) == {"last": "success", "first": "success", "second": "success"}
    assert result.job("first").outputs == {"name": "one"}
    assert result.job("first").started <= result.job("second").started <= result.job("last").started


def test_a_failed_job_skips_those_that_need_it_but_for_those_that_ask(bench: Any) -> None:
    result = bench.run(
        HEAD
        + job("broken", run="false")
        + job("direct", "needs: broken")
        + job("indirect", "needs: direct")
        + job("rescue", "needs: direct", "if: failure()")
        + job("report", "needs: [broken, direct]", "if: always() && needs.broken.result == 'failure'")
        + job("apart")
        + job("after_skip", "needs: not_wanted")
        + job("not_wanted", "if: false")
    )
    assert conclusions(result) == {
        "broken": "failure",
        "direct": "skipped",
        "indirect": "skipped",
        "rescue": "success",
        "report": "success",
        "apart": "success",
        "after_skip": "skipped",
        "not_wanted": "skipped",
    }
    assert result.conclusion == "failure"


@pytest.mark.parametrize(
    ("jobs", "reason"),
    [
        (job("a", "needs: b"), "the job 'a' needs 'b', which is no job"),
        (job("a", "needs: b") + job("b", "needs: a"), "in a circle"),
        (job("a", "concurrency: {group: g, queue: all}"), "jobs.a.concurrency: queue is 'all'"),
        (
            job("a", "concurrency: {group: g, queue: max, cancel-in-progress: true}"),
            "queue: max and cancel-in-progress: true exclude each other",
        ),
        (job("a", "container: debian"), "jobs.a: 'container' is not known here"),
        ("  a:\n    steps: [{run: x}]\n", "runs-on is missing"),
        ("  a:\n    runs-on: x\n    steps: [{run: x, uses: y}]\n", "a step has either uses or run"),
        ("  a:\n    runs-on: x\n    runs-on: y\n", "the key 'runs-on' stands twice"),
        ("  a: [\n", "this is not valid YAML"),
    ],
)
def test_a_workflow_that_cannot_be_is_refused_before_anything_runs(
    bench: Any, jobs: str, reason: str
) -> None:
    with pytest.raises(ActionError) as caught:
        bench.run(HEAD + jobs)
    assert reason in str(caught.value)
    assert bench.tokens.made == []


def test_a_job_has_a_token_with_just_its_permissions(bench: Any) -> None:
    result = bench.run(
        HEAD.replace("jobs:", "permissions: {contents: read}\njobs:")
        + job("inherits", run="test ${{ github.token }} = token-1-of-sample/kms")
        + job("own", "permissions: {contents: write, packages: write, issues: none}")
        + job("nothing", "permissions: {}", run="test ${{ secrets.GITHUB_TOKEN }} = token-3-of-sample/kms")
        + job("reads", "permissions: read-all")
    )
    assert result.conclusion == "success"
    assert bench.tokens.made[:3] == [{"contents": "read"}, {"contents": "write", "packages": "write"}, {}]
    assert bench.tokens.made[3]["actions"] == "read"
    assert "id-token" not in bench.tokens.made[3]


def test_without_permissions_a_token_is_as_restricted_as_a_new_repositorys(bench: Any) -> None:
    bench.run(HEAD + job("a"))
    assert bench.tokens.made == [{"contents": "read", "packages": "read"}]


def test_a_token_that_is_given_is_used_for_all_jobs(bench: Any) -> None:
    result = bench.run(HEAD + job("a", run="test ${{ github.token }} = mine"), token="mine")
    assert result.conclusion == "success"
    assert bench.tokens.made == []


DISPATCH = """
on:
  release: {types: [published]}
  workflow_dispatch:
    inputs:
      bump: {type: choice, options: [auto, minor], default: auto}
      dry-run: {type: boolean, default: false}
      count: {type: number, default: 2}
      note: {type: string, required: true}
run-name: Release ${{ inputs.bump }}${{ inputs.dry-run && ' (dry)' || '' }}
jobs:
  a:
    runs-on: ubuntu-latest
    outputs:
      seen: ${{ toJSON(inputs) }}
      event: ${{ toJSON(github.event.inputs) }}
    steps: [{run: 'true'}]
"""


def test_a_group_whose_runs_wait_for_each_other_is_understood(bench: Any) -> None:
    groups = ("of-all", "{group: of-all, queue: max, cancel-in-progress: false}")
    for group in groups:
        result = bench.run(
            f"concurrency: {group}\n" + HEAD + job("a", "concurrency: {group: a, queue: single}")
        )
        assert conclusions(result) == {"a": "success"}


def test_inputs_of_a_dispatch_have_their_types_and_defaults(bench: Any) -> None:
    result = bench.run(DISPATCH, inputs={"DRY-RUN": "true", "note": "${{ x }}"})
    assert result.title == "Release auto (dry)"
    seen = result.job("a").outputs["seen"]
    assert seen == '{\n  "bump": "auto",\n  "dry-run": true,\n  "count": 2,\n  "note": "${{ x }}"\n}'
    assert '"note": "${{ x }}"' in result.job("a").outputs["event"]


def test_wrong_inputs_are_reported_all_together(bench: Any) -> None:
    with pytest.raises(ActionError) as caught:
        bench.run(DISPATCH, inputs={"bump": "huge", "dry-run": "maybe", "count": "x", "other": 1})
    text = str(caught.value)
    assert text.startswith("1. the workflow has no input 'other'")
    assert "must be one of auto, minor and is 'huge'" in text
    assert "must be true or false and is 'maybe'" in text
    assert "must be a number and is 'x'" in text
    assert "'note' is required and not given" in text


def test_an_event_starts_only_the_workflows_that_listen_to_it(bench: Any) -> None:
    published = {"action": "published", "release": {"tag_name": "v1.0.0"}}
    assert bench.run(DISPATCH, event_name="release", payload=published).conclusion == "success"
    for event, payload in (("release", {"action": "created"}), ("push", {})):
        with pytest.raises(ActionError, match="is not started by"):
            bench.run(DISPATCH, event_name=event, payload=payload)


CALLED = """
name: Called
on:
  workflow_call:
    inputs:
      tag: {type: string, required: true}
      loud: {type: boolean, default: false}
    secrets:
      password: {required: true}
    outputs:
      said: {value: "${{ jobs.inner.outputs.said }}"}
permissions: {contents: write}
jobs:
  inner:
    runs-on: ubuntu-latest
    outputs: {said: "${{ steps.s.outputs.said }}"}
    steps:
      - id: s
        env: {PASSWORD: "${{ secrets.password }}"}
        run: |
          echo "${{ github.workflow }} ${{ github.event_name }} ${{ inputs.loud }}"
          echo "${PASSWORD:+has it} ${{ secrets.OTHER || 'no other' }}"
          echo "said=<${{ inputs.tag }}>" >> "$GITHUB_OUTPUT"
"""

CALLER = """
name: Caller
on: workflow_dispatch
jobs:
  calls:
    uses: {uses}
    permissions: {{contents: {access}}}
    with: {{tag: "v${{{{ github.run_number }}}}", loud: true}}
    secrets: {secrets}
  after:
    needs: calls
    runs-on: ubuntu-latest
    steps: [{{run: 'test "${{{{ needs.calls.outputs.said }}}}" = "<v1>"'}}]
"""


@pytest.mark.parametrize("uses", ["./.github/workflows/called.yml", "$/.github/workflows/called.yml"])
@pytest.mark.parametrize(
    ("secrets", "other"),
    [("inherit", "of the repository"), ("{password: '${{ secrets.PASSWORD }}'}", "no other")],
)
def test_a_reusable_workflow_gets_inputs_and_secrets_and_gives_outputs(
    make_bench: Any, uses: str, secrets: str, other: str
) -> None:
    bench = make_bench(secrets={"PASSWORD": "hunter2", "OTHER": "of the repository"})
    bench.write({".github/workflows/called.yml": CALLED})
    result = bench.run(CALLER.format(uses=uses, access="write", secrets=secrets))
    assert conclusions(result) == {"calls": "success", "after": "success"}
    log = result.job("calls").job("inner").step("s").log
    assert f"\nCaller workflow_dispatch true\nhas it {other}" in log.replace("***", "of the repository")
    assert (bench.runner.work / "run-1-1" / "calls.inner").is_dir()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"access": "read"},
            "the called job 'inner' asks for more than its caller may do\nwhy: the caller has contents: read",
        ),
        ({"secrets": "{}"}, "called.yml needs the secret 'password'"),
        ({"secrets": "{password: x, more: y}"}, "called.yml has no secret 'more'"),
        ({"uses": "./.github/workflows/none.yml"}, "there is no such file"),
        ({"uses": "./.github/workflows/main.yml"}, "main.yml cannot be called"),
        ({"uses": "some/body/.github/workflows/x.yml@v1"}, "which is not here"),
    ],
)
def test_a_call_that_cannot_be_makes_the_job_fail_with_a_reason(
    bench: Any, change: dict[str, str], reason: str
) -> None:
    bench.write({".github/workflows/called.yml": CALLED})
    good = {"uses": "./.github/workflows/called.yml", "access": "write", "secrets": "{password: x}"}
    result = bench.run(CALLER.format(**{**good, **change}))
    calls = result.job("calls")
    notes = [*calls.annotations, *(note for inner in calls.jobs for note in inner.annotations)]
    assert conclusions(result) == {"calls": "failure", "after": "skipped"}
    assert reason in notes[0].message


def test_a_workflow_of_a_named_repository_brings_its_own_actions(make_bench: Any, tmp_path: Any) -> None:
    theirs = tmp_path / "theirs"
    bench = make_bench(repositories={"their/actions": theirs})
    files = {
        ".github/workflows/x.yml": "on: workflow_call\njobs: {x: {runs-on: y, steps: [{uses: $/say}]}}\n",
        "say/action.yml": "runs: {using: composite, steps: [{shell: bash, run: echo from theirs}]}\n",
    }
    for name, text in files.items():
        (theirs / name).parent.mkdir(parents=True, exist_ok=True)
        (theirs / name).write_text(text)
    result = bench.run(HEAD + "  a:\n    uses: their/actions/.github/workflows/x.yml@v1\n")
    assert "from theirs" in result.job("a").job("x").steps[0].log

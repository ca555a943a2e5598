from __future__ import annotations

from typing import Any

import pytest

from pipeline.rehearsal.runner import HostProcess, NoEngine


def outcomes(result: Any) -> dict[str, str]:
    return {step.name: str(step.outcome) for step in result.job("only").steps}


def test_steps_pass_outputs_environment_and_path_on(bench: Any) -> None:
    result = bench.steps(
        """
        - id: first
          run: |
            echo "greeting=hello $NAME" >> "$GITHUB_OUTPUT"
            printf 'LATER<<X\\ntwo\\nlines\\nX\\n' >> "$GITHUB_ENV"
            echo "$RUNNER_TEMP/tools" >> "$GITHUB_PATH"
          env:
            NAME: ${{ github.actor }}
        - id: second
          run: |
            echo "said=${{ steps.first.outputs.greeting }}" >> "$GITHUB_OUTPUT"
            echo "later=$(echo "$LATER" | tr '\\n' '|')" >> "$GITHUB_OUTPUT"
            echo "front=${PATH%%:*}" >> "$GITHUB_OUTPUT"
            echo "name=${NAME-unset}" >> "$GITHUB_OUTPUT"
            echo "env=${{ env.LATER != '' }}" >> "$GITHUB_OUTPUT"
        """,
        actor="somebody",
    )
    second = result.job("only").step("second")
    assert second.outputs == {
        "said": "hello somebody",
        "later": "two|lines|",
        "front": str(bench.runner.work / "run-1-1/only/_temp/tools"),
        "name": "unset",
        "env": "true",
    }


def test_a_failed_step_skips_the_rest_but_for_those_that_ask(bench: Any) -> None:
    result = bench.steps(
        """
        - name: fails
          run: exit 3
        - name: skipped
          run: echo never
        - name: on failure
          if: failure()
          run: echo sees ${{ steps.__run.outcome }}
        - name: always
          if: ${{ always() && github.ref == 'refs/heads/main' }}
          run: "true"
        """
    )
    assert outcomes(result) == {
        "fails": "failure",
        "skipped": "skipped",
        "on failure": "success",
        "always": "success",
    }
    assert result.conclusion == "failure"
    assert result.job("only").step("fails").annotations[0].message == "Process completed with exit code 3."
    assert "sees failure" in result.job("only").step("on failure").log


def test_a_step_that_may_fail_does_not_make_the_job_fail(bench: Any) -> None:
    result = bench.steps(
        """
        - id: risky
          continue-on-error: ${{ github.event_name == 'workflow_dispatch' }}
          run: "false"
        - run: test ${{ steps.risky.outcome }} = failure && test ${{ steps.risky.conclusion }} = success
        """
    )
    assert result.conclusion == "success"
    risky = result.job("only").step("risky")
    assert (risky.outcome, risky.conclusion) == ("failure", "success")


@pytest.mark.parametrize(
    ("shell", "outcome"), [("", "success"), ("shell: bash", "failure"), ("shell: sh", "success")]
)
def test_only_a_named_bash_fails_inside_a_pipe(bench: Any, shell: str, outcome: str) -> None:
    result = bench.steps(f"- run: false | true\n  {shell}")
    assert result.conclusion == outcome


def test_a_script_ends_at_its_first_error(bench: Any) -> None:
    result = bench.steps("- run: |\n    false\n    echo still here")
    assert result.conclusion == "failure"
    assert "\nstill here" not in result.job("only").steps[0].log


def test_a_script_starts_in_a_clean_environment(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "of somebody else")
    monkeypatch.setenv("INPUT_BUMP", "major")
    monkeypatch.setenv("CARGO_HOME", "/elsewhere")
    result = bench.steps("- run: env | cut -d= -f1 | sort")
    names = set(result.job("only").steps[0].log.splitlines())
    assert not names & {"GITHUB_TOKEN", "INPUT_BUMP", "CARGO_HOME"}
    assert names > {"GITHUB_OUTPUT", "GITHUB_REPOSITORY_OWNER", "RUNNER_TEMP", "RUNNER_OS", "CI", "HOME"}


def test_an_expression_in_a_script_is_text_of_the_script_and_a_variable_is_not(bench: Any) -> None:
    title = "$(echo injected)"
    result = bench.steps(
        """
        - name: by expression
          run: echo "<${{ github.event.title }}>"
        - name: by variable
          env:
            TITLE: ${{ github.event.title }}
          run: echo "<$TITLE>"
        """,
        payload={"title": title},
    )
    job = result.job("only")
    assert "\n<injected>" in job.step("by expression").log
    assert f"\n<{title}>" in job.step("by variable").log


@pytest.mark.parametrize(
    "value",
    [
        "a\nEOF\nforged=yes",
        "ghadelimiter",
        "::error::x",
        "${{ secrets.X }}",
        "é\u2028 \x85",
        "\\n$HOME`id`",
        "a=b<<c",
    ],
)
def test_an_output_comes_back_as_it_was_written(bench: Any, value: str) -> None:
    result = bench.steps(
        """
        - id: one
          env:
            VALUE: ${{ github.event.value }}
          run: printf 'value<<d-7f3a\\n%s\\nd-7f3a\\n' "$VALUE" >> "$GITHUB_OUTPUT"
        - id: two
          env:
            VALUE: ${{ steps.one.outputs.value }}
          run: printf 'value<<d-7f3a\\n%s\\nd-7f3a\\n' "$VALUE" >> "$GITHUB_OUTPUT"
        """,
        payload={"value": value},
    )
    assert result.job("only").step("two").outputs == {"value": value}


def test_a_malformed_output_file_makes_the_step_fail(bench: Any) -> None:
    result = bench.steps("- run: echo nonsense >> $GITHUB_OUTPUT")
    assert result.conclusion == "failure"
    assert "invalid format 'nonsense'" in result.job("only").steps[0].annotations[0].message


def test_a_summary_that_is_too_large_is_dropped_and_the_step_goes_on(bench: Any) -> None:
    result = bench.steps(
        """
        - run: echo '# Fine' >> $GITHUB_STEP_SUMMARY
        - run: head -c 1048577 /dev/zero | tr '\\0' x >> $GITHUB_STEP_SUMMARY
        """
    )
    first, second = result.job("only").steps
    assert (first.summary, second.summary) == ("# Fine\n", "")
    assert second.outcome == "success"
    assert "the job summary is dropped" in second.annotations[0].message


def test_secrets_are_masked_in_logs_summaries_and_outputs_of_jobs(make_bench: Any) -> None:
    bench = make_bench(secrets={"PASSWORD": "hunter2-and-more"})
    result = bench.run(
        """
        on: workflow_dispatch
        jobs:
          only:
            runs-on: ubuntu-latest
            outputs:
              leak: x${{ steps.s.outputs.value }}
              fine: y
            steps:
              - id: s
                env:
                  P: ${{ secrets.PASSWORD }}
                run: |
                  echo "it is $P and ${{ github.token }}"
                  echo "value=$P" >> $GITHUB_OUTPUT
                  echo "$P" >> $GITHUB_STEP_SUMMARY
        """
    )
    job = result.job("only")
    assert "it is *** and ***" in job.step("s").log
    assert "hunter2" not in job.step("s").log + job.step("s").summary
    assert job.outputs == {"fine": "y"}
    assert [note.message for note in job.annotations] == ["Skip output 'leak' since it may contain secret."]


def test_an_expression_that_cannot_be_makes_the_step_fail_with_a_reason(bench: Any) -> None:
    result = bench.steps("- run: echo ${{ machine.os }}")
    assert result.conclusion == "failure"
    assert "there is no context 'machine' here" in result.job("only").steps[0].annotations[0].message


@pytest.mark.parametrize(
    ("uses", "reason"),
    [
        ("docker/setup-buildx-action@v3", "which is not here"),
        ("docker://alpine:3", "does not understand"),
        ("./nowhere", "there is no action in"),
    ],
)
def test_somebody_elses_action_is_an_error_that_says_so(bench: Any, uses: str, reason: str) -> None:
    result = bench.steps(f"- uses: {uses}")
    job = result.job("only")
    notes = [*job.annotations, *(note for step in job.steps for note in step.annotations)]
    assert result.conclusion == "failure"
    assert reason in notes[0].message


def test_somebody_elses_action_that_is_skipped_does_no_harm(bench: Any) -> None:
    """A runner downloads it first and never runs it; so it may be missing here."""
    bench.write(
        {
            "outer/action.yml": "name: n\nruns:\n  using: composite\n  steps:\n"
            "    - {if: false, uses: some/body@v1}\n    - {shell: bash, run: 'true'}\n"
        }
    )
    result = bench.steps(
        """
        - id: theirs
          if: ${{ inputs.never }}
          uses: docker/setup-qemu-action@v4
        - uses: $/outer
        """
    )
    job = result.job("only")
    assert (str(result.conclusion), str(job.step("theirs").conclusion)) == ("success", "skipped")


def test_somebody_elses_action_fails_in_its_own_step(bench: Any) -> None:
    result = bench.steps("- {id: before, run: 'true'}\n- {id: theirs, uses: some/body@v1}")
    steps = result.job("only").steps
    assert [(step.id, str(step.conclusion)) for step in steps] == [
        ("before", "success"),
        ("theirs", "failure"),
    ]
    assert "which is not here" in steps[1].annotations[0].message


@pytest.mark.parametrize("of_job", [False, True])
def test_a_script_that_takes_too_long_is_ended_with_all_it_started(bench: Any, of_job: bool) -> None:
    limit = "timeout-minutes: 0.01"
    result = bench.run(
        "on: workflow_dispatch\njobs:\n  only:\n    runs-on: ubuntu-latest\n"
        f"    {limit if of_job else ''}\n    steps:\n"
        f"      - name: slow\n        run: sleep 300 | cat\n        {'' if of_job else limit}\n"
    )
    slow = result.job("only").step("slow")
    assert slow.seconds < 20
    assert slow.annotations[0].message == "The action 'slow' has timed out after 0.01 minutes."


def test_an_environment_that_is_too_large_makes_the_step_fail(bench: Any) -> None:
    result = bench.steps(
        "- run: 'true'\n  env: {BIG: '${{ github.event.big }}'}", payload={"big": "x" * 200_000}
    )
    assert "Argument list too long" in result.job("only").steps[0].annotations[0].message


def test_without_an_engine_the_program_of_an_action_can_run_on_this_machine(make_bench: Any) -> None:
    missing = NoEngine(reason="this test has none")
    bench = make_bench(
        engine=HostProcess(
            command=("python3", "-c"), programs=("import os; print(os.getcwd())",), missing=missing
        )
    )
    show = "runs: {using: docker, image: ../Dockerfile, args: ['%s']}\ninputs: {a-b: {default: '1'}}\n"
    bench.write(
        {
            "here/action.yml": show % "import os; print(os.getcwd())",
            "there/action.yml": show % "something else",
        }
    )
    result = bench.steps("- id: here\n  uses: $/here\n- id: there\n  uses: $/there\n")
    job = result.job("only")
    assert f"\n{bench.runner.work}/run-1-1/only/kms/kms" in job.step("here").log
    assert (
        "there is no Docker engine to use\nwhy: this test has none"
        in job.step("there").annotations[0].message
    )


def test_a_container_action_without_an_engine_says_what_is_missing(bench: Any) -> None:
    bench.write(
        {
            "tool/action.yml": "name: t\ndescription: t\nruns:\n  using: docker\n  image: ../Dockerfile\n",
            "Dockerfile": "FROM debian:trixie-slim\n",
        }
    )
    result = bench.steps("- uses: $/tool")
    build = result.job("only").step("Build $/tool")
    assert result.conclusion == "failure"
    assert "there is no Docker engine to use\nwhy: this test has none" in build.annotations[0].message

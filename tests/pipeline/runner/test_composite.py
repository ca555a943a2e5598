from __future__ import annotations

from typing import Any

OUTER = """
name: Outer
inputs:
  name: {default: "${{ github.actor }}"}
  dry-run: {default: "false"}
outputs:
  greeting: {value: "${{ steps.inner.outputs.said }}"}
  folder: {value: "${{ steps.here.outputs.folder }}"}
runs:
  using: composite
  steps:
    - id: here
      shell: bash
      run: |
        echo "folder=${{ github.action_path }}" >> $GITHUB_OUTPUT
        env | grep -c '^INPUT_' || true
        echo "around: $AROUND of: $OF_JOB"
        echo LATER=1 >> $GITHUB_ENV
    - id: inner
      uses: $/deep/inner
      with: {name: "${{ inputs.name }}"}
      if: inputs.dry-run != 'true'
    - shell: bash
      run: echo '# Outer' >> $GITHUB_STEP_SUMMARY
"""

INNER = """
name: Inner
inputs:
  name: {required: true}
outputs:
  said: {value: "hello ${{ inputs.name }}${{ steps.last.outputs.mark }}"}
runs:
  using: composite
  steps:
    - id: last
      run: echo "mark=!" >> "$GITHUB_OUTPUT"
      shell: bash
"""


def test_a_composite_action_runs_its_steps_and_gives_outputs(bench: Any) -> None:
    bench.write({"action.yml": OUTER, "deep/inner/action.yml": INNER})
    result = bench.steps(
        """
        - id: whole
          uses: $/
          env: {AROUND: step}
          with: {Name: there}
        - run: test "${{ steps.whole.outputs.greeting }}|$LATER|$AROUND" = "hello there!|1|"
        """,
        actor="me",
    )
    whole = result.job("only").step("whole")
    assert result.conclusion == "success"
    assert whole.outputs["greeting"] == "hello there!"
    assert whole.outputs["folder"].startswith(str(bench.runner.work / "_actions/sample/kms/"))
    assert [step.id for step in whole.steps] == ["here", "inner", "__run"]
    assert [step.id for step in whole.steps[1].steps] == ["last"]
    assert whole.summary == "# Outer\n"
    assert "\n0\naround: step of: \n" in whole.log


def test_a_composite_action_does_not_see_secrets_and_stops_at_a_failure(make_bench: Any) -> None:
    bench = make_bench(secrets={"PASSWORD": "hunter2"})
    step = "shell: bash, run: "
    steps = f"[{{{step}exit 1}}, {{{step}'true'}}, {{if: failure(), {step}'true'}}]"
    bench.write(
        {
            "sees/action.yml": "name: n\nruns:\n  using: composite\n  steps:\n"
            "    - {shell: bash, run: 'echo ${{ secrets.PASSWORD }}'}\n",
            "stops/action.yml": f"name: n\nruns:\n  using: composite\n  steps: {steps}\n",
        }
    )
    result = bench.steps("- id: sees\n  uses: $/sees\n- id: stops\n  uses: $/stops\n  if: always()\n")
    job = result.job("only")
    assert "there is no context 'secrets' here" in job.step("sees").annotations[0].message
    assert [str(step.outcome) for step in job.step("stops").steps] == ["failure", "skipped", "success"]
    assert job.step("stops").outcome == "failure"


def test_a_composite_step_that_runs_a_script_must_name_its_shell(bench: Any) -> None:
    bench.write({"bad/action.yml": "name: n\nruns:\n  using: composite\n  steps: [{run: 'true'}]\n"})
    result = bench.steps("- uses: $/bad")
    assert "runs a script without a shell" in result.job("only").annotations[0].message

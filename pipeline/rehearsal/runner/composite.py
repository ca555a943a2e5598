"""Run a composite action: its steps see its inputs, and no INPUT_… variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.rehearsal.runner.action import CompositeAction
from pipeline.rehearsal.runner.expressions import Scope, Value, fill_text
from pipeline.rehearsal.runner.frame import Frame
from pipeline.rehearsal.runner.results import StepResult
from pipeline.rehearsal.runner.source import Source
from pipeline.rehearsal.runner.steprun import StepRun
from pipeline.rehearsal.runner.workflow import Step

#: Contexts of the job that a composite action sees too; secrets and needs are not among them.
_SEEN = ("job", "runner", "matrix", "strategy")


def run_composite(
    run: StepRun,
    action: CompositeAction,
    inputs: Mapping[str, str],
    source: Source,
    run_steps: Callable[[Frame, Sequence[Step]], tuple[StepResult, ...]],
) -> bool:
    """Run the steps of ``action`` and evaluate its outputs; tell whether none failed."""
    outer = run.frame
    contexts: dict[str, Value] = {name: outer.contexts[name] for name in _SEEN if name in outer.contexts}
    inner = Frame(
        job=outer.job,
        source=source,
        contexts={**contexts, "inputs": dict(inputs)},
        github={**run.github, "action_path": str(action.folder)},
        env={name: value for name, value in run.env.items() if name in {*outer.env, *run.step.env}},
        composite=True,
    )
    run.children = run_steps(inner, action.steps)
    for child in run.children:
        run.log.lines += [f"##[group]{child.name}", child.log, "##[endgroup]"]
    scope = Scope(contexts=inner.scope(env=outer.job.env, github={}).contexts)
    run.outputs |= {name: fill_text(value, scope) for name, value in action.outputs.items()}
    return not inner.failed

"""Run steps one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from actionkit.errors import ActionError
from pipeline.rehearsal.runner.action import CompositeAction, DockerAction, read_action
from pipeline.rehearsal.runner.artifacts import run_download, run_upload
from pipeline.rehearsal.runner.checkout import run_checkout
from pipeline.rehearsal.runner.composite import run_composite
from pipeline.rehearsal.runner.container import run_container
from pipeline.rehearsal.runner.expressions import fill, fill_texts, holds
from pipeline.rehearsal.runner.frame import Frame
from pipeline.rehearsal.runner.resolve import BuiltIn, BuiltInName, Elsewhere, resolve_action
from pipeline.rehearsal.runner.results import Conclusion, StepResult
from pipeline.rehearsal.runner.script import run_script
from pipeline.rehearsal.runner.steprun import StepRun
from pipeline.rehearsal.runner.workflow import Step

_BUILT_IN: Final[Mapping[BuiltInName, Callable[[StepRun], bool]]] = {
    "actions/checkout": run_checkout,
    "actions/upload-artifact": run_upload,
    "actions/download-artifact": run_download,
}


def run_steps(frame: Frame, steps: Sequence[Step]) -> tuple[StepResult, ...]:
    """Run all steps whose condition holds; a step that fails makes the list fail, but not end."""
    return tuple(_run_step(frame, step) for step in steps)


def _run_step(frame: Frame, step: Step) -> StepResult:
    run = StepRun.begin(frame, step)
    watcher, label = frame.job.machine.watcher, frame.job.label
    outcome = _outcome(run)
    result = run.end(outcome=outcome, conclusion=_conclusion(run, outcome))
    frame.steps[run.name] = {
        "outputs": dict(result.outputs),
        "outcome": str(outcome),
        "conclusion": str(result.conclusion),
    }
    frame.failed = frame.failed or result.conclusion is Conclusion.FAILURE
    watcher.step_ended(label, result)
    return result


def _outcome(run: StepRun) -> Conclusion:
    try:
        run.env |= fill_texts(run.step.env, run.scope())
        if not holds(run.step.condition, run.scope()):
            return Conclusion.SKIPPED
        run.announce()
        good = _dispatch(run)
    except (ActionError, OSError) as problem:  # an OSError is a command line or environment that is too long
        run.log.error(str(problem))
        return Conclusion.FAILURE
    return Conclusion.SUCCESS if good and not run.log.broken else Conclusion.FAILURE


def _conclusion(run: StepRun, outcome: Conclusion) -> Conclusion:
    try:
        forgiven = fill(run.step.continue_on_error, run.scope()) is True
    except ActionError as problem:
        run.log.error(str(problem))
        return Conclusion.FAILURE
    return Conclusion.SUCCESS if forgiven and outcome is Conclusion.FAILURE else outcome


def _dispatch(run: StepRun) -> bool:
    """Run what the step says; tell whether it went well."""
    if run.step.run:
        return run_script(run)
    target = resolve_action(run.step.uses, run.frame, run.step.where)
    if isinstance(target, BuiltIn):
        return _BUILT_IN[target.name](run)
    if isinstance(target, Elsewhere):
        raise target.problem
    action = read_action(target.folder)
    inputs = run.inputs(action.inputs)
    match action:
        case DockerAction():
            return run_container(run, action, inputs)
        case CompositeAction():
            return run_composite(run, action, inputs, target.source, run_steps)

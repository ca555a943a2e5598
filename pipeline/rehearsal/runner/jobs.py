"""Run the jobs of a workflow in the order of their needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Final, assert_never

from actionkit.errors import ActionError, InputError
from pipeline.rehearsal.runner.call import Call
from pipeline.rehearsal.runner.expressions import Scope, Value, fill, fill_text, fill_texts, holds
from pipeline.rehearsal.runner.inputs import bind_inputs
from pipeline.rehearsal.runner.job import run_steps_job
from pipeline.rehearsal.runner.matrix import Leg, legs
from pipeline.rehearsal.runner.permissions import Access, effective, require_within
from pipeline.rehearsal.runner.resolve import resolve_workflow
from pipeline.rehearsal.runner.results import Annotation, Conclusion, JobResult, WorkflowResult
from pipeline.rehearsal.runner.workflow import CallJob, Job, StepsJob, Workflow, read_workflow

#: How deep reusable workflows may call each other:
#: https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations
_DEEPEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A job whose turn it is, with the results so far."""

    call: Call
    job: Job
    permissions: Mapping[str, Access]
    done: Mapping[str, JobResult]
    suffix: str = ""
    matrix: Mapping[str, Value] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.job.id}{self.suffix}"

    @property
    def label(self) -> str:
        return f"{self.call.label} / {self.id}".removeprefix(" / ")

    @property
    def name(self) -> str:
        return self.job.name or self.id

    def contexts(self) -> dict[str, Value]:
        """Give what a job has beside its call: ``needs``, ``matrix`` and ``strategy``."""
        return {"needs": self.needs(), **self.matrix}

    def on(self, leg: Leg) -> _Turn:
        """Give the turn of one job of the matrix; its name may speak of the matrix."""
        turn = replace(self, suffix=leg.suffix, matrix=leg.contexts())
        return replace(turn, job=replace(self.job, name=fill_text(self.job.name, turn.scope())))

    def needs(self) -> dict[str, Value]:
        return {
            need: {"result": str(self.done[need].conclusion), "outputs": dict(self.done[need].outputs)}
            for need in self.job.needs
        }

    def scope(self) -> Scope:
        """Give what a job's own keys may use; ``failure()`` looks at all jobs before, also distant ones."""
        nearest = [self.done[need].conclusion for need in self.job.needs]
        before = [self.done[job].conclusion for job in _before(self.call.workflow, self.job)]
        statuses = {
            "success": all(conclusion is Conclusion.SUCCESS for conclusion in nearest),
            "failure": Conclusion.FAILURE in before,
            "always": True,
            "cancelled": False,
        }
        return Scope(contexts={**self.call.contexts(), **self.contexts()}, statuses=statuses)


def run_call(call: Call) -> WorkflowResult:
    """Run all jobs of a workflow, one after the other; a job that fails does not raise."""
    permissions = effective(call.workflow.permissions, call.permissions)
    done: dict[str, JobResult] = {}
    for job in _in_order(call.workflow):
        done[job.id] = _run_job(_Turn(call=call, job=job, permissions=permissions, done=done))
    failed = any(result.conclusion is Conclusion.FAILURE for result in done.values())
    return WorkflowResult(
        name=call.workflow.name,
        title=fill_text(call.workflow.run_name, call.scope()) or call.title,
        conclusion=Conclusion.FAILURE if failed else Conclusion.SUCCESS,
        jobs=tuple(done[job.id] for job in call.workflow.jobs),
        outputs=_outputs(call, done),
    )


def _run_job(turn: _Turn) -> JobResult:
    """Run a job, or all jobs of its matrix: those are then the ``jobs`` of the result."""
    try:
        if not holds(turn.job.condition, turn.scope()):
            return _ended(turn, _empty_result(turn, Conclusion.SKIPPED))
        every = legs(turn.job.strategy, turn.scope())
    except ActionError as problem:
        return _ended(turn, _broken(turn, problem))
    if not turn.job.strategy.matrix:
        return _run_leg(turn, every[0])
    results: list[JobResult] = []
    for leg in every:
        over = leg.fail_fast and any(result.conclusion is Conclusion.FAILURE for result in results)
        results.append(_cancelled(turn, leg) if over else _run_leg(turn, leg))
    return _joined(turn, tuple(results))


def _run_leg(turn: _Turn, leg: Leg) -> JobResult:
    started = turn.call.machine.clock()
    try:
        turn = turn.on(leg)
        turn.call.machine.watcher.job_started(turn.label, turn.name)
        result = _result(turn)
    except ActionError as problem:
        result = _broken(turn, problem)
    seconds = (turn.call.machine.clock() - started).total_seconds()
    return _ended(turn, replace(result, id=turn.id, name=turn.name, started=started, seconds=seconds))


def _cancelled(turn: _Turn, leg: Leg) -> JobResult:
    turn = turn.on(leg)
    return _ended(turn, _empty_result(turn, Conclusion.CANCELLED))


def _ended(turn: _Turn, result: JobResult) -> JobResult:
    turn.call.machine.watcher.job_ended(turn.label, result)
    return result


def _joined(turn: _Turn, results: tuple[JobResult, ...]) -> JobResult:
    """Sum a matrix up; of an output that several jobs set, the last one counts."""
    failed = any(result.conclusion is Conclusion.FAILURE for result in results)
    return JobResult(
        id=turn.job.id,
        name=turn.name,
        conclusion=Conclusion.FAILURE if failed else Conclusion.SUCCESS,
        started=results[0].started,
        seconds=sum(result.seconds for result in results),
        outputs={name: value for result in results for name, value in result.outputs.items()},
        permissions=results[0].permissions,
        jobs=results,
    )


def _broken(turn: _Turn, problem: ActionError) -> JobResult:
    note = Annotation(level="error", message=str(problem))
    return replace(_empty_result(turn, Conclusion.FAILURE), annotations=(note,))


def _empty_result(turn: _Turn, conclusion: Conclusion) -> JobResult:
    now = turn.call.machine.clock()
    return JobResult(id=turn.id, name=turn.name, conclusion=conclusion, started=now, seconds=0)


def _result(turn: _Turn) -> JobResult:
    permissions = effective(turn.job.permissions, turn.permissions)
    if turn.call.label:
        require_within(permissions, turn.call.permissions, turn.job.id)
    match turn.job:
        case StepsJob() as job:
            return run_steps_job(turn.call, job, turn.label, turn.contexts(), permissions)
        case CallJob() as job:
            called = run_call(_called(turn, job, permissions))
            return replace(
                _empty_result(turn, called.conclusion),
                outputs=called.outputs,
                permissions=permissions,
                jobs=called.jobs,
            )
        case other:
            assert_never(other)


def _called(turn: _Turn, job: CallJob, permissions: Mapping[str, Access]) -> Call:
    call = turn.call
    if call.label.count(" / ") >= _DEEPEST:
        raise InputError(
            f"{job.id} calls workflows more than {_DEEPEST} deep", fix="look for a workflow that calls itself"
        )
    path, source = resolve_workflow(job.uses, call.source, call.machine, f"the job {job.id}")
    workflow = read_workflow(path)
    if "workflow_call" not in workflow.events:
        raise InputError(
            f"{path.name} cannot be called", fix="add it to the file", yaml="on:\n  workflow_call:"
        )
    given = {name: fill(value, turn.scope()) for name, value in job.inputs.items()}
    return replace(
        call,
        workflow=workflow,
        source=source,
        label=turn.label,
        inputs=bind_inputs(workflow.inputs("workflow_call"), given, call.scope()),
        secrets=_secrets(turn, job, workflow),
        permissions=permissions,
    )


def _secrets(turn: _Turn, job: CallJob, workflow: Workflow) -> Mapping[str, str]:
    if job.inherits_secrets:
        return turn.call.secrets
    contexts = {**turn.scope().contexts, "secrets": dict(turn.call.secrets)}
    given = fill_texts(job.secrets, Scope(contexts=contexts))
    declared = workflow.secrets()
    for name in given:
        if name not in declared:
            raise InputError(
                f"{workflow.path.name} has no secret {name!r}", why=f"it declares {', '.join(declared)}"
            )
    for name, required in declared.items():
        if required and name not in given:
            raise InputError(
                f"{workflow.path.name} needs the secret {name!r}", fix=f"pass it in the job {job.id}"
            )
    return given


def _outputs(call: Call, done: Mapping[str, JobResult]) -> dict[str, str]:
    if not call.label:
        return {}
    jobs: dict[str, Value] = {
        job: {"result": str(result.conclusion), "outputs": dict(result.outputs)}
        for job, result in done.items()
    }
    return fill_texts(call.workflow.outputs(), call.scope(jobs=jobs))


def _in_order(workflow: Workflow) -> Iterator[Job]:
    jobs = {job.id: job for job in workflow.jobs}
    for job in workflow.jobs:
        for need in job.needs:
            if need not in jobs:
                raise InputError(
                    f"the job {job.id!r} needs {need!r}, which is no job", file=workflow.path.name
                )
    try:
        order = tuple(TopologicalSorter({job.id: job.needs for job in workflow.jobs}).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise InputError(f"jobs need each other in a circle: {circle}", file=workflow.path.name) from error
    return (jobs[job] for job in order)


def _before(workflow: Workflow, job: Job) -> set[str]:
    jobs = {one.id: one for one in workflow.jobs}
    return set(job.needs).union(*(_before(workflow, jobs[need]) for need in job.needs))

"""Run a job with steps: folders, token, images, steps, outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from actionkit.errors import ActionError, InputError
from pipeline.rehearsal.runner.call import Call
from pipeline.rehearsal.runner.checkout import CREDENTIALS
from pipeline.rehearsal.runner.early import build_early
from pipeline.rehearsal.runner.environment import runner_context, write_event
from pipeline.rehearsal.runner.expressions import Scope, Value, fill, fill_text, fill_texts, to_text
from pipeline.rehearsal.runner.frame import Frame, RunningJob, minutes
from pipeline.rehearsal.runner.masking import Masker
from pipeline.rehearsal.runner.permissions import Access
from pipeline.rehearsal.runner.results import Annotation, Conclusion, JobResult
from pipeline.rehearsal.runner.rooms import Rooms
from pipeline.rehearsal.runner.steps import run_steps
from pipeline.rehearsal.runner.workflow import StepsJob

_UNFIT: Final = re.compile(r"[^\w.-]+")
"""What is left out of a folder's name: the values of a matrix may be anything."""


def run_steps_job(
    call: Call, job: StepsJob, label: str, contexts: Mapping[str, Value], permissions: Mapping[str, Access]
) -> JobResult:
    """Run a job in folders of its own and with a token of its own.

    ``contexts`` are those that the job has beside its call's: ``needs``, ``matrix`` and ``strategy``.
    """
    machine = call.machine
    started = machine.clock()
    running = _set_up(call, job, label, contexts, permissions)
    frame = Frame(job=running, source=call.source, contexts=running.contexts)
    machines = _runs_on(job, frame)
    steps = build_early(frame, job.steps)
    if not frame.failed:
        steps += run_steps(frame, job.steps)
    for path in running.rooms.temp.glob(f"{CREDENTIALS}*"):
        path.unlink()
    outputs, notes = _outputs(frame, job)
    return JobResult(
        id=job.id,
        name=job.name,
        runs_on=machines,
        conclusion=Conclusion.FAILURE if frame.failed else Conclusion.SUCCESS,
        started=started,
        seconds=(machine.clock() - started).total_seconds(),
        outputs=outputs,
        permissions=permissions,
        steps=steps,
        annotations=notes,
    )


def _set_up(
    call: Call, job: StepsJob, label: str, own: Mapping[str, Value], permissions: Mapping[str, Access]
) -> RunningJob:
    machine = call.machine
    folder = _UNFIT.sub("-", label.replace(" / ", ".")).strip("-")
    base = machine.work / f"run-{call.event.run_id}-{call.event.run_attempt}" / folder
    rooms = Rooms(base=base, repository=call.event.repository)
    token = call.token or machine.tokens(repository=call.event.repository, permissions=permissions)
    masker = Masker()
    for secret in (token, *call.secrets.values(), *machine.secrets.values()):
        masker.add(secret)
    github = {**call.github(), "job": job.id, "token": token}
    github |= {"workspace": str(rooms.workspace), "event_path": str(rooms.event)}
    contexts: dict[str, Value] = {
        **call.contexts(),
        "github": github,
        **own,
        "secrets": {**call.secrets, "GITHUB_TOKEN": token},
        "job": call.job_context(),
        "runner": runner_context(rooms),
    }
    running = RunningJob(
        label=label,
        machine=machine,
        rooms=rooms,
        token=token,
        masker=masker,
        contexts=contexts,
        github=github,
        shell=job.shell,
        working_directory=job.working_directory,
        started=machine.clock(),
        timeout_minutes=minutes(job.timeout_minutes, Scope(contexts=contexts)),
    )
    _fill_env(running, call, job)
    rooms.make()
    write_event(rooms, call.event.payload)
    return running


def _runs_on(job: StepsJob, frame: Frame) -> tuple[str, ...]:
    """Evaluate the labels of the machine that the job asks for; here all run on this one."""
    scope = frame.scope(env={}, github={})
    written = job.runs_on.get("labels") if isinstance(job.runs_on, Mapping) else job.runs_on
    whole = fill(written, scope)
    labels = tuple(fill_text(one, scope) for one in (whole if isinstance(whole, list) else [whole]))
    if not all(labels):
        raise InputError(f"runs-on of the job {job.id} is empty", why=f"it is {to_text(written)}")
    return labels


def _fill_env(running: RunningJob, call: Call, job: StepsJob) -> None:
    frame = Frame(job=running, source=call.source, contexts=running.contexts)
    for templates in (call.workflow.env, job.env):
        running.env |= fill_texts(templates, frame.scope(env=running.env, github={}))


def _outputs(frame: Frame, job: StepsJob) -> tuple[dict[str, str], tuple[Annotation, ...]]:
    """Evaluate the job's outputs; one that has a secret in it is not passed on, with a warning."""
    try:
        values = fill_texts(job.outputs, frame.scope(env=frame.job.env, github={}))
    except ActionError as problem:
        frame.failed = True
        return {}, (Annotation(level="error", message=str(problem)),)
    hidden = [name for name, value in values.items() if frame.job.masker.hides(value)]
    notes = (
        Annotation(level="warning", message=f"Skip output '{name}' since it may contain secret.")
        for name in hidden
    )
    return {name: value for name, value in values.items() if name not in hidden}, tuple(notes)

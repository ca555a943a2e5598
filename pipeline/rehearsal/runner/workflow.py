"""Read a workflow file into a value, strictly: what this runner does not know is an error.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pipeline.rehearsal.runner.expressions import Value
from pipeline.rehearsal.runner.inputs import InputSpec, read_inputs
from pipeline.rehearsal.runner.matrix import Strategy, read_strategy
from pipeline.rehearsal.runner.permissions import Permissions, read_permissions
from pipeline.rehearsal.runner.yamlfile import Section, read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step as written: ``run`` or ``uses`` is empty."""

    where: str
    id: str
    name: str
    condition: Value
    uses: str
    run: str
    shell: str
    working_directory: str
    continue_on_error: Value
    timeout_minutes: Value
    inputs: Mapping[str, Value]
    env: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsJob:
    """A job with steps of its own; ``name`` may be empty, ``runs_on`` is only evaluated."""

    id: str
    name: str
    needs: tuple[str, ...]
    condition: Value
    strategy: Strategy
    runs_on: Value
    permissions: Permissions
    env: Mapping[str, Value]
    outputs: Mapping[str, Value]
    shell: str
    working_directory: str
    timeout_minutes: Value
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallJob:
    """A job that calls a reusable workflow; ``inherits_secrets`` is ``secrets: inherit``."""

    id: str
    name: str
    needs: tuple[str, ...]
    condition: Value
    strategy: Strategy
    permissions: Permissions
    uses: str
    inputs: Mapping[str, Value]
    secrets: Mapping[str, Value]
    inherits_secrets: bool


Job: TypeAlias = StepsJob | CallJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A workflow file. ``events`` are those that start it, each with what is said about it."""

    path: Path
    name: str
    run_name: Value
    events: Mapping[str, Section]
    permissions: Permissions
    env: Mapping[str, Value]
    jobs: tuple[Job, ...]

    def inputs(self, event: str) -> tuple[InputSpec, ...]:
        """Give the inputs that ``workflow_dispatch`` or ``workflow_call`` declares."""
        return read_inputs(self.events[event].section("inputs")) if event in self.events else ()

    def outputs(self) -> Mapping[str, Value]:
        """Give the outputs that a caller of this workflow gets, not evaluated."""
        declared = self.events["workflow_call"].section("outputs")
        return {
            name: declared.section(name).only("description", "value").items.get("value")
            for name in declared.items
        }

    def secrets(self) -> Mapping[str, bool]:
        """Give the secrets that a caller may pass, and whether it must."""
        declared = self.events["workflow_call"].section("secrets")
        return {name: declared.section(name).items.get("required") is True for name in declared.items}

    def listens(self, event: str, payload: Mapping[str, Value]) -> bool:
        """Tell whether an event starts this workflow; ``types`` are compared with the payload's action."""
        types = self.events[event].texts("types") if event in self.events else ()
        return event in self.events and (not types or payload.get("action") in types)


def read_workflow(path: Path) -> Workflow:
    """Read a workflow; raise InputError for what is wrong or not known here."""
    top = read_yaml(path).only(
        "name", "run-name", "on", "permissions", "concurrency", "env", "defaults", "jobs"
    )
    _check_concurrency(top)
    jobs = top.section("jobs")
    if not jobs.items:
        raise top.problem("a workflow needs jobs")
    defaults = top.section("defaults").section("run")
    return Workflow(
        path=path,
        name=top.text("name") or f".github/workflows/{path.name}",
        run_name=top.items.get("run-name"),
        events=_events(top),
        permissions=read_permissions(top),
        env=top.section("env").items,
        jobs=tuple(_job(jobs.section(job), job, defaults) for job in jobs.items),
    )


def read_steps(parent: Section, *, composite: bool) -> tuple[Step, ...]:
    """Read the ``steps`` of a job or of a composite action, where every ``run`` names its shell."""
    steps = tuple(_step(section) for section in parent.sections("steps"))
    for step in steps:
        if composite and step.run and not step.shell:
            raise parent.problem(f"{step.where} runs a script without a shell", fix="add shell: bash")
    return steps


def _check_concurrency(parent: Section) -> None:
    """Refuse what GitHub refuses; nothing waits here, where one run follows the other.

    https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
    """
    if not isinstance(parent.items.get("concurrency"), Mapping):
        return
    asked = parent.section("concurrency").only("group", "cancel-in-progress", "queue")
    queue = asked.items.get("queue", "single")
    if queue not in ("single", "max"):
        raise asked.problem(f"queue is {queue!r}", fix="write single or max")
    if queue == "max" and asked.items.get("cancel-in-progress") is True:
        raise asked.problem("queue: max and cancel-in-progress: true exclude each other", fix="keep one")


def _events(top: Section) -> dict[str, Section]:
    written = top.items.get("on")
    if isinstance(written, Mapping):
        events = top.section("on")
        return {event: events.section(event) for event in events.items}
    return {event: Section(file=top.file, where=f"on.{event}", items={}) for event in top.texts("on")}


def _job(section: Section, job: str, defaults: Section) -> Job:
    _check_concurrency(section)
    return _call_job(section, job) if "uses" in section.items else _steps_job(section, job, defaults)


def _call_job(section: Section, job: str) -> CallJob:
    section.only("name", "needs", "if", "strategy", "permissions", "concurrency", "uses", "with", "secrets")
    inherits = section.items.get("secrets") == "inherit"
    return CallJob(
        id=job,
        name=section.text("name"),
        needs=section.texts("needs"),
        condition=section.items.get("if"),
        strategy=read_strategy(section),
        permissions=read_permissions(section),
        uses=section.text("uses"),
        inputs=section.section("with").items,
        secrets={} if inherits else section.section("secrets").items,
        inherits_secrets=inherits,
    )


def _steps_job(section: Section, job: str, defaults: Section) -> StepsJob:
    section.only(
        *(
            "name",
            "needs",
            "if",
            "strategy",
            "permissions",
            "runs-on",
            "environment",
            "concurrency",
            "outputs",
            "env",
        ),
        *("defaults", "timeout-minutes", "steps"),
    )
    if "runs-on" not in section.items:
        raise section.problem("runs-on is missing", fix="add runs-on: ubuntu-latest")
    own = section.section("defaults").section("run")
    return StepsJob(
        id=job,
        name=section.text("name"),
        needs=section.texts("needs"),
        condition=section.items.get("if"),
        strategy=read_strategy(section),
        runs_on=section.items["runs-on"],
        permissions=read_permissions(section),
        env=section.section("env").items,
        outputs=section.section("outputs").items,
        shell=own.text("shell") or defaults.text("shell"),
        working_directory=own.text("working-directory") or defaults.text("working-directory"),
        timeout_minutes=section.items.get("timeout-minutes"),
        steps=read_steps(section, composite=False),
    )


def _step(section: Section) -> Step:
    section.only(
        *("id", "name", "if", "uses", "with", "run", "shell", "working-directory", "env"),
        *("continue-on-error", "timeout-minutes"),
    )
    if ("uses" in section.items) == ("run" in section.items):
        raise section.problem("a step has either uses or run")
    return Step(
        where=section.where,
        id=section.text("id"),
        name=section.text("name"),
        condition=section.items.get("if"),
        uses=section.text("uses"),
        run=section.text("run"),
        shell=section.text("shell"),
        working_directory=section.text("working-directory"),
        continue_on_error=section.items.get("continue-on-error"),
        timeout_minutes=section.items.get("timeout-minutes"),
        inputs=section.section("with").items,
        env=section.section("env").items,
    )

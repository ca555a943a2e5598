"""The runner: the front door of this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from actionkit.errors import InputError
from pipeline.rehearsal.runner.call import Call
from pipeline.rehearsal.runner.engine import Silent, Watcher
from pipeline.rehearsal.runner.expressions import Scope, Value
from pipeline.rehearsal.runner.frame import Event, Machine
from pipeline.rehearsal.runner.inputs import bind_inputs
from pipeline.rehearsal.runner.jobs import run_call
from pipeline.rehearsal.runner.permissions import DEFAULT
from pipeline.rehearsal.runner.results import WorkflowResult
from pipeline.rehearsal.runner.source import Source
from pipeline.rehearsal.runner.workflow import Workflow, read_workflow


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner(Machine):
    """Runs workflow files on this machine, against a local GitHub and a local engine."""

    watcher: Watcher = field(default_factory=Silent)
    clock: Callable[[], datetime] = now

    def run_workflow(
        self,
        path: Path,
        *,
        event_name: str,
        repository: str,
        ref: str,
        sha: str,
        payload: Mapping[str, Value] | None = None,
        inputs: Mapping[str, Value] | None = None,
        actor: str = "developer",
        token: str = "",
        source_repository: str = "",
        run_id: int = 1,
        run_number: int = 1,
        run_attempt: int = 1,
    ) -> WorkflowResult:
        """Run the workflow in ``path``, which stands in ``.github/workflows`` of its repository.

        ``ref`` is a full one (``refs/heads/main``). ``inputs`` are those of ``workflow_dispatch``.
        ``token``, when given, is every job's GITHUB_TOKEN; else each job gets one from the token factory.
        ``source_repository`` names the repository that the file itself comes from, when that is not
        ``repository``. Raise ActionError when the file cannot be run so; what fails later is in the result.
        """
        workflow = read_workflow(path)
        event = Event(
            name=event_name,
            payload=payload or {},
            repository=repository,
            ref=ref,
            sha=sha,
            actor=actor,
            run_id=run_id,
            run_number=run_number,
            run_attempt=run_attempt,
        )
        _require_listening(workflow, event)
        call = Call(
            machine=self,
            event=_with_inputs(event, inputs or {}),
            workflow=workflow,
            source=Source(root=path.resolve().parents[2], repository=source_repository or repository),
            title=workflow.name,
            label="",
            inputs=self._bound(workflow, event_name, inputs or {}),
            secrets=self.secrets,
            permissions=DEFAULT,
            token=token,
        )
        return run_call(call)

    def _bound(self, workflow: Workflow, event_name: str, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        specs = workflow.inputs(event_name) if event_name in ("workflow_dispatch", "workflow_call") else ()
        return bind_inputs(specs, inputs, Scope(contexts={"vars": dict(self.variables)}))


def _require_listening(workflow: Workflow, event: Event) -> None:
    if not workflow.listens(event.name, event.payload):
        raise InputError(
            f"{workflow.path.name} is not started by {event.name} {event.payload.get('action', '')}".rstrip(),
            why=f"it listens to {', '.join(workflow.events)}",
        )


def _with_inputs(event: Event, inputs: Mapping[str, Value]) -> Event:
    """Put the inputs of a dispatch into its payload too, where ``github.event.inputs`` has them."""
    if event.name != "workflow_dispatch":
        return event
    payload: dict[str, Value] = {"ref": event.ref, "inputs": dict(inputs), **event.payload}
    return replace(event, payload=payload)

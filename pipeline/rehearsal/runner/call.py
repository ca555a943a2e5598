"""A workflow that runs: by an event, or called by a job of another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.rehearsal.runner.expressions import Scope, Value, lookup, to_text
from pipeline.rehearsal.runner.frame import Event, Machine
from pipeline.rehearsal.runner.permissions import Access
from pipeline.rehearsal.runner.source import Source
from pipeline.rehearsal.runner.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One workflow with what it was given.

    ``label`` is the id of the calling job, or empty; ``title`` the name of the workflow that the event
    started. ``permissions`` are the caller's, or the repository's default. ``token`` is used for all jobs
    when it is not empty, instead of one made for each of them.
    """

    machine: Machine
    event: Event
    workflow: Workflow
    source: Source
    title: str
    label: str
    inputs: Mapping[str, Value]
    secrets: Mapping[str, str]
    permissions: Mapping[str, Access]
    token: str

    def github(self) -> dict[str, Value]:
        """Give the ``github`` context without what a job adds to it."""
        event = self.event
        owner = event.repository.partition("/")[0]
        sort, ref_name = _ref_parts(event.ref)
        file = self.workflow.path.name
        return {
            "actor": event.actor,
            "triggering_actor": event.actor,
            "repository": event.repository,
            "repository_owner": owner,
            "repositoryUrl": f"git://{self.machine.server_url.partition('://')[2]}/{event.repository}.git",
            "event_name": event.name,
            "event": event.payload,
            "ref": event.ref,
            "ref_name": ref_name,
            "ref_type": sort,
            "ref_protected": False,
            "head_ref": "",
            "base_ref": "",
            "sha": event.sha,
            "run_id": str(event.run_id),
            "run_number": str(event.run_number),
            "run_attempt": str(event.run_attempt),
            "retention_days": "90",
            "server_url": self.machine.server_url,
            "api_url": self.machine.api_url,
            "graphql_url": self.machine.graphql_url,
            "workflow": self.title,
            "workflow_ref": f"{event.repository}/.github/workflows/{file}@{event.ref}",
            "workflow_sha": event.sha,
            "secret_source": "Actions",
            **_ids(event.payload),
        }

    def contexts(self) -> dict[str, Value]:
        """Give what is known before any job runs."""
        return {"github": self.github(), "inputs": dict(self.inputs), "vars": dict(self.machine.variables)}

    def scope(self, **more: Value) -> Scope:
        """Give what expressions outside of jobs may use."""
        return Scope(contexts={**self.contexts(), **more})

    def job_context(self) -> dict[str, Value]:
        """Give the ``job`` context; it names the file that the job itself is written in."""
        path = to_text(self.workflow.path.name)
        return {
            "status": "success",
            "workflow_repository": self.source.repository,
            "workflow_ref": f"{self.source.repository}/.github/workflows/{path}@{self.event.ref}",
            "workflow_sha": self.event.sha,
            "workflow_file_path": f".github/workflows/{path}",
        }


def _ref_parts(ref: str) -> tuple[str, str]:
    match ref.split("/", 2):
        case ["refs", "heads", name]:
            return "branch", name
        case ["refs", "tags", name]:
            return "tag", name
        case _:
            return "", ref


def _ids(payload: Mapping[str, Value]) -> dict[str, Value]:
    """Take the ids, which the ``github`` context has as text, from the payload where it has them."""
    places = {
        "repository_id": lookup(lookup(payload, "repository"), "id"),
        "repository_owner_id": lookup(lookup(lookup(payload, "repository"), "owner"), "id"),
        "actor_id": lookup(lookup(payload, "sender"), "id"),
    }
    return {name: to_text(value) for name, value in places.items() if value is not None}

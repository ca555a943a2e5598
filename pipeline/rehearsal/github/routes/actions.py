"""Workflows: list, dispatch, and the runs they have."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pipeline.rehearsal.github.errors import ApiError, missing_keys, not_found, unprocessable
from pipeline.rehearsal.github.exchange import NO_CONTENT, Response, json_response
from pipeline.rehearsal.github.gitstore import NoObject, Ref
from pipeline.rehearsal.github.records import Event, Json, Run
from pipeline.rehearsal.github.routes.paging import page
from pipeline.rehearsal.github.service import Call, Route, table
from pipeline.rehearsal.github.views import actions as view
from pipeline.rehearsal.github.workflows import Workflow, workflows_at

_MOST_INPUTS: Final = 25


def list_workflows(call: Call) -> Response:
    """The workflow files of the default branch."""
    found = [view.workflow(call.repo, one, call.links) for one in _workflows(call)]
    return page(call, found, wrap="workflows")


def get_workflow(call: Call) -> Response:
    """A workflow by its number or file name."""
    return json_response(view.workflow(call.repo, _workflow(call), call.links))


def dispatch(call: Call) -> Response:
    """Start a workflow by hand: the file must be on the default branch and at the ref."""
    workflow, given = _workflow(call), call.request.json()
    if not given.get("ref"):
        raise missing_keys("ref")
    ref = _branch_or_tag(call, str(given["ref"]))
    at_ref = [one for one in workflows_at(call.git, ref.commit) if one.path == workflow.path]
    if not at_ref or "workflow_dispatch" not in at_ref[0].triggers:
        raise unprocessable("Workflow does not have 'workflow_dispatch' trigger")
    inputs = _inputs(at_ref[0], given.get("inputs") or {})
    payload = {
        "inputs": inputs,
        "ref": ref.name,
        "workflow": workflow.path,
        **call.service.happenings.sender(call.repo, call.token),
    }
    event = Event(
        name="workflow_dispatch",
        repository=call.repo.full_name,
        ref=ref.name,
        sha=ref.commit,
        payload=payload,
        actor=call.token.login,
        workflow=workflow.file,
        inputs=inputs,
    )
    started = call.service.happenings.start(event)
    if given.get("return_run_details") is True:
        return json_response(view.run_links(call.repo, started.run, call.links))
    return NO_CONTENT


def repository_dispatch(call: Call) -> Response:
    """Fire ``repository_dispatch`` with a type and payload of the caller's own."""
    given = call.request.json()
    if not given.get("event_type"):
        raise missing_keys("event_type")
    ref = call.git.ref(f"refs/heads/{call.repo.default_branch}")
    payload = {
        "action": given["event_type"],
        "branch": call.repo.default_branch,
        "client_payload": given.get("client_payload", {}),
        **call.service.happenings.sender(call.repo, call.token),
    }
    event = Event(
        name="repository_dispatch",
        repository=call.repo.full_name,
        ref=ref.name,
        sha=ref.commit,
        payload=payload,
        actor=call.token.login,
    )
    call.service.happenings.fire(event, call.token, action=str(given["event_type"]))
    return NO_CONTENT


def list_runs(call: Call) -> Response:
    """Runs, newest first, of the repository or of one workflow, filtered as the query asks."""
    runs = reversed(call.repository.runs.all())
    if "workflow_id" in call.values:
        file = _workflow(call).file
        runs = reversed([run for run in call.repository.runs.all() if run.workflow == file])
    query = call.request.parameters
    found = [_shown(call, run) for run in runs if _wanted(run, query)]
    return page(call, found, wrap="workflow_runs")


def get_run(call: Call) -> Response:
    """One run."""
    return json_response(_shown(call, call.repository.runs.get(call.number("run_id"))))


def _workflows(call: Call) -> tuple[Workflow, ...]:
    try:
        return workflows_at(call.git, call.git.commit(f"refs/heads/{call.repo.default_branch}").sha)
    except NoObject:
        return ()


def _workflow(call: Call) -> Workflow:
    wanted = call.values["workflow_id"]
    for one in _workflows(call):
        if wanted in (str(one.id), one.file):
            return one
    raise not_found()


def _branch_or_tag(call: Call, name: str) -> Ref:
    for ref in (name, f"refs/heads/{name}", f"refs/tags/{name}"):
        if ref.startswith("refs/") and (found := [one for one in call.git.refs(ref) if one.name == ref]):
            return found[0]
    raise unprocessable(f"No ref found for: {name}")


def _inputs(workflow: Workflow, given: dict[str, Json]) -> dict[str, str]:
    """Check and complete a dispatch's inputs; GitHub turns every value into text."""
    declared: Any = workflow.triggers["workflow_dispatch"].get("inputs") or {}
    if unknown := sorted(set(given) - set(declared)):
        raise unprocessable(f"Unexpected inputs provided: {str(unknown).replace(chr(39), chr(34))}")
    values: dict[str, str] = {}
    for name, told in declared.items():
        about = told if isinstance(told, dict) else {}
        if name not in given and about.get("required") is True and "default" not in about:
            raise unprocessable(f"Required input '{name}' not provided")
        value = _text(given.get(name, about.get("default", "")))
        options = [str(option) for option in about.get("options", ())]
        if name in given and options and value not in options:
            raise unprocessable(
                f"Provided value '{value}' for input '{name}' not in the list of allowed values"
            )
        values[name] = value
    return values


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _wanted(run: Run, query: Any) -> bool:
    checks = {
        "branch": run.ref.split("/", 2)[-1],
        "event": run.event,
        "actor": run.actor,
        "head_sha": run.sha,
    }
    if any(query[key] != value for key, value in checks.items() if key in query):
        return False
    if "status" in query and query["status"] not in (run.status, run.conclusion):
        return False
    return "created" not in query or _created_within(run.created_at, query["created"])


def _created_within(created: str, wanted: str) -> bool:
    """Apply GitHub's date filter: ``>=T``, ``>T``, ``<=T``, ``<T``, ``A..B``, ``T``; ``*`` is open."""
    low, dots, high = wanted.partition("..")
    if dots:
        return (low == "*" or _at(created) >= _at(low)) and (high == "*" or _at(created) <= _at(high))
    for sign in (">=", "<=", ">", "<"):
        if wanted.startswith(sign):
            moment = _at(wanted.removeprefix(sign))
            smaller = _at(created) < moment
            equal = _at(created) == moment
            return (equal and "=" in sign) or (smaller if sign[0] == "<" else not (smaller or equal))
    return created.startswith(wanted)


def _at(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiError(422, "Invalid value for created") from error
    return moment if moment.tzinfo else datetime.fromisoformat(f"{moment.isoformat()}+00:00")


def _shown(call: Call, run: Run) -> dict[str, Json]:
    found = [one for one in workflows_at(call.git, run.sha) if one.file == run.workflow]
    source = found[0] if found else Workflow(file=run.workflow, name=run.workflow, triggers={})
    return view.run(call.repo, run, call.git.commit(run.sha), source, call.links)


_REPO: Final = "/repos/{owner}/{repo}"
_FLOW: Final = f"{_REPO}/actions/workflows/{{workflow_id}}"
ROUTES: Final[tuple[Route, ...]] = (
    *table(
        "rest/actions/workflows",
        ("GET", f"{_REPO}/actions/workflows", list_workflows, "actions:read", "list-repository-workflows"),
        ("GET", _FLOW, get_workflow, "actions:read", "get-a-workflow"),
        ("POST", f"{_FLOW}/dispatches", dispatch, "actions:write", "create-a-workflow-dispatch-event"),
    ),
    *table(
        "rest/actions/workflow-runs",
        ("GET", f"{_FLOW}/runs", list_runs, "actions:read", "list-workflow-runs-for-a-workflow"),
        ("GET", f"{_REPO}/actions/runs", list_runs, "actions:read", "list-workflow-runs-for-a-repository"),
        ("GET", f"{_REPO}/actions/runs/{{run_id}}", get_run, "actions:read", "get-a-workflow-run"),
    ),
    *table(
        "rest/repos/repos",
        (
            "POST",
            f"{_REPO}/dispatches",
            repository_dispatch,
            "contents:write",
            "create-a-repository-dispatch",
        ),
    ),
)

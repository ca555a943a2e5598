"""Workflows and their runs as JSON."""

from __future__ import annotations

from pipeline.rehearsal.github.gitstore import Commit
from pipeline.rehearsal.github.links import Links
from pipeline.rehearsal.github.records import Json, Repository, Run
from pipeline.rehearsal.github.views.commits import simple_commit
from pipeline.rehearsal.github.views.repositories import minimal_repository
from pipeline.rehearsal.github.views.users import node_id, simple_user
from pipeline.rehearsal.github.workflows import Workflow


def workflow(repo: Repository, found: Workflow, links: Links) -> dict[str, Json]:
    """Describe a workflow (``workflow``)."""
    html = links.html(repo.full_name)
    return {
        "id": found.id,
        "node_id": node_id("W", found.id),
        "name": found.name,
        "path": found.path,
        "state": "active",
        "created_at": repo.created_at,
        "updated_at": repo.pushed_at,
        "url": f"{links.repo(repo.full_name)}/actions/workflows/{found.id}",
        "html_url": f"{html}/blob/{repo.default_branch}/{found.path}",
        "badge_url": f"{html}/workflows/{found.file}/badge.svg",
    }


def run_links(repo: Repository, run_id: int, links: Links) -> dict[str, Json]:
    """The answer of a dispatch that asked for the run's details (``workflow-dispatch-response``)."""
    return {
        "workflow_run_id": run_id,
        "run_url": f"{links.repo(repo.full_name)}/actions/runs/{run_id}",
        "html_url": f"{links.html(repo.full_name)}/actions/runs/{run_id}",
    }


def run(repo: Repository, found: Run, head: Commit, source: Workflow, links: Links) -> dict[str, Json]:
    """Describe a workflow run (``workflow-run``)."""
    url = f"{links.repo(repo.full_name)}/actions/runs/{found.id}"
    short = found.ref.split("/", 2)[-1]
    minimal = minimal_repository(repo, links)
    actions = {f"{name}_url": f"{url}/{name}" for name in ("jobs", "logs", "artifacts", "cancel", "rerun")}
    return {
        "id": found.id,
        "name": source.name,
        "node_id": node_id("WFR", found.id),
        "check_suite_id": found.id,
        "check_suite_node_id": node_id("CS", found.id),
        "head_branch": short,
        "head_sha": found.sha,
        "path": source.path,
        "run_number": found.number,
        "run_attempt": 1,
        "referenced_workflows": [],
        "event": found.event,
        "status": found.status,
        "conclusion": found.conclusion or None,
        "workflow_id": source.id,
        "url": url,
        "html_url": f"{links.html(repo.full_name)}/actions/runs/{found.id}",
        "pull_requests": [],
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "actor": simple_user(found.actor, links),
        "triggering_actor": simple_user(found.actor, links),
        "run_started_at": found.created_at,
        **actions,
        "check_suite_url": f"{links.repo(repo.full_name)}/check-suites/{found.id}",
        "previous_attempt_url": None,
        "workflow_url": f"{links.repo(repo.full_name)}/actions/workflows/{source.id}",
        "head_commit": simple_commit(head),
        "repository": minimal,
        "head_repository": minimal,
        "display_title": found.title or source.name,
    }

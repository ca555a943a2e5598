"""What the runner says about the run: repository, ref, event, addresses, folders.

Source: https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actionkit.errors import ActionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The ``GITHUB_*`` variables of one step, parsed.

    ``repository`` is ``owner/name``; ``ref_name`` the branch or tag without ``refs/…``; ``ref_type`` is
    ``branch`` or ``tag``; ``event`` the webhook payload.
    """

    repository: str
    server_url: str
    api_url: str
    ref_name: str
    ref_type: str
    sha: str
    actor: str
    event_name: str
    event: Mapping[str, Any]
    run_id: str
    run_attempt: str
    workspace: Path
    temporary: Path


def read_context(environ: Mapping[str, str]) -> Context:
    """Read the run's context; raise ActionError where this is not a step of GitHub Actions."""
    repository = environ.get("GITHUB_REPOSITORY", "")
    if repository.count("/") != 1:
        raise ActionError(
            f"GITHUB_REPOSITORY is {repository!r}, not owner/name",
            why="the action was not started by a GitHub Actions runner",
            fix="on your own machine use the command release-pipeline instead",
        )
    return Context(
        repository=repository,
        server_url=environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
        api_url=environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
        ref_name=environ.get("GITHUB_REF_NAME", ""),
        ref_type=environ.get("GITHUB_REF_TYPE", ""),
        sha=environ.get("GITHUB_SHA", ""),
        actor=environ.get("GITHUB_ACTOR", ""),
        event_name=environ.get("GITHUB_EVENT_NAME", ""),
        event=_payload(environ.get("GITHUB_EVENT_PATH", "")),
        run_id=environ.get("GITHUB_RUN_ID", ""),
        run_attempt=environ.get("GITHUB_RUN_ATTEMPT", "1"),
        workspace=Path(environ.get("GITHUB_WORKSPACE", ".")),
        temporary=Path(environ.get("RUNNER_TEMP") or "/tmp"),  # noqa: S108 - the runner before 2.329 mounts none
    )


def _payload(path: str) -> Mapping[str, Any]:
    if not path or not Path(path).is_file():
        return {}
    payload = json.loads(Path(path).read_text(encoding="utf-8"))
    return payload if isinstance(payload, dict) else {}

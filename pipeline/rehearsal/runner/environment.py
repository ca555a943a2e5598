"""The environment that the runner gives to steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from pipeline.rehearsal.runner.expressions import Value
from pipeline.rehearsal.runner.rooms import Rooms

#: What of the ``github`` context becomes GITHUB_…; the token is not among it.
_FROM_GITHUB: Final = (
    *("action", "action_path", "action_ref", "action_repository", "actor", "actor_id", "api_url", "base_ref"),
    *(
        "env",
        "event_name",
        "event_path",
        "graphql_url",
        "head_ref",
        "job",
        "output",
        "path",
        "ref",
        "ref_name",
    ),
    *("ref_protected", "ref_type", "repository", "repository_id", "repository_owner", "repository_owner_id"),
    *("retention_days", "run_attempt", "run_id", "run_number", "server_url", "sha", "state", "step_summary"),
    *("triggering_actor", "workflow", "workflow_ref", "workflow_sha", "workspace"),
)


def github_environment(github: Mapping[str, Value]) -> dict[str, str]:
    """Give the GITHUB_… variables."""
    found = {name: github.get(name) for name in _FROM_GITHUB}
    texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in found.items()}
    return {f"GITHUB_{name.upper()}": text for name, text in texts.items() if isinstance(text, str)}


def runner_context(rooms: Rooms) -> dict[str, Value]:
    """Describe the machine as the ``runner`` context does."""
    return {
        "name": "rehearsal",
        "os": "Linux",
        "arch": "X64",
        "environment": "github-hosted",
        "temp": str(rooms.temp),
        "tool_cache": "/opt/hostedtoolcache",
        "workspace": str(rooms.parent),
    }


def runner_environment(rooms: Rooms) -> dict[str, str]:
    """Give the RUNNER_… variables."""
    return {f"RUNNER_{name.upper()}": str(value) for name, value in runner_context(rooms).items()}


def input_name(name: str) -> str:
    """Name the variable of an input: spaces become underscores, hyphens stay, letters are upper case."""
    return f"INPUT_{name.replace(' ', '_').upper()}"


def write_event(rooms: Rooms, payload: Mapping[str, Value]) -> None:
    """Write the event's payload to the file that GITHUB_EVENT_PATH names."""
    rooms.event.write_text(json.dumps(payload, indent=2, ensure_ascii=False), "utf-8")

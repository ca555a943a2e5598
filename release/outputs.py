"""Keep outputs below what GitHub passes on: a job's output is dropped when it is larger than 1 MB.

Source: https://docs.github.com/actions/reference/workflows-and-actions/contexts#jobs-context and
https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/pass-job-outputs
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

PLAN_LIMIT: Final = 400_000
NOTES_LIMIT: Final = 125_000
"""Characters; a character is at most four bytes. Notes are cut where GitHub cuts a release's body too."""

_SUBJECT: Final = 200
_COMMITS: Final = 500


def plan_output(told: Mapping[str, Any]) -> str:
    """Write the plan as JSON; when it is too long, without diffs, then with short notes and commits."""
    text = _json(told)
    if len(text) <= PLAN_LIMIT:
        return text
    bare = {**told, "edits": [{**edit, "diff": ""} for edit in told["edits"]]}
    text = _json(bare)
    if len(text) <= PLAN_LIMIT:
        return text
    commits = [{**commit, "subject": commit["subject"][:_SUBJECT]} for commit in told["commits"][:_COMMITS]]
    return _json({**bare, "commits": commits, "notes": notes_output(told)[: PLAN_LIMIT // 8]})


def notes_output(told: Mapping[str, Any]) -> str:
    """Give the notes, cut at the limit of a release's body."""
    notes: str = told["notes"]
    return notes if len(notes) <= NOTES_LIMIT else f"{notes[: NOTES_LIMIT - 1]}…"


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)

"""The action ``release``, as its container starts it: ``python -I -u -m release``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from actionkit.context import read_context
from actionkit.forge import Forge
from actionkit.git import Git
from actionkit.git.objects import Signature
from actionkit.main import run_action
from actionkit.ownership import give_back
from actionkit.workflow import Workflow
from release.apply import Means
from release.inputs import read_inputs
from release.run import Course
from release.situation import Place

# The account that GitHub shows for what a workflow's own token does.
_NAME: Final = "github-actions[bot]"
_EMAIL: Final = "41898282+github-actions[bot]@users.noreply.github.com"


def main() -> int:
    """Run one step of a workflow."""
    return run_action(Workflow(environ=os.environ, stdout=sys.stdout), release)


def release(workflow: Workflow, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wire the parts together and release."""
    inputs = read_inputs(workflow.environ)
    workflow.mask(inputs.token)
    context = read_context(workflow.environ)
    now = datetime.now(UTC)
    means = Means(
        git=Git(directory=context.workspace).with_login(context.server_url, inputs.token),
        url=f"{context.server_url}/{context.repository}.git",
        forge=Forge(repository=context.repository, api_url=context.api_url, token=inputs.token),
        workspace=context.workspace,
        by=Signature(name=_NAME, email=_EMAIL, seconds=int(time.time())),
        tell=workflow.info,
        sleep=sleep,
    )
    place = Place(date=now.date().isoformat(), server_url=context.server_url, repository=context.repository)
    course = Course(inputs=inputs, context=context, workflow=workflow, place=place, means=means)
    try:
        course.run()
    finally:
        give_back(context.workspace, (context.workspace / ".git",))


if __name__ == "__main__":
    sys.exit(main())

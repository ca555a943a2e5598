"""Start a workflow by dispatch, and look whether it was started already.

What ``GITHUB_TOKEN`` does starts no workflow, except ``workflow_dispatch`` and ``repository_dispatch``.
Source: https://docs.github.com/actions/how-tos/write-workflows/choose-when-workflows-run/trigger-a-workflow
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actionkit.forge.client import Forge

_NOWHERE: Final = "release-pipeline/there-is-no-such-branch"
_UNPROCESSABLE: Final = 422


def was_started(forge: Forge, workflow: str, reference: str) -> bool:
    """Tell whether ``workflow`` (a file name) has a run on the branch or tag ``reference``."""
    with forge.doing(f"list the runs of {workflow}", permission="actions: write"):
        return forge.repo.get_workflow(workflow).get_runs(branch=reference).totalCount > 0


def may_dispatch(forge: Forge, workflow: str) -> None:
    """Raise PermissionDenied when the token may not start ``workflow``.

    Nothing tells what a token may do, so a dispatch is asked for on a reference that cannot be there: who may
    is answered 422 "No ref found", who may not 403, and nothing is started.
    """
    from github import GithubException

    with forge.doing(f"start the workflow {workflow}", permission="actions: write"):
        try:
            forge.repo.get_workflow(workflow).create_dispatch(_NOWHERE, {}, throw=True)
        except GithubException as error:
            if error.status != _UNPROCESSABLE:
                raise


def dispatch(forge: Forge, workflow: str, reference: str, inputs: Mapping[str, str]) -> None:
    """Start ``workflow`` on ``reference`` with ``inputs``."""
    with forge.doing(f"start the workflow {workflow}", permission="actions: write"):
        forge.repo.get_workflow(workflow).create_dispatch(reference, dict(inputs), throw=True)

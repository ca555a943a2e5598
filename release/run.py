"""The action's course: look, decide, carry out, tell; once more when somebody pushed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from actionkit.context import Context
from actionkit.errors import ActionError
from actionkit.forge import Forge, NoRelease
from actionkit.forge.releases import find_release
from actionkit.forge.workflows import was_started
from actionkit.git import Git
from actionkit.git.history import tracked_modes
from actionkit.git.remote import REMOTE_TAGS, BranchMoved, fetch_branch
from actionkit.workflow import Workflow
from release.apply import Means, Unsure, apply, patiently
from release.config import read_config
from release.contributors import find_contributors
from release.inputs import Inputs
from release.plan import NoNewRelease, Plan, make_finish, make_plan
from release.publication import NotOurs, Remembered, remembered
from release.report import report_plan, report_released
from release.settings import settle
from release.situation import Place, Situation
from release.snapshot import FirstRelease, Merged, Snapshot, read_configuration, read_snapshot

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One run of the action, everything it needs injected."""

    inputs: Inputs
    context: Context
    workflow: Workflow
    place: Place
    means: Means

    def run(self) -> None:
        """Release, or say why not.

        A push by somebody else starts it again from the new tip, and so does a push of our own whose answer
        was lost.
        """
        branch = _branch(self.context)
        for last in _attempts():
            try:
                return self._attempt(branch)
            except (BranchMoved, Unsure) as error:
                if last:
                    raise
                self.workflow.info(f"{error.what}: looking again")
        return None

    def _attempt(self, branch: str) -> None:
        situation = self._look(branch)
        plan = self._plan(situation)
        report_plan(self.workflow, plan, dry_run=self.inputs.dry_run)
        if isinstance(plan, NoNewRelease) or self.inputs.dry_run:
            return
        report_released(self.workflow, plan, apply(plan, situation, self.inputs, self.means))

    def _look(self, branch: str) -> Situation:
        git = self.means.git
        tip = patiently(partial(fetch_branch, git, self.means.url, branch), self.means.sleep)
        settings = settle(self.inputs.choices, read_config(read_configuration(git, tip)), branch)
        snapshot = read_snapshot(git, head=tip, branch=branch, settings=settings, namespace=REMOTE_TAGS)
        return Situation(snapshot=snapshot, settings=settings, place=self.place)

    def _plan(self, situation: Situation) -> Plan:
        match find_unfinished(situation.snapshot, self.inputs, self.means):
            case Unfinished(merged=merged, remembered=told):
                return make_finish(
                    situation, merged, notes=told.notes, prior_tag=told.prior_tag, draft=told.draft
                )
            case Finished():
                snapshot, rules = situation.snapshot, situation.settings.rules
                people = find_contributors(self.means.forge, snapshot, rules)
                return make_plan(replace(situation, contributors=people))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A tag of ours whose release or images workflow is missing."""

    merged: Merged
    remembered: Remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Nothing was left half done."""


def find_unfinished(snapshot: Snapshot, inputs: Inputs, means: Means) -> Unfinished | Finished:
    """Look whether the newest merged tag is ours and something that should follow it is missing."""
    match snapshot.newest:
        case FirstRelease():
            return Finished()
        case Merged(tag=tag) as newest:
            told = remembered(tag)
    if isinstance(told, NotOurs) or _is_complete(newest, told, inputs, means.git, means.forge):
        return Finished()
    return Unfinished(merged=newest, remembered=told)


def _is_complete(newest: Merged, told: Remembered, inputs: Inputs, git: Git, forge: Forge) -> bool:
    release = find_release(forge, newest.tag.name)
    if isinstance(release, NoRelease):
        # who may only read, as a dry run may, does not see drafts
        return told.draft and inputs.dry_run
    if release.draft:
        return told.draft
    workflow = "" if inputs.dry_run else inputs.images_workflow  # a dry run needs no permission to look
    if not workflow or f".github/workflows/{workflow}" not in tracked_modes(git, newest.tag.commit_sha):
        return True
    return was_started(forge, workflow, newest.tag.name)


def _attempts() -> Iterator[bool]:
    """Yield for every attempt whether it is the last one."""
    return (number == _ATTEMPTS for number in range(1, _ATTEMPTS + 1))


def _branch(context: Context) -> str:
    if context.ref_type != "branch":
        raise ActionError(
            f"{context.ref_name or 'this ref'} is not a branch",
            why=f"the run was started on a {context.ref_type or 'detached commit'}",
            fix="start the workflow on a branch: Run workflow → Use workflow from → Branch",
        )
    return context.ref_name

"""Carry out a plan: all gates first, reported together, then the effects in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar, assert_never

from actionkit.errors import ActionError, Transient
from actionkit.forge import Forge, Release
from actionkit.git import Git
from actionkit.git.objects import Signature
from release.effects import (
    Tell,
    commit_and_tag_by_api,
    ensure_assets,
    ensure_draft,
    ensure_images_started,
    ensure_published,
    push_commit_and_tag,
)
from release.gates import find_assets, images_workflow_is_there, may_push, pass_gates, tag_is_free
from release.inputs import CommitWith, Inputs
from release.plan import Finish, NewRelease
from release.publication import Publication
from release.situation import Situation

_PAUSES: Final = (2.0, 8.0)
"""Seconds to wait before GitHub is asked again after an answer that was lost."""

Result = TypeVar("Result")


class Unsure(ActionError):
    """GitHub did not answer whether commit and tag were made: look again to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What effects are carried out with: the repository and its address, GitHub, who signs, who is told."""

    git: Git
    url: str
    forge: Forge
    workspace: Path
    by: Signature
    tell: Tell
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What stands on GitHub now."""

    commit_sha: str
    release: Release


def apply(plan: NewRelease | Finish, situation: Situation, inputs: Inputs, means: Means) -> Released:
    """Release ``plan``; raise what the gates say before anything is changed."""
    assets = patiently(partial(_checked, plan, situation, inputs, means), means.sleep)
    match plan:
        case NewRelease():
            commit = _surely(partial(_commit, plan, inputs, means), means.sleep)
        case Finish():
            commit = plan.commit_sha
        case _:
            assert_never(plan)
    release = patiently(partial(_publish, plan.publication, assets, inputs, means), means.sleep)
    return Released(commit_sha=commit, release=release)


def patiently(effect: Callable[[], Result], sleep: Callable[[float], None]) -> Result:
    """Repeat what looks first or only reads: an answer that was lost may hide an effect that was done."""
    for pause in _PAUSES:
        try:
            return effect()
        except Transient:
            sleep(pause)
    return effect()


def _surely(effect: Callable[[], Result], sleep: Callable[[float], None]) -> Result:
    """Try once; commit and tag do not look first, so after an answer that was lost all starts again."""
    try:
        return effect()
    except Transient as error:
        sleep(_PAUSES[0])
        raise Unsure(error.what, why=error.why, fix=error.fix) from error


def _checked(plan: NewRelease | Finish, situation: Situation, inputs: Inputs, means: Means) -> Sequence[Path]:
    found: list[Path] = []
    snapshot, settings = situation.snapshot, situation.settings
    patterns = (*inputs.assets, *settings.assets)
    gates = [
        lambda: found.extend(find_assets(means.workspace, patterns)),
        lambda: images_workflow_is_there(means.forge, inputs.images_workflow, snapshot.tracked),
    ]
    if isinstance(plan, NewRelease):
        tags = tuple(settings.tag_format.tag(version) for version in snapshot.existing)
        gates += [
            lambda: may_push(means.git, means.url, snapshot.branch, snapshot.head),
            lambda: tag_is_free(means.forge, means.git, means.url, plan.publication.tag, tags),
        ]
    pass_gates(gates)
    return found


def _commit(plan: NewRelease, inputs: Inputs, means: Means) -> str:
    match inputs.commit_with:
        case CommitWith.GIT:
            return push_commit_and_tag(means.git, means.url, plan.commit, means.by, means.tell)
        case CommitWith.API:
            return commit_and_tag_by_api(means.forge, plan.commit, means.tell)
        case _:
            assert_never(inputs.commit_with)


def _publish(publication: Publication, assets: Sequence[Path], inputs: Inputs, means: Means) -> Release:
    draft = ensure_draft(means.forge, publication, means.tell)
    if draft.draft:
        ensure_assets(means.forge, draft, tuple(assets), means.tell)
    release = ensure_published(means.forge, draft, publication, means.tell)
    ensure_images_started(means.forge, inputs.images_workflow, release, means.tell)
    return release

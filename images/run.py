"""One run of the action: inputs, snapshot, plan, apply, report."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from actionkit.context import Context, read_context
from actionkit.errors import ActionError, raise_all
from actionkit.forge.client import Forge
from actionkit.forge.releases import Release, update_body
from actionkit.git import Git
from actionkit.ownership import give_back
from actionkit.semver import Version
from actionkit.workflow import Workflow
from images.apply import Applier
from images.build.caches import local_folders
from images.inputs import Inputs, read_inputs
from images.labels import Facts
from images.means import Means
from images.plan import Plan, make_plan
from images.publish.naming import News
from images.publish.registries import Registries, open_registries
from images.publish.results import Outcome
from images.report import (
    images_table,
    planned_summary,
    release_section,
    set_outputs,
    set_platforms,
    summary,
    with_section,
)
from images.secrets.confidential import hidden_parts
from images.snapshot import read_git_versions, read_release, read_snapshot
from images.source.tagged import open_source, remote_tags
from images.state import Snapshot, why_unstable


def publish_images(environ: Mapping[str, str], workflow: Workflow) -> None:
    """Publish the images of a tag, as the inputs in ``environ`` say; raise ActionError."""
    context = read_context(environ)
    inputs = read_inputs(environ, context)
    for part in hidden_parts(inputs.confidential):
        workflow.mask(part)
    with ExitStack() as stack:
        stack.callback(give_back, context.workspace, _written(inputs, context))
        registries = stack.enter_context(open_registries(inputs, environ, context.temporary))
        means = _means(inputs, context, workflow, environ, registries)
        tags = remote_tags(means.git, means.url)
        commit = _commit_of(inputs, context, tags)
        source = stack.enter_context(open_source(means.git, means.url, inputs.tag, commit, registries.folder))
        snapshot = read_snapshot(inputs, source, tags, means)
        plan = make_plan(inputs, source, snapshot, _facts(context))
        plan = plan.for_platform(inputs.platform) if inputs.platform else plan
        workflow.quote(planned_summary(plan))
        if inputs.dry_run:
            workflow.summarize(planned_summary(plan))
            raise_all(plan.problems)
            set_platforms(workflow, plan.platforms)
            return
        _publish(inputs, plan, snapshot, means)


def _publish(inputs: Inputs, plan: Plan, snapshot: Snapshot, means: Means) -> None:
    applier = Applier(
        plan=plan,
        declared=snapshot.declared,
        inputs=inputs,
        means=means,
        news=_news(inputs, means),
    )
    parts = means.context.workspace / inputs.parts
    outcome = applier.apply_platform(parts) if inputs.platform else applier.apply()
    set_outputs(means.workflow, outcome.results)
    means.workflow.summarize(summary(plan, outcome, inputs.platform))
    means.workflow.quote(images_table(outcome.results))
    if not inputs.platform:
        _tell_release(inputs, means, outcome)


def _news(inputs: Inputs, means: Means) -> News:
    @cache
    def unstable(version: Version) -> str:
        return why_unstable(read_release(means.forge, inputs.tag_format.tag(version)))

    return News(
        git_versions=lambda: read_git_versions(remote_tags(means.git, means.url), inputs.tag_format),
        why_unstable=unstable,
    )


def _written(inputs: Inputs, context: Context) -> tuple[Path, ...]:
    """Name the folders of the workspace that a run writes to."""
    caches = local_folders(inputs.cache, context.workspace)
    inside = (
        folder.relative_to(context.workspace) for folder in caches if folder.is_relative_to(context.workspace)
    )
    return (context.workspace / ".git", *(context.workspace / path.parts[0] for path in inside if path.parts))


def _means(
    inputs: Inputs,
    context: Context,
    workflow: Workflow,
    environ: Mapping[str, str],
    registries: Registries,
) -> Means:
    git = Git(directory=context.workspace)
    return Means(
        context=context,
        workflow=workflow,
        environ=environ,
        git=git.with_login(context.server_url, inputs.token) if inputs.token else git,
        url=f"{context.server_url}/{context.repository}.git",
        forge=Forge(repository=context.repository, api_url=context.api_url, token=inputs.token),
        registries=registries,
    )


def _commit_of(inputs: Inputs, context: Context, tags: Mapping[str, str]) -> str:
    if inputs.tag not in tags:
        raise ActionError(
            f"the tag {inputs.tag} does not exist in {context.repository}",
            why=f"the repository has {len(tags)} tags, and this is none of them",
            fix="release first, or correct input tag",
        )
    return tags[inputs.tag]


def _facts(context: Context) -> Facts:
    repository = context.event.get("repository") or {}
    licence = (repository.get("license") or {}).get("spdx_id") or ""
    return Facts(
        repository_url=f"{context.server_url}/{context.repository}",
        description=repository.get("description") or "",
        licenses="" if licence == "NOASSERTION" else licence,
    )


def _tell_release(inputs: Inputs, means: Means, outcome: Outcome) -> None:
    """Replace the section in the release's notes, read anew: people edit them while images are built."""
    if not inputs.release_notes:
        return
    try:
        release = read_release(means.forge, inputs.tag)
        if isinstance(release, Release):
            body = with_section(release.body, release_section(outcome.results))
            if body != release.body:
                update_body(means.forge, release, body)
    except ActionError as error:
        means.workflow.warning(
            str(error), title="the images are published, the release's notes are as before"
        )

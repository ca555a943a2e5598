"""One run of the action from its inputs to its report: the five steps in their order."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from actionkit.context import Context, read_context
from actionkit.errors import ActionError, PermissionDenied, raise_all
from actionkit.forge.client import Forge
from actionkit.forge.releases import Release, update_body
from actionkit.git import Git
from actionkit.workflow import Workflow
from images.apply import Result, Tools, apply_plan
from images.bake import Declared
from images.builder import open_builder
from images.declare import find_definition
from images.inputs import Inputs, read_inputs
from images.plan import Facts, Plan, make_plan
from images.registries import Registries, open_registries, repository_name
from images.report import planned_summary, release_section, set_outputs, summary, with_section
from images.snapshot import (
    read_declarations,
    read_git_versions,
    read_release,
    read_repository,
)
from images.source import open_source, remote_tags
from images.state import RepositoryState, Snapshot, Source


def publish_images(environ: Mapping[str, str], workflow: Workflow) -> None:
    """Publish the images of a tag, as the inputs in ``environ`` say; raise ActionError."""
    context = read_context(environ)
    inputs = read_inputs(environ, context)
    for secret in inputs.confidential:
        workflow.mask(secret)
    with ExitStack() as stack:
        registries = stack.enter_context(open_registries(inputs, environ, context.temporary))
        git = _git(context, inputs)
        url = f"{context.server_url}/{context.repository}.git"
        tags = remote_tags(git, url)
        commit = _commit_of(inputs, context, tags)
        source = stack.enter_context(open_source(git, url, inputs.tag, commit, registries.folder))
        snapshot = _snapshot(inputs, context, source, tags, registries)
        plan = make_plan(inputs, source, snapshot, _facts(context))
        workflow.quote(planned_summary(plan))
        if inputs.dry_run:
            workflow.summarize(planned_summary(plan))
            raise_all(plan.problems)
            return
        builder = stack.enter_context(open_builder(inputs.builder, registries.environment))
        tools = Tools(workflow=workflow, registries=registries, builder=builder, folder=registries.folder)
        results = apply_plan(plan, snapshot.declared, inputs, tools)
    _report(inputs, context, workflow, plan, results, snapshot)


def _git(context: Context, inputs: Inputs) -> Git:
    git = Git(directory=context.workspace)
    return git.with_login(context.server_url, inputs.token) if inputs.token else git


def _commit_of(inputs: Inputs, context: Context, tags: Mapping[str, str]) -> str:
    if inputs.tag not in tags:
        raise ActionError(
            f"the tag {inputs.tag} does not exist in {context.repository}",
            why=f"the repository has {len(tags)} tags, and this is none of them",
            fix="release first, or correct input tag",
        )
    return tags[inputs.tag]


def _snapshot(
    inputs: Inputs, context: Context, source: Source, tags: Mapping[str, str], registries: Registries
) -> Snapshot:
    project = context.repository.rpartition("/")[2]
    definition = find_definition(source.paths, inputs.files, project)
    declared = read_declarations(definition, inputs, source, registries.environment)
    forge = Forge(repository=context.repository, api_url=context.api_url, token=inputs.token)
    return Snapshot(
        declared=declared,
        repositories=_repositories(inputs, context, declared, registries),
        git_versions=read_git_versions(tags, inputs.tag_format),
        release=read_release(forge, inputs.tag),
    )


def _repositories(
    inputs: Inputs, context: Context, declared: Declared, registries: Registries
) -> Mapping[str, tuple[RepositoryState, ...]]:
    return {
        target.name: tuple(
            read_repository(registries.of(name), name, inputs.version)
            for name in (
                repository_name(destination, target.image, context.repository)
                for destination in inputs.destinations
            )
        )
        for target in declared.targets
    }


def _facts(context: Context) -> Facts:
    repository = context.event.get("repository") or {}
    licence = (repository.get("license") or {}).get("spdx_id") or ""
    return Facts(
        repository_url=f"{context.server_url}/{context.repository}",
        description=repository.get("description") or "",
        licenses="" if licence == "NOASSERTION" else licence,
    )


def _report(
    inputs: Inputs,
    context: Context,
    workflow: Workflow,
    plan: Plan,
    results: tuple[Result, ...],
    snapshot: Snapshot,
) -> None:
    set_outputs(workflow, results)
    workflow.summarize(summary(plan, results))
    workflow.quote(summary(plan, results))
    if inputs.release_notes and isinstance(snapshot.release, Release):
        forge = Forge(repository=context.repository, api_url=context.api_url, token=inputs.token)
        body = with_section(snapshot.release.body, release_section(results))
        try:
            update_body(forge, snapshot.release, body)
        except PermissionDenied as error:
            workflow.warning(f"the images are published; their section in the release is not\n{error}")

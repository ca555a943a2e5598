"""Turn what happened into the story that the page and the terminal show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from actionkit.forge import Forge, NoRelease
from actionkit.forge.releases import find_release
from actionkit.semver import Level
from pipeline.rehearsal.github import Suppressed
from pipeline.rehearsal.play import Run
from pipeline.rehearsal.runner import Annotation, Conclusion, JobResult, StepResult
from pipeline.rehearsal.scene import IMAGES, RELEASE, NoRegistry, Scene
from pipeline.rehearsal.story import model

_ACTION_STEPS: Final = {RELEASE: "release", IMAGES: "images"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """When the rehearsal began, and the spans of setting it up."""

    at: datetime
    spans: tuple[model.Span, ...]


def tell(scene: Scene, runs: Sequence[Run], beginning: Beginning) -> model.Story:
    """Tell the whole rehearsal."""
    plan = _plan(runs)
    problems = tuple(_problems(runs))
    outcome = _outcome(scene, plan, problems)
    return model.Story(
        repository=scene.slug,
        title="Rehearsal of a release",
        head=scene.head,
        started=beginning.at.isoformat(timespec="seconds"),
        outcome=outcome,
        reason=_reason(outcome, plan, problems),
        decision=_decision(plan),
        edits=tuple(model.Edit(path=edit["path"], diff=edit["diff"]) for edit in plan.get("edits", ())),
        release=_release(scene, plan),
        images=tuple(_images(runs)),
        spans=(*beginning.spans, *_spans(runs, beginning)),
        events=tuple(_events(runs, scene.github.suppressed(), beginning)),
        links=_links(scene),
        problems=problems,
        logs=tuple(_logs(runs)),
        stopped=(scene.github.url, *_registry_origin(scene)),
    )


def _steps(runs: Sequence[Run], workflow: str) -> Iterator[StepResult]:
    """Find the step of our own action in the runs of a workflow."""
    for run in runs:
        if run.event.workflow == workflow:
            for job in run.result.jobs:
                yield from (step for step in job.steps if step.id == _ACTION_STEPS[workflow])


def _plan(runs: Sequence[Run]) -> Mapping[str, Any]:
    for step in _steps(runs, RELEASE):
        if step.outputs.get("plan"):
            told: Mapping[str, Any] = json.loads(step.outputs["plan"])
            return told
    return {}


def _outcome(scene: Scene, plan: Mapping[str, Any], problems: Sequence[model.Problem]) -> model.Outcome:
    if problems:
        return model.Outcome.FAILED
    if not plan.get("release"):
        return model.Outcome.NOTHING_TO_RELEASE
    if isinstance(scene.registry, NoRegistry):
        return model.Outcome.IMAGES_ONLY_PLANNED
    return model.Outcome.SUCCEEDED


def _reason(outcome: model.Outcome, plan: Mapping[str, Any], problems: Sequence[model.Problem]) -> str:
    match outcome:
        case model.Outcome.FAILED:
            return problems[0].what
        case model.Outcome.IMAGES_ONLY_PLANNED:
            return "No Docker engine runs here and none could be made, so no image was built."
        case _:
            return str(plan.get("reason", ""))


def _decision(plan: Mapping[str, Any]) -> model.AnyDecision:
    if not plan:
        return model.Undecided()
    return model.Decision(
        version=plan["version"],
        tag=plan["tag"],
        prior_version=plan["prior_version"],
        prior_tag=plan["prior_tag"],
        bump=Level(plan["bump"]),
        reason=plan["reason"],
        commits=tuple(
            model.Commit(
                sha=commit["sha"],
                subject=commit["subject"],
                bump=Level(commit["bump"]),
                rule=commit["rule"],
                decided=commit["decided"],
            )
            for commit in plan["commits"]
        ),
        packages=tuple(_package(package, plan["version"]) for package in plan["packages"]),
        warnings=tuple(plan["warnings"]),
    )


def _package(package: Mapping[str, str], version: str) -> model.Package:
    return model.Package(
        name=package["name"],
        prior_version=package["prior_version"],
        version=version if package["outcome"] == "bumped" else package["prior_version"],
        outcome=package["outcome"],
        reason=package["reason"],
    )


def _release(scene: Scene, plan: Mapping[str, Any]) -> model.AnyRelease:
    if not plan.get("tag"):
        return model.NotReleased()
    forge = Forge(repository=scene.slug, api_url=scene.github.api_url, token=scene.developers_token())
    found = find_release(forge, plan["tag"])
    if isinstance(found, NoRelease):
        return model.NotReleased(reason=f"GitHub has no release {plan['tag']}.")
    return model.Release(
        title=found.title,
        tag=found.tag,
        url=found.url,
        notes=found.body,
        prerelease=found.prerelease,
        draft=found.draft,
        assets=tuple(model.Asset(name=asset.name, size=asset.size) for asset in found.assets),
    )


def _images(runs: Sequence[Run]) -> Iterator[model.Image]:
    for step in _steps(runs, IMAGES):
        for image in json.loads(step.outputs.get("images") or "[]"):
            yield model.Image(
                name=image["name"],
                tags=tuple(image["tags"]),
                digest=image["digest"],
                size=image["size"],
                platforms=tuple(image["platforms"]),
                pull=f"docker pull {image['name']}@{image['digest']}",
            )


def _spans(runs: Sequence[Run], beginning: Beginning) -> Iterator[model.Span]:
    for run in runs:
        for job in run.result.jobs:
            yield _span(f"{run.event.workflow}: {job.name}", job, beginning, model.SpanKind.JOB, depth=0)
            for step in job.steps:
                yield _span(step.name, step, beginning, model.SpanKind.STEP, depth=1)


def _span(
    name: str, timed: JobResult | StepResult, beginning: Beginning, kind: model.SpanKind, *, depth: int
) -> model.Span:
    ended = timed.conclusion if isinstance(timed, JobResult) else timed.outcome
    return model.Span(
        name=name,
        started=max(0.0, (timed.started - beginning.at).total_seconds()),
        seconds=timed.seconds,
        outcome=model.SpanOutcome(ended.value),
        depth=depth,
        kind=kind,
    )


def _events(
    runs: Sequence[Run], suppressed: Sequence[Suppressed], beginning: Beginning
) -> Iterator[model.Event]:
    setting_up = max((span.started + span.seconds for span in beginning.spans), default=0.0)
    for run in runs:
        pressed = run.event.workflow == RELEASE
        cause = "Run workflow was pressed" if pressed else f"{run.event.actor} sent {run.event.name}"
        yield model.Event(at=setting_up + run.at, cause=cause, started=run.event.workflow)
        if pressed:
            yield from (
                model.Event(at=setting_up + run.at, cause=f"{item.event.name} happened", rule=item.reason)
                for item in suppressed
                if item.event.name == "release"
            )


def _problems(runs: Sequence[Run]) -> Iterator[model.Problem]:
    for run in runs:
        for job in run.result.jobs:
            for step in job.steps:
                if step.outcome is Conclusion.FAILURE:
                    yield _problem(step)


def _problem(step: StepResult) -> model.Problem:
    errors = [note for note in step.annotations if note.level == "error"]
    if not errors:
        return model.Problem(what=f"the step {step.name} failed", why=step.log[-2000:])
    return model.Problem(
        what=errors[0].title or errors[0].message, why=errors[0].message, place=_place(errors[0])
    )


def _place(note: Annotation) -> str:
    return ":".join(str(part) for part in (note.file, note.line, note.column) if part)


def _logs(runs: Sequence[Run]) -> Iterator[model.Log]:
    for run in runs:
        for job in run.result.jobs:
            for step in job.steps:
                yield model.Log(title=f"{run.event.workflow} · {step.name}", text=step.log)


def _links(scene: Scene) -> tuple[model.Link, ...]:
    there = "until the folder is deleted"
    links = [model.Link(label="The released repository", target=str(scene.bare), lives=there)]
    if not isinstance(scene.registry, NoRegistry):
        links.append(
            model.Link(label="What the registry stored", target=str(scene.registry.data), lives=there)
        )
    return tuple(links)


def _registry_origin(scene: Scene) -> tuple[str, ...]:
    return () if isinstance(scene.registry, NoRegistry) else (f"http://{scene.registry.address}",)

"""Turn what happened into the story that the page and the terminal show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from actionkit.forge import Forge, NoRelease
from actionkit.forge.releases import find_release
from actionkit.git import Git
from actionkit.semver import Level
from pipeline.rehearsal.outline import image_names
from pipeline.rehearsal.play import Run
from pipeline.rehearsal.read import (
    Beginning,
    action_steps,
    read_events,
    read_logs,
    read_problems,
    read_spans,
)
from pipeline.rehearsal.scene import IMAGES, RELEASE, NoRegistry, Scene
from pipeline.rehearsal.story import model


def tell(scene: Scene, runs: Sequence[Run], beginning: Beginning) -> model.Story:
    """Tell the whole rehearsal."""
    plan = _plan(runs)
    planned = tuple(_planned(scene, plan))
    problems = tuple(read_problems(runs, without={IMAGES} if planned else set()))
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
        images=planned or tuple(_images(runs)),
        spans=(*beginning.spans, *read_spans(runs, beginning)),
        events=tuple(read_events(runs, scene.github.suppressed(), beginning)),
        links=_links(scene),
        problems=problems,
        logs=tuple(read_logs(runs)),
        stopped=(scene.github.url, *_registry_origin(scene)),
    )


def _plan(runs: Sequence[Run]) -> Mapping[str, Any]:
    for step in action_steps(runs, RELEASE):
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


def _planned(scene: Scene, plan: Mapping[str, Any]) -> Iterator[model.PlannedImage]:
    """Name what would be built, where there is no engine to build it."""
    if not isinstance(scene.registry, NoRegistry) or not plan.get("release"):
        return
    for name in image_names(Git(directory=scene.bare), plan["tag"], scene.slug.rsplit("/", 1)[1]):
        yield model.PlannedImage(name=f"{scene.slug}/{name}", tags=(plan["version"],))


def _images(runs: Sequence[Run]) -> Iterator[model.Image]:
    for step in action_steps(runs, IMAGES):
        for image in json.loads(step.outputs.get("images") or "[]"):
            yield model.Image(
                name=image["name"],
                tags=tuple(image["tags"]),
                digest=image["digest"],
                size=image["size"],
                platforms=tuple(image["platforms"]),
                pull=f"docker pull {image['name']}@{image['digest']}",
            )


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

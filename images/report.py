"""Tell what was published: outputs, job summary, a section in the GitHub Release."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from actionkit.registry import Missing
from actionkit.workflow import Workflow
from images.apply import Outcome, Result
from images.plan import Compare, Copy, Keep, Place, Plan, Push
from images.tags import Hold, Move

_BEGIN: Final = "<!-- images -->"
_END: Final = "<!-- /images -->"
_SECTION: Final = re.compile(rf"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)
_GITHUBS: Final = "ghcr.io/"
_OPEN: Final = "somebody changes the package's visibility (Package settings, Danger Zone)"
_KIB: Final = 1024


def set_outputs(workflow: Workflow, results: tuple[Result, ...]) -> None:
    """Set ``images``, ``digests`` and ``tags``."""
    digests = (f"{result.arrived.repository}@{result.arrived.digest}" for result in results)
    tags = (f"{result.arrived.repository}:{tag}" for result in results for tag in result.tags)
    workflow.set_output("images", json.dumps([_as_json(result) for result in results]))
    workflow.set_output("digests", "\n".join(digests))
    workflow.set_output("tags", "\n".join(tags))
    set_platforms(workflow, (platform for result in results for platform in result.arrived.platforms))


def set_platforms(workflow: Workflow, platforms: Iterable[str]) -> None:
    """Set ``platforms``, what a matrix of building jobs is made of."""
    workflow.set_output("platforms", json.dumps(list(dict.fromkeys(platforms))))


def summary(plan: Plan, outcome: Outcome) -> str:
    """Write the job summary in Markdown."""
    parts = (f"## Docker images of {plan.tag}", "", images_table(outcome.results), "", *_notes(plan, outcome))
    return "\n".join((*parts, "", *_commands(outcome.results))).rstrip()


def planned_summary(plan: Plan) -> str:
    """Write what would happen, in Markdown."""
    rows = (
        f"| `{place.repository}` | {_planned(place)} | {', '.join(_planned_tags(place))} "
        f"| {', '.join(f'{hold.tag} ({hold.reason})' for hold in _holds(place))} |"
        for image in plan.images
        for place in image.places
    )
    head = ("| image | what | tags | left alone |", "|---|---|---|---|")
    return "\n".join((f"## Docker images of {plan.tag}: plan", "", *head, *rows))


def images_table(results: tuple[Result, ...]) -> str:
    """Write the table of published images in Markdown."""
    rows = (
        f"| `{result.arrived.repository}` | {', '.join(f'`{tag}`' for tag in result.tags) or 'none yet'} "
        f"| `{result.arrived.digest}` | {human_size(result.arrived.size)} | {_change(result)} "
        f"| {', '.join(result.arrived.platforms)} |"
        for result in results
    )
    head = ("| image | tags | digest | size | change | platforms |", "|---|---|---|--:|--:|---|")
    return "\n".join((*head, *rows))


def release_section(results: tuple[Result, ...]) -> str:
    """Write the section of the GitHub Release, between marks that only this action uses."""
    return "\n".join((_BEGIN, "## Docker images", "", images_table(results), "", *_commands(results), _END))


def with_section(body: str, section: str) -> str:
    """Put the section in the place of an earlier one, else at the end of a release's body."""
    if not _SECTION.search(body):
        return f"{body.rstrip()}\n\n{section}\n".lstrip("\n")
    return _SECTION.sub(lambda _: section, body, count=1)


def human_size(size: int) -> str:
    """Write bytes for people: ``12.3 MiB``."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB"):
        if amount < _KIB:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= _KIB
    return f"{amount:.1f} GiB"


def _as_json(result: Result) -> dict[str, object]:
    arrived = result.arrived
    return {
        "name": arrived.repository,
        "target": result.target,
        "tags": list(result.tags),
        "digest": arrived.digest,
        "size": arrived.size,
        "platforms": list(arrived.platforms),
    }


def _change(result: Result) -> str:
    """Say how the size moved since the version before: ``+1.2 MiB since 1.2.0``."""
    if isinstance(result.prior, Missing) or not result.prior.size:
        return "first"
    difference = result.arrived.size - result.prior.size
    sign = "+" if difference > 0 else "-" if difference < 0 else "±"
    return f"{sign}{human_size(abs(difference))} since {result.prior.tag}"


def _notes(plan: Plan, outcome: Outcome) -> Iterable[str]:
    for result in outcome.results:
        for hold in result.held:
            yield f"- `{result.arrived.repository}:{hold.tag}` stays where it is: {hold.reason}"
        if result.is_new and result.arrived.repository.startswith(_GITHUBS):
            yield f"- `{result.arrived.repository}` is new: GitHub keeps a new package private until {_OPEN}"
    if plan.source.changed:
        names = ", ".join(f"`{path}`" for path in plan.source.changed[:10])
        yield f"- the workspace was not exactly the tagged commit: {names} differ and went in as they are"
    for step in outcome.repeated:
        yield (
            f"- `{step.instruction}` (stage {step.stage}) ran {len(step.targets)} times, for"
            f" {', '.join(step.targets)}: {step.seconds:.0f} s that one shared run would save;"
            f" what differs: {', '.join(step.arguments) or 'the stages before it'}"
        )


def _commands(results: tuple[Result, ...]) -> tuple[str, ...]:
    """Write how to pull each image, and how to see that a tag is what was published."""
    results = tuple(result for result in results if result.tags)
    pulls = (f"docker pull {result.arrived.repository}:{result.tags[0]}" for result in results)
    proofs = (
        f"docker buildx imagetools inspect {result.arrived.repository}:{result.tags[0]}"
        f" --format '{{{{.Manifest.Digest}}}}' # {result.arrived.digest}"
        for result in results
    )
    if not results:
        return ()
    return ("```sh", *pulls, "", "# the digest of what the registry serves now", *proofs, "```")


def _planned(place: Place) -> str:
    match place.action:
        case Keep():
            return "keep"
        case Copy(origin=origin):
            return f"copy from {origin}"
        case Compare():
            return "build and compare"
        case Push():
            return "build and push"


def _planned_tags(place: Place) -> tuple[str, ...]:
    moves = (decision.tag for decision in place.floating if isinstance(decision, Move))
    return (place.version_tag, *moves)


def _holds(place: Place) -> tuple[Hold, ...]:
    return tuple(decision for decision in place.floating if isinstance(decision, Hold))

"""Tell what was published: outputs, job summary, a section in the GitHub Release."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from actionkit.registry import Missing
from actionkit.workflow import Workflow
from images.plan import Compare, Copy, Keep, Place, Plan, Push
from images.publish.results import Outcome, Result
from images.tags import Hold, Move

_BEGIN: Final = "<!-- images -->"
_END: Final = "<!-- /images -->"
_SECTION: Final = re.compile(rf"{_BEGIN}(?:(?!{_BEGIN}).)*?{_END}\n*", re.DOTALL)
_LONGEST: Final = 125_000
"""Characters that GitHub takes as the notes of a release."""
_GITHUBS: Final = "ghcr.io/"
_OPEN: Final = "somebody changes the package's visibility (Package settings, Danger Zone)"
_FOLD: Final = "<details><summary>Pull and verify</summary>"
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


def summary(plan: Plan, outcome: Outcome, platform: str) -> str:
    """Write the job summary in Markdown; ``platform`` is the one that the job builds of several, or empty."""
    which = f" for {platform}, without tags until all are there" if platform else ""
    table = images_table(outcome.results, with_state=True) if outcome.results else "Nothing was to be done."
    parts = (f"## Docker images of {plan.tag}{which}", "", table, "", *_notes(plan, outcome))
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


def images_table(results: tuple[Result, ...], *, with_state: bool = False) -> str:
    """Write the table of published images in Markdown; ``with_state`` says what this run did."""
    rows = (
        f"| `{result.arrived.repository}` | {', '.join(f'`{tag}`' for tag in result.tags) or 'none yet'} "
        f"| `{result.arrived.digest}` | {human_size(result.arrived.size)} | {_change(result)} "
        f"| {', '.join(result.arrived.platforms)} |{f' {result.state} |' if with_state else ''}"
        for result in results
    )
    size = "size (largest platform)" if any(len(it.arrived.platforms) > 1 for it in results) else "size"
    head = f"| image | tags | digest | {size} | change | platforms |{' this run |' if with_state else ''}"
    rule = f"|---|---|---|--:|--:|---|{'---|' if with_state else ''}"
    return "\n".join((head, rule, *rows))


def release_section(results: tuple[Result, ...]) -> str:
    """Write the section of the GitHub Release, between marks that only this action uses."""
    return "\n".join((_BEGIN, "## Docker images", "", images_table(results), "", *_commands(results), _END))


def with_section(body: str, section: str) -> str:
    """Put the section in the place of the first earlier one, else at the end; there is one afterwards.

    A begin without its end is somebody's text. Where the notes have no room for all of it, the commands that
    stand below the table are left out.
    """
    first = _SECTION.search(body)
    at = first.start() if first else len(body.rstrip())
    before, after = body[:at].rstrip(), _SECTION.sub("", body[at:]).strip()
    whole = "\n\n".join(part for part in (before, section, after) if part) + "\n"
    if len(whole) <= _LONGEST or _FOLD not in section:
        return whole
    return with_section(body, f"{section.partition(_FOLD)[0].rstrip()}\n{_END}")


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
        "state": result.state,
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
    yield from _held(outcome.results)
    for result in outcome.results:
        if result.is_new and result.arrived.repository.startswith(_GITHUBS):
            yield f"- `{result.arrived.repository}` is new: GitHub keeps a new package private until {_OPEN}"
    if plan.source.changed:
        names = ", ".join(f"`{path}`" for path in plan.source.changed[:10])
        differ = "differs" if len(plan.source.changed) == 1 else "differ"
        yield f"- the workspace was not exactly the tagged commit: {names} {differ} from it"
    if plan.source.ignored:
        names = ", ".join(f"`{path}`" for path in plan.source.ignored[:10])
        yield f"- git ignores {names}: what a build takes from there is not looked at when this runs again"
    for step in outcome.repeated:
        yield (
            f"- `{step.instruction}` (stage {step.stage}) ran {len(step.targets)} times, for"
            f" {', '.join(step.targets)}: {step.seconds:.0f} s that one shared run would save;"
            f" what differs: {', '.join(step.arguments) or 'the stages before it'}"
        )


def _held(results: tuple[Result, ...]) -> Iterable[str]:
    """Say which tags stay where they are, one line for all images of which the same is true."""
    same: dict[tuple[Hold, ...], list[str]] = {}
    for result in results:
        same.setdefault(result.held, []).append(result.arrived.repository)
    for held, repositories in same.items():
        whose = "" if len(same) == 1 else f" of {', '.join(f'`{name}`' for name in repositories)}"
        for reason, given_to in dict.fromkeys((hold.reason, hold.given_to) for hold in held):
            tags = [f"`{hold.tag}`" for hold in held if (hold.reason, hold.given_to) == (reason, given_to)]
            stay = "stays where it is" if len(tags) == 1 else "stay where they are"
            became = f"given to {given_to}" if given_to else stay
            yield f"- {', '.join(tags)}{whose} {became}: {reason}"


def _commands(results: tuple[Result, ...]) -> tuple[str, ...]:
    """Write how to pull each image, and how to see that a tag is what was published."""
    results = tuple(result for result in results if result.tags)
    pulls = (f"docker pull {result.arrived.repository}:{result.tags[0]}" for result in results)
    proofs = (
        f"docker buildx imagetools inspect {result.arrived.repository}:{result.tags[0]}"
        f" --format '{{{{json .Manifest.Digest}}}}' # {result.arrived.digest}"
        for result in results
    )
    if not results:
        return ()
    shell = ("```sh", *pulls, "", "# the digest of what the registry serves now", *proofs, "```")
    return (_FOLD, "", *shell, "", "</details>")


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

"""Tell what was published: outputs, job summary, a section in the GitHub Release."""

from __future__ import annotations

import json
import re
from typing import Final

from actionkit.workflow import Workflow
from images.apply import Result
from images.plan import Build, Plan
from images.tags import Hold, Move

_BEGIN: Final = "<!-- images -->"
_END: Final = "<!-- /images -->"
_SECTION: Final = re.compile(rf"\n*{re.escape(_BEGIN)}.*?{re.escape(_END)}\n?", re.DOTALL)
_KIB: Final = 1024


def set_outputs(workflow: Workflow, results: tuple[Result, ...]) -> None:
    """Set ``images``, ``digests`` and ``tags``."""
    workflow.set_output("images", json.dumps([_as_json(result) for result in results]))
    workflow.set_output(
        "digests",
        "\n".join(f"{result.arrived.repository}@{result.arrived.digest}" for result in results),
    )
    workflow.set_output(
        "tags", "\n".join(f"{result.arrived.repository}:{tag}" for result in results for tag in result.tags)
    )


def summary(plan: Plan, results: tuple[Result, ...]) -> str:
    """Write the job summary in Markdown."""
    held = tuple(
        f"- `{result.arrived.repository}:{hold.tag}` stays where it is: {hold.reason}"
        for result in results
        for hold in result.held
    )
    return "\n".join((f"## Images of {plan.tag}", "", images_table(results), "", *held))


def planned_summary(plan: Plan) -> str:
    """Write what would happen, in Markdown."""
    rows = [
        f"| `{place.repository}` | {'build' if isinstance(image.work, Build) else 'keep'} "
        f"| {', '.join((place.version_tag, *_moves(place.floating)))} | {_holds(place.floating)} |"
        for image in plan.images
        for place in image.repositories
    ]
    head = ("| image | what | tags | left alone |", "|---|---|---|---|")
    return "\n".join((f"## Images of {plan.tag}: plan", "", *head, *rows))


def images_table(results: tuple[Result, ...]) -> str:
    """Write the table of published images in Markdown."""
    rows = (
        f"| `{result.arrived.repository}` | {', '.join(f'`{tag}`' for tag in result.tags)} "
        f"| `{result.arrived.digest}` | {human_size(result.arrived.size)} "
        f"| {', '.join(result.arrived.platforms)} |"
        for result in results
    )
    head = ("| image | tags | digest | size | platforms |", "|---|---|---|--:|---|")
    return "\n".join((*head, *rows))


def release_section(results: tuple[Result, ...]) -> str:
    """Write the section of the GitHub Release, between marks that only this action uses."""
    pulls = "\n".join(f"docker pull {result.arrived.repository}:{result.tags[0]}" for result in results)
    parts = (_BEGIN, "## Images", "", images_table(results), "", "```sh", pulls, "```", _END)
    return "\n".join(parts)


def with_section(body: str, section: str) -> str:
    """Put the section at the end of a release's body, in the place of an earlier one."""
    return f"{_SECTION.sub('', body).rstrip()}\n\n{section}\n".lstrip("\n")


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
        "target": arrived.target,
        "tags": list(result.tags),
        "digest": arrived.digest,
        "size": arrived.size,
        "platforms": list(arrived.platforms),
    }


def _moves(floating: tuple[Move | Hold, ...]) -> tuple[str, ...]:
    return tuple(decision.tag for decision in floating if isinstance(decision, Move))


def _holds(floating: tuple[Move | Hold, ...]) -> str:
    return ", ".join(f"{hold.tag} ({hold.reason})" for hold in floating if isinstance(hold, Hold))

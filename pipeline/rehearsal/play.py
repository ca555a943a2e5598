"""Play the rehearsal: press Run workflow, then let every event start the workflow that listens to it.

What runs, in which order and with which inputs is in the workflow files and in what the local GitHub says
happened; no sequence is written down here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from actionkit.forge import Forge
from actionkit.forge.workflows import dispatch
from pipeline.rehearsal.github import Event
from pipeline.rehearsal.runner import Conclusion, Runner, Watcher, WorkflowResult
from pipeline.rehearsal.scene import RELEASE, ROOT, WORKFLOWS, Docker, NoRegistry, Scene

_LEVELS: Final = ("auto", "patch", "minor", "major")
_MOST_RUNS: Final = 10
"""A workflow that starts itself must not go on for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a workflow: what started it, when (seconds after the beginning), and how it went."""

    event: Event
    at: float
    result: WorkflowResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What the person chose: the inputs of the form, and the repository's variable for tag names."""

    bump: str = "auto"
    prerelease: str = ""
    tag_format: str = ""

    @property
    def inputs(self) -> Mapping[str, str]:
        """The form's fields; an exact version has one of its own."""
        level = self.bump in _LEVELS
        asked = {"bump": self.bump} if level else {"version": self.bump}
        return {**asked, "prerelease": self.prerelease}


def play(
    scene: Scene, pressed: Pressed, watcher: Watcher, clock: Callable[[], float] = time.monotonic
) -> tuple[Run, ...]:
    """Press the button and run until nothing more is started."""
    begin = clock()
    forge = Forge(repository=scene.slug, api_url=scene.github.api_url, token=scene.developers_token())
    dispatch(forge, RELEASE, scene.branch, pressed.inputs)
    runner = make_runner(scene, pressed, watcher)
    runs: list[Run] = []
    for event in scene.github.events():
        if event.workflow and len(runs) < _MOST_RUNS:
            at = clock() - begin
            runs.append(Run(event=event, at=at, result=_run(scene, runner, event)))
    return tuple(runs)


def make_runner(scene: Scene, pressed: Pressed, watcher: Watcher) -> Runner:
    """Make the runner of a scene: its repository has the registry's login as variables and a secret."""
    variables = {"RELEASE_TAG_FORMAT": pressed.tag_format} if pressed.tag_format else {}
    secrets: dict[str, str] = {}
    if not isinstance(scene.registry, NoRegistry):
        variables |= {
            "REGISTRY": f"http://{scene.registry.address}",
            "REGISTRY_USERNAME": scene.registry.username,
        }
        secrets = {"REGISTRY_PASSWORD": scene.registry.password}
    return Runner(
        engine=scene.engine,
        work=scene.folder / "runner",
        server_url=scene.github.url,
        api_url=scene.github.api_url,
        graphql_url=scene.github.graphql_url,
        tokens=scene.jobs_token,
        watcher=watcher,
        variables=variables,
        secrets=secrets,
        network_options=scene.engine.network_options if isinstance(scene.engine, Docker) else (),
    )


def _run(scene: Scene, runner: Runner, event: Event) -> WorkflowResult:
    handle = scene.github.start_run(event)
    result = runner.run_workflow(
        ROOT / WORKFLOWS / event.workflow,
        event_name=event.name,
        repository=event.repository,
        ref=event.ref,
        sha=event.sha,
        payload=event.payload,
        inputs=event.inputs if event.name == "workflow_dispatch" else None,
        actor=event.actor,
        run_id=handle.id,
    )
    handle.complete("success" if result.conclusion is Conclusion.SUCCESS else "failure")
    return result

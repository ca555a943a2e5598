"""Find stages that were compiled more than once in one build, from BuildKit's plain progress. Pure.

BuildKit runs a step once for all targets when everything that goes into it is the same; an argument that
differs, even one that the stage does not need, makes it run once for each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_STEP: Final = re.compile(
    r"^#(?P<vertex>\d+) \[(?P<target>[^\s\]]+) (?:(?P<platform>[a-z][a-z0-9]*/[^\s\]]+) )?"
    r"(?:(?P<stage>[^\s\]]+) )? *\d+/\d+\] (?P<instruction>RUN .+)$"
)
_DONE: Final = re.compile(r"^#(?P<vertex>\d+) DONE (?P<seconds>[\d.]+)s$")
_UNNAMED: Final = "unnamed"
_NOTABLE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """One step that ran for several targets: ``seconds`` are those of all runs but the longest."""

    stage: str
    instruction: str
    targets: tuple[str, ...]
    seconds: float
    arguments: tuple[str, ...]


@dataclass(slots=True)
class Steps:
    """Collects the steps of a build line by line; the whole log need not be kept."""

    steps: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget a build that is tried once more."""
        self.steps.clear()
        self.seconds.clear()

    def take(self, line: str) -> None:
        """Note a step that starts or ends."""
        if step := _STEP.match(line):
            key = (step["target"], step["platform"] or "", step["stage"] or _UNNAMED, step["instruction"])
            self.steps[step["vertex"]] = key
        elif done := _DONE.match(line):
            self.seconds[done["vertex"]] = float(done["seconds"])

    def repeated(self, arguments: Mapping[str, Mapping[str, str]]) -> tuple[Repeated, ...]:
        """List the steps that ran more than once; ``arguments`` are those of each target that is built."""
        groups: dict[tuple[str, str, str], list[str]] = {}
        for vertex, (target, platform, stage, instruction) in self.steps.items():
            if vertex in self.seconds and target in arguments:
                groups.setdefault((platform, stage, instruction), []).append(vertex)
        found = (self._repeated(key, vertices, arguments) for key, vertices in groups.items())
        return tuple(step for step in found if len(step.targets) > 1 and step.seconds >= _NOTABLE_SECONDS)

    def _repeated(
        self, key: tuple[str, str, str], vertices: list[str], arguments: Mapping[str, Mapping[str, str]]
    ) -> Repeated:
        ran = {self.steps[vertex][0] for vertex in vertices}
        names = tuple(name for name in arguments if name in ran)
        times = sorted(self.seconds[vertex] for vertex in vertices)
        return Repeated(
            stage=key[1],
            instruction=key[2],
            targets=names,
            seconds=sum(times[:-1]),
            arguments=_differing([arguments[name] for name in names]),
        )


def _differing(arguments: list[Mapping[str, str]]) -> tuple[str, ...]:
    names = sorted({name for given in arguments for name in given})
    return tuple(name for name in names if len({given.get(name) for given in arguments}) > 1)

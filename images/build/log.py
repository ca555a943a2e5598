"""BuildKit's plain progress: shown as it comes, and turned into an error when it ends badly."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from pathlib import Path, PurePosixPath
from typing import Any, Final

from actionkit.errors import ActionError
from actionkit.process import hide
from images.build.repeated import Repeated, Steps
from images.build.scanner import scanner_failures

_FOREIGN: Final = "exec format error"
_ENTITLEMENT: Final = re.compile(r'--allow=([^\s"]+)')
_TAIL: Final = 5000
_SHOWN: Final = 60
_SHORT: Final = 20
_TITLE: Final = re.compile(r"^#(?P<step>\d+) (?P<text>\[.*)$")
_STEP_FAILED: Final = re.compile(r"^#(\d+) ERROR: (.+)$")
_FAILED_STEP: Final = re.compile(r"^ > \[(?P<target>[^\s\]]+)")
_SHOWN_LINE: Final = re.compile(r"^ *(?P<line>\d+) \| >>> (?P<text>.*)$")
_WRITTEN: Final = re.compile(r"^#(?P<step>\d+) (?P<text>\d+\.\d+ .*)$")
_PLACE: Final = re.compile(r"^(?P<file>\S.*):(?P<line>\d+)$")
_FRAME: Final = re.compile(r"^-{20}$")
"""What stands below a place, above the lines of the file."""
_NO_INDEX: Final = "index annotations not supported"
_FAILED: Final = re.compile(r"^ERROR: (?:target (?P<target>\S+): )?(?P<text>.*)$")
_CACHE: Final = re.compile(
    r"configure \S+ cache (?:ex|im)porter|cache (?:ex|im)port|(?:ex|im)porting cache", re.IGNORECASE
)
_CACHE_TITLE: Final = re.compile(r"^#(?P<step>\d+) (?:im|ex)porting cache ")
_PROCESS: Final = 'process "'
"""What BuildKit says of a command that failed; its words are the Dockerfile's."""
_BEGUN: Final = re.compile(r"^#\d+ \[[^\]]*\d+/\d+\] (?!FROM )")
"""A step of a Dockerfile; fetching a base comes before."""

Targets = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildLog:
    """BuildKit's plain progress: shown, its steps noted, its end kept to explain a failure.

    What it keeps is as it was written, since a secret such as ``1`` is a part of every line's number; what it
    tells is without ``hidden``.
    """

    tell: Callable[[str], None]
    hidden: tuple[str, ...] = ()
    steps: Steps = field(default_factory=Steps)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL))

    def begin(self) -> None:
        """Forget a build that failed and is tried in another way."""
        self.lines.clear()
        self.steps.clear()

    def take(self, line: str) -> None:
        """Show a line and note what it says."""
        self.lines.append(line)
        self.steps.take(line)
        self.tell(hide(line, self.hidden))

    def explain(self, targets: Targets, source: Path) -> ActionError:
        """Turn the end of a build that failed into an error that can be shown."""
        error = explain_failure(tuple(self.lines), targets, source)
        what, why, fix, yaml = (
            hide(text, self.hidden) for text in (error.what, error.why, error.fix, error.yaml)
        )
        return ActionError(what, why=why, fix=fix, yaml=yaml, file=error.file, line=error.line)

    def repeated(self, arguments: Mapping[str, Mapping[str, str]]) -> tuple[Repeated, ...]:
        """List the steps that ran more often than needed, as they can be shown."""
        found = self.steps.repeated(arguments)
        return tuple(replace(step, instruction=hide(step.instruction, self.hidden)) for step in found)


def cache_trouble(lines: tuple[str, ...]) -> str:
    """Return the reason of a failure that may be a cache's; empty for one that is not.

    BuildKit's texts do not always say that they are about a cache, so that every failure counts before the
    first step began for which it names neither a line of a Dockerfile nor a right that is to be given.
    """
    reason = next((match["text"] for line in reversed(lines) if (match := _FAILED.match(line))), "")
    if _PROCESS in reason:
        return ""
    is_placed = any(True for _ in _places(lines)) or any(_ENTITLEMENT.search(line) for line in lines)
    is_early = len(lines) < _TAIL and not any(_BEGUN.match(line) for line in lines)
    return reason if _is_of_cache(reason, lines) or (is_early and not is_placed) else ""


def plain_target(lines: tuple[str, ...], targets: tuple[str, ...]) -> str:
    """Name the target that BuildKit cannot make an index of; empty for any other failure.

    It records nothing about an image without layers, which then is a plain manifest.
    """
    failed = [match for line in lines if (match := _FAILED.match(line))]
    if not failed or _NO_INDEX not in failed[-1]["text"]:
        return ""
    return failed[-1]["target"] or (targets[0] if len(targets) == 1 else "")


def explain_failure(lines: tuple[str, ...], targets: Targets, source: Path) -> ActionError:
    """Turn the end of BuildKit's plain progress into an error: target, Dockerfile and line, last output.

    ``targets`` are what bake resolved, by name. BuildKit names the target only when it builds several, and of
    a Dockerfile only the last part of its path.
    """
    failures = [match for line in lines if (match := _FAILED.match(line))]
    places = tuple(_places(lines))
    target = (failures[-1]["target"] if failures else "") or _target_of_step(lines, targets)
    for failure in scanner_failures(lines, target):
        return failure
    reason = failures[-1]["text"] if failures else "docker buildx bake ended without saying why"
    resolved = targets.get(target, {})
    file = _dockerfile(resolved, places[-1]["file"], source) if places else ""
    file = file if places and _shows(lines, source / file, int(places[-1]["line"])) else ""
    fix, yaml = _advice(lines, source)
    return ActionError(
        f"the image {target} does not build" if target else "the images do not build",
        why="\n".join((reason, *_excerpt(lines))),
        fix=fix or f"nothing was published; the same on your machine: {_by_hand(target, resolved, file)}",
        yaml=yaml,
        file=file,
        line=int(places[-1]["line"]) if file else 0,
    )


def _is_of_cache(reason: str, lines: tuple[str, ...]) -> bool:
    """Tell whether a reason is a cache's: by its text, by a warning of it, by the title of what failed."""
    warnings = (line for line in lines if line.startswith("WARNING: ") and _CACHE.search(line))
    if _CACHE.search(reason) or (reason and any(reason in line for line in warnings)):
        return True
    failed = {match[1] for line in lines if (match := _STEP_FAILED.match(line)) and match[2] in reason}
    titles = (match for line in lines if (match := _CACHE_TITLE.match(line)))
    return any(title["step"] in failed for title in titles)


def _target_of_step(lines: tuple[str, ...], targets: Targets) -> str:
    """Name the target of the step that failed; the only one where the step does not say it."""
    steps = [match["target"] for line in lines if (match := _FAILED_STEP.match(line))]
    if steps and steps[-1] in targets:
        return steps[-1]
    return next(iter(targets)) if len(targets) == 1 else ""


def _places(lines: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """Find the places in files that BuildKit shows, whatever they are called."""
    for line, below in pairwise(lines):
        if _FRAME.match(below) and (match := _PLACE.match(line)):
            yield match


def _dockerfile(resolved: Mapping[str, Any], told: str, source: Path) -> str:
    """Find the Dockerfile in the repository; nothing for one that is written in the bake file."""
    if resolved.get("dockerfile-inline"):
        return ""
    declared = PurePosixPath(resolved.get("context") or ".") / (resolved.get("dockerfile") or "Dockerfile")
    path = declared if declared.name == PurePosixPath(told).name else PurePosixPath(told)
    return str(path.relative_to(source)) if path.is_relative_to(source) else str(path)


def _shows(lines: tuple[str, ...], file: Path, number: int) -> bool:
    """Tell whether the line that BuildKit shows stands in the file: a step may be another target's."""
    found = (match for line in lines if (match := _SHOWN_LINE.match(line)))
    shown = [match["text"].strip() for match in found if int(match["line"]) == number]
    try:
        written = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return [line.strip() for line in written[number - 1 : number]] == shown[-1:]


def _by_hand(target: str, resolved: Mapping[str, Any], file: str) -> str:
    stage = f" --target {resolved['target']}" if resolved.get("target") else ""
    return f"docker build --file {file}{stage} ." if file else f"docker buildx bake {target}".rstrip()


def _advice(lines: tuple[str, ...], source: Path) -> tuple[str, str]:
    if asked := tuple(
        flag for line in lines if line.startswith("Pass ") for flag in _ENTITLEMENT.findall(line)
    ):
        if outside := ", ".join(dict.fromkeys(path for flag in asked if (path := _outside(flag, source)))):
            return (
                f"nothing was published; {outside} is outside the repository: every path is relative to its"
                " root, those of a compose or bake file in a subfolder too; pass a secret in input secrets",
                "build:\n  context: .\n  dockerfile: deploy/Dockerfile",
            )
        wanted = "".join(f"\n    {flag}" for flag in dict.fromkeys(asked))
        return "nothing was published; if the images may have it, say so", f"with:\n  allow: |{wanted}"
    if any(_FOREIGN in line for line in lines):
        return (
            "nothing was published; the step is for another platform: use --platform=$BUILDPLATFORM and"
            " compile across, call native-images.yml, which builds each platform on a machine of its kind, or"
            " register an emulator before this step (on-release-images.yml does for its input platforms)",
            "- uses: docker/setup-qemu-action@v4",
        )
    return "", ""


def _outside(flag: str, source: Path) -> str:
    """Return the path that a build asks for, if it is not in the source: there lie things of others."""
    what, _, path = flag.partition("=")
    whole = Path(os.path.normpath(source / path))
    return path if what.partition(".")[0] == "fs" and not whole.is_relative_to(source) else ""


def _excerpt(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Take the failing step, the end of its output, and the Dockerfile's lines; else the end of the log.

    BuildKit repeats ten lines of every step that ended, those that only were cancelled too.
    """
    ends = [number for number, line in enumerate(lines) if _FAILED.match(line)]
    reason = lines[ends[-1]] if ends else ""
    failed = next(
        (match for line in lines if (match := _STEP_FAILED.match(line)) and match[2] in reason), None
    )
    if failed is None:
        return lines[-_SHORT:]
    titles = (match for line in lines if (match := _TITLE.match(line)) and match["step"] == failed[1])
    written = (match for line in lines if (match := _WRITTEN.match(line)) and match["step"] == failed[1])
    places = frozenset(match[0] for match in _places(lines))
    place = max((at for at, line in enumerate(lines) if line in places), default=ends[-1])
    return (
        *(f" > {title['text']}:" for title in islice(titles, 1)),
        *[match["text"] for match in written][-_SHOWN:],
        *lines[place : ends[-1]],
    )

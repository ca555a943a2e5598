"""``release-pipeline rehearse``: the whole pipeline on this machine, with a page to read at the end."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from actionkit.errors import ActionError
from actionkit.git.history import resolve
from actionkit.inputs import InputReader
from actionkit.semver import TagFormat
from pipeline.options import as_environment
from pipeline.plan import find_repository
from pipeline.rehearsal.play import Pressed, play
from pipeline.rehearsal.read import Beginning
from pipeline.rehearsal.scene import set_scene
from pipeline.rehearsal.story import model
from pipeline.rehearsal.story.page import write_page
from pipeline.rehearsal.story.progress import Progress, progress_on
from pipeline.rehearsal.story.terminal import tell as tell_terminal
from pipeline.rehearsal.tell import tell
from pipeline.rehearsal.watch import Showing
from release.version import parse_bump, parse_prerelease

_PRESSING: Final = ("bump", "prerelease", "tag-format")
"""The inputs of the action that the form of the workflow has, or the repository's variables."""

_AS_IT_IS: Final = Pressed()


def rehearse_command(arguments: argparse.Namespace, err: TextIO) -> None:
    """Rehearse, write the page, and tell where it is; raise ActionError when the rehearsal failed."""
    _refuse_what_cannot_be_rehearsed(arguments)
    progress = progress_on(err, os.environ)
    folder = arguments.output.resolve() / datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    pressed = Pressed(bump=arguments.bump, prerelease=arguments.prerelease, tag_format=arguments.tag_format)
    story = rehearse(folder, arguments.directory, progress, pressed)
    place = write_page(story, folder / "index.html")
    tell_terminal(story, page=place, stream=sys.stdout, env=os.environ)
    if story.outcome is model.Outcome.FAILED:
        raise ActionError(f"the rehearsal failed: {story.reason}", fix=f"read {place}")


def _refuse_what_cannot_be_rehearsed(arguments: argparse.Namespace) -> None:
    """Say what is wrong with the command before an engine is started for it."""
    reader = InputReader(environ=as_environment(arguments, _PRESSING))
    reader.parsed("bump", parse_bump, None)
    reader.parsed("prerelease", parse_prerelease, "")
    if arguments.tag_format:
        reader.parsed("tag-format", TagFormat, None)
    reader.finish()
    if arguments.directory:
        resolve(find_repository(arguments.directory), "HEAD")


def rehearse(
    folder: Path, source: Path | None, progress: Progress, pressed: Pressed = _AS_IT_IS
) -> model.Story:
    """Rehearse the release of ``source`` (None: the sample) below ``folder``; return the story."""
    at = datetime.now(UTC)
    with set_scene(folder, source, progress) as scene:
        setting_up = model.Span(
            name="setting up",
            started=0.0,
            seconds=(datetime.now(UTC) - at).total_seconds(),
            kind=model.SpanKind.ENGINE,
        )
        runs = play(scene, pressed, Showing(progress=progress))
        return tell(scene, runs, Beginning(at=at, spans=(setting_up,)))

"""One rehearsal of the sample, on the real parts, for all end-to-end tests."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.rehearsal.rehearse import rehearse
from pipeline.rehearsal.story import model
from pipeline.rehearsal.story.page import write_page
from pipeline.rehearsal.story.progress import progress_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """The story of a rehearsal, its folder, its page and what the terminal showed meanwhile."""

    story: model.Story
    folder: Path
    page: Path
    progress: str


@pytest.fixture(scope="session")
def rehearsed(engine, tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    folder = tmp_path_factory.mktemp("rehearsal")
    shown = io.StringIO()
    story = rehearse(folder, None, progress_on(shown, {"CI": "true"}))
    page = write_page(story, folder / "index.html")
    return Rehearsed(story=story, folder=folder, page=page, progress=shown.getvalue())

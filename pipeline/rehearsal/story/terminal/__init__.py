"""The story in a terminal: the same as the page, within a hundred columns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TextIO

from pipeline.rehearsal.story.model import Story
from pipeline.rehearsal.story.terminal import decision, result
from pipeline.rehearsal.story.terminal.sheet import Sheet

__all__ = ["render_terminal", "tell", "wants_colour"]

_WIDEST: Final = 100
_NARROWEST: Final = 60


def tell(story: Story, *, page: Path, stream: TextIO, env: Mapping[str, str]) -> None:
    """Write the story to a stream, painted where it is a terminal and NO_COLOR is not set."""
    text = render_terminal(story, page=page, colour=wants_colour(stream, env), width=_width(stream))
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def wants_colour(stream: TextIO, env: Mapping[str, str]) -> bool:
    """Whether to paint: on a terminal that can, unless NO_COLOR says otherwise (https://no-color.org)."""
    return stream.isatty() and not env.get("NO_COLOR") and env.get("TERM") != "dumb"


def render_terminal(story: Story, *, page: Path, colour: bool, width: int = _WIDEST) -> str:
    """Render the story in lines of at most ``width`` columns (60 to 100), its last one naming the page.

    Only paths and addresses are longer when they have to be: they are there to be copied.
    """
    sheet = Sheet(width=max(min(width, _WIDEST), _NARROWEST), colour=colour)
    sections = (
        decision.head,
        decision.problems,
        decision.events,
        decision.commits,
        decision.packages,
        decision.files,
        result.release,
        result.images,
        result.time,
        result.places,
    )
    blocks = ["\n".join(section(story, sheet)) for section in sections]
    return "\n\n".join([*(block for block in blocks if block), f"The page: {page}"]) + "\n"


def _width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return _WIDEST

"""Write release notes: markdown from judged commits, safe to publish, short enough for GitHub."""

from release.notes.fit import LIMIT, fit_body
from release.notes.model import DEFAULT_SECTIONS, Contributor, Links, NotesContext, Section
from release.notes.people import co_authors, login_of
from release.notes.render import render_notes, render_section

__all__ = [
    "DEFAULT_SECTIONS",
    "LIMIT",
    "Contributor",
    "Links",
    "NotesContext",
    "Section",
    "co_authors",
    "fit_body",
    "login_of",
    "render_notes",
    "render_section",
]

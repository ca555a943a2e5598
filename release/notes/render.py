"""Render notes with Jinja2, in its sandbox: the project's templates, or the two that come with the action."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from actionkit.errors import ActionError
from actionkit.semver import Version
from release.commits.model import Judgement
from release.notes.entries import entries, told
from release.notes.model import DEFAULT_SECTIONS, Contributor, Links, NotesContext, Section

_NOTES: Final = "notes.md.j2"
_SECTION: Final = "changelog-section.md.j2"


def render_notes(
    judgements: Sequence[Judgement],
    *,
    version: Version,
    date: str,
    links: Links,
    contributors: tuple[Contributor, ...] = (),
    sections: Sequence[Section] = DEFAULT_SECTIONS,
    exclude: Sequence[str] = (),
    template: str = "",
) -> str:
    """Write the body of a GitHub Release.

    ``date`` is YYYY-MM-DD. ``exclude`` are regular expressions: commits whose message starts with one are not
    told, unless they raise the version. ``template`` is the text of one's own.

    Raise ActionError when the template is wrong.
    """
    breaking, groups = entries(told(judgements, exclude), links=links, sections=sections, mentions=False)
    context = NotesContext(
        version=version,
        tag=links.tag,
        prior_tag=links.prior_tag,
        date=date,
        breaking=breaking,
        groups=groups,
        contributors=contributors,
        links=links,
    )
    return _rendered(template or _own(_NOTES), context)


def render_section(
    judgements: Sequence[Judgement],
    *,
    version: Version,
    date: str,
    links: Links,
    sections: Sequence[Section] = DEFAULT_SECTIONS,
    exclude: Sequence[str] = (),
    template: str = "",
) -> str:
    """Write the section of a changelog, its heading included; arguments and errors as for ``render_notes``.

    GitHub calls nobody from a file of a repository, so names stay as they were written.
    """
    breaking, groups = entries(told(judgements, exclude), links=links, sections=sections, mentions=True)
    context = NotesContext(
        version=version,
        tag=links.tag,
        prior_tag=links.prior_tag,
        date=date,
        breaking=breaking,
        groups=groups,
        links=links,
    )
    return _rendered(template or _own(_SECTION), context)


def _own(name: str) -> str:
    return (files("release") / "templates" / name).read_text(encoding="utf-8")


def _rendered(template: str, context: NotesContext) -> str:
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        autoescape=False,
    )
    try:
        text = environment.from_string(template).render(
            version=context.version,
            tag=context.tag,
            prior_tag=context.prior_tag,
            date=context.date,
            breaking=context.breaking,
            groups=context.groups,
            contributors=context.contributors,
            links=context.links,
        )
    except TemplateError as error:
        raise _broken(str(error.message), getattr(error, "lineno", None) or 0) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise _broken(str(error), 0) from error  # an expression of the template's own that cannot be
    return f"{text.strip()}\n"


def _broken(why: str, line: int) -> ActionError:
    return ActionError(
        "the template of the release notes cannot be rendered" + (f" (line {line})" if line else ""),
        why=why,
        fix="a template sees version, tag, prior_tag, date, breaking, groups, contributors and links",
    )

"""A few pages for people: the repository, its releases, a release with its notes, a commit."""

from __future__ import annotations

import re
from html import escape
from typing import Final
from urllib.parse import quote, unquote

from pipeline.rehearsal.github.exchange import Response, html_response
from pipeline.rehearsal.github.gitstore import NoObject
from pipeline.rehearsal.github.records import Release
from pipeline.rehearsal.github.routes.assets import download
from pipeline.rehearsal.github.routes.releases import assets_of
from pipeline.rehearsal.github.service import Call
from pipeline.rehearsal.github.state import Missing
from pipeline.rehearsal.github.views.releases import page_name

_PATH: Final = re.compile(r"/(?P<owner>[^/]+)/(?P<repo>[^/]+)(?:/(?P<rest>.*))?")
_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2328}
a{color:#0969da;text-decoration:none}a:hover{text-decoration:underline}
code,pre{font-family:ui-monospace,monospace;background:#f6f8fa;border-radius:6px;padding:.1em .3em}
pre{padding:1rem;overflow:auto}h1{border-bottom:1px solid #d1d9e0;padding-bottom:.3em}
table{border-collapse:collapse}td,th{border:1px solid #d1d9e0;padding:.3em .8em;text-align:left}
.mark{border:1px solid #d1d9e0;border-radius:2em;padding:0 .6em;font-size:.8rem}
"""


def answer(call: Call) -> Response:
    """Answer a browser."""
    match = _PATH.fullmatch(call.request.path.rstrip("/"))
    if call.request.method not in ("GET", "HEAD") or not match:
        return _not_found()
    values = {name: unquote(value or "") for name, value in match.groupdict().items()}
    here = Call(service=call.service, request=call.request, token=call.token, values=values)
    try:
        return _page(here, values["rest"])
    except (Missing, NoObject):
        return _not_found()


def render_notes(markdown: str) -> str:
    """Render release notes; HTML in them stays text."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return str(reader.render(markdown))


def _page(call: Call, rest: str) -> Response:
    if call.repo.private:
        raise Missing(call.repo.full_name)
    kind, _, name = rest.partition("/")
    match kind, name:
        case "", "":
            return _html(call.repo.full_name, _overview(call))
        case "releases", "":
            return _html(f"Releases · {call.repo.full_name}", _releases(call))
        case "releases", _ if name.startswith("tag/"):
            release = _release(call, name.removeprefix("tag/"))
            return _html(f"{release.name or release.tag_name} · {call.repo.full_name}", _notes(call, release))
        case "releases", _ if name.startswith("download/"):
            return _download(call, name.removeprefix("download/"))
        case (("commit" | "tree"), _):
            return _html(f"{name} · {call.repo.full_name}", _commit(call, name))
        case _:
            return _not_found()


def _overview(call: Call) -> str:
    branches = [ref.name.removeprefix("refs/heads/") for ref in call.git.refs("refs/heads")]
    tags = [ref.name.removeprefix("refs/tags/") for ref in reversed(call.git.refs("refs/tags"))]
    return (
        f"<p>{escape(call.repo.description)}</p>"
        f"<p>{_link(call, 'releases', 'Releases')}</p>"
        f"<h2>Branches</h2>{_list([_link(call, f'tree/{one}', one) for one in branches])}"
        f"<h2>Tags</h2>{_list([_link(call, f'tree/{one}', one) for one in tags])}"
    )


def _releases(call: Call) -> str:
    shown = [one for one in reversed(call.repository.releases.all()) if not one.draft]
    return _list(
        [
            _link(call, f"releases/tag/{page_name(one)}", one.name or one.tag_name) + _marks(call, one)
            for one in shown
        ]
    )


def _release(call: Call, name: str) -> Release:
    for one in call.repository.releases.all():
        if page_name(one) == name:
            return one
    raise Missing(name)


def _notes(call: Call, release: Release) -> str:
    assets = [
        f"{_link(call, f'releases/download/{page_name(release)}/{one.name}', one.name)} ({one.size:,} bytes)"
        for one in assets_of(call, release.id)
        if one.state == "uploaded"
    ]
    tree = _link(call, f"tree/{release.tag_name}", release.tag_name)
    return (
        f"<p>{tree} · {escape(release.author)} · {escape(release.published_at or 'not published')}"
        f"{_marks(call, release)}</p><article>{render_notes(release.body)}</article>"
        f"<h2>Assets</h2>{_list(assets)}"
    )


def _download(call: Call, rest: str) -> Response:
    tag, _, name = rest.rpartition("/")
    for asset in assets_of(call, _release(call, tag).id):
        if asset.name == name:
            return download(call, asset)
    raise Missing(name)


def _commit(call: Call, name: str) -> str:
    found = call.git.commit(name)
    listed = call.git.git("ls-tree", "-r", "--name-only", found.sha).decode(errors="replace").splitlines()
    return (
        f"<p><code>{found.sha}</code> · {escape(found.author.name)} · {found.author.when}</p>"
        f"<pre>{escape(found.message)}</pre><h2>Files</h2>{_list([escape(path) for path in listed])}"
    )


def _marks(call: Call, release: Release) -> str:
    words = {
        "Latest": call.repo.latest_release == release.id,
        "Pre-release": release.prerelease,
        "Draft": release.draft,
        "Immutable": release.immutable,
    }
    return "".join(f' <span class="mark">{word}</span>' for word, holds in words.items() if holds)


def _link(call: Call, rest: str, text: str) -> str:
    return f'<a href="/{call.repo.full_name}/{quote(rest)}">{escape(text)}</a>'


def _list(items: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _html(title: str, body: str) -> Response:
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title>"
    return html_response(f"{head}<style>{_STYLE}</style><h1>{escape(title)}</h1>{body}")


def _not_found() -> Response:
    return html_response("<!doctype html><title>404</title><h1>404</h1><p>There is nothing here.</p>", 404)

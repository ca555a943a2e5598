"""Render release notes as GitHub shows them, with nothing fetched and nobody's markup let through.

What GitHub adds to CommonMark: tables, strikethrough, task lists, alerts, bare addresses, a line break for
every newline; comments are left out (https://github.github.com/gfm/ and
https://docs.github.com/en/get-started/writing-on-github).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urljoin

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from pipeline.rehearsal.story.wording import answers, plain

_BARE: Final = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_NOT_LAST: Final = "?!.,:*_~'\";"
_TASK: Final = re.compile(r"\[([ xX])\]\s+")
_ALERT: Final = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$", re.IGNORECASE)
_OWN: Final = re.compile(r"/(?:(?:issues|pull)/(\d+)|compare/([^/?#]+)|commit/([0-9a-f]{7})[0-9a-f]*)$")
_LINKABLE: Final = ("https://", "http://", "mailto:")
_BARE_MARK: Final = "bare"
_OPEN: Final = "<!--"
_CLOSE: Final = "-->"
_INDENTED_CODE: Final = 4
_PARENT: Final = 2  # an item's or a quote's first text: its opening, the paragraph's opening, the text


def render_notes(markdown: str, *, url: str = "", stopped: Sequence[str] = ()) -> str:
    """Render markdown as HTML that is safe to put into a page.

    ``url`` is the address that the notes are shown at: relative addresses start there. Addresses below one
    of the origins ``stopped`` are shown and not linked. Images become their description.
    """
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": False, "breaks": True})
    parser.inline.ruler.before("autolink", "comment", _skip_comment)
    parser.block.ruler.before("heading", "comment", _skip_comments, {"alt": ["paragraph", "blockquote"]})
    parser.add_render_rule("image", _image)
    tokens = parser.parse(plain(markdown))
    for at, token in enumerate(tokens):
        if token.type == "inline" and token.children:
            _mark_task(tokens, at, token.children)
            _mark_alert(tokens, at, token.children)
            token.children = list(_addressed(list(_linked(token.children)), url, stopped))
    return str(parser.renderer.render(tokens, parser.options, {}))


def _skip_comment(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (the parser's signature)
    end = state.src.find(_CLOSE, state.pos) if state.src.startswith(_OPEN, state.pos) else -1
    if end >= 0:
        state.pos = end + len(_CLOSE)
    return end >= 0


def _skip_comments(state: StateBlock, line: int, last: int, silent: bool) -> bool:  # noqa: FBT001 (as above)
    """Leave out a comment that has its lines to itself; there may be empty ones among them."""
    start = state.bMarks[line] + state.tShift[line]
    if state.sCount[line] - state.blkIndent >= _INDENTED_CODE or not state.src.startswith(_OPEN, start):
        return False
    ends = (at for at in range(line, last) if _CLOSE in state.src[state.bMarks[at] : state.eMarks[at]])
    end = next(ends, -1)
    if end < 0 or state.src[state.bMarks[end] : state.eMarks[end]].partition(_CLOSE)[2].strip():
        return False
    if not silent:
        state.line = end + 1
    return True


def _mark_task(tokens: Sequence[Token], at: int, children: list[Token]) -> None:
    found = _TASK.match(children[0].content)
    if found and at >= _PARENT and tokens[at - _PARENT].type == "list_item_open":
        children[0].content = children[0].content[found.end() :]
        tokens[at - _PARENT].attrSet("class", "task done" if found[1] in "xX" else "task")


def _mark_alert(tokens: Sequence[Token], at: int, children: list[Token]) -> None:
    found = _ALERT.match(children[0].content)
    if found and at >= _PARENT and tokens[at - _PARENT].type == "blockquote_open":
        kind = found[1].lower()
        tokens[at - _PARENT].attrSet("class", f"alert {kind}")
        title = Token("text", "", 0, content=kind.capitalize())
        children[:1] = [Token("strong_open", "strong", 1), title, Token("strong_close", "strong", -1)]


def _linked(children: Sequence[Token]) -> Iterator[Token]:
    """Make links of bare addresses, as GitHub does, where none is yet."""
    depth = 0
    for token in children:
        depth += token.nesting if token.tag == "a" else 0
        if token.type == "text" and not depth:
            yield from _split(token.content)
        else:
            yield token


def _split(text: str) -> Iterator[Token]:
    end = 0
    for found in _BARE.finditer(text):
        address = _trimmed(found[0])
        yield Token("text", "", 0, content=text[end : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": address}, info=_BARE_MARK)
        yield Token("text", "", 0, content=address)
        yield Token("link_close", "a", -1)
        end = found.start() + len(address)
    yield Token("text", "", 0, content=text[end:])


def _trimmed(address: str) -> str:
    """Take off what ends a sentence or a bracket (https://github.github.com/gfm/#autolinks-extension-)."""
    while address[-1] in _NOT_LAST or (address[-1] == ")" and address.count(")") > address.count("(")):
        address = address[:-1]
    return address


def _addressed(children: Sequence[Token], url: str, stopped: Sequence[str]) -> Iterator[Token]:
    """Resolve addresses as a browser on GitHub would, shorten its own, unlink what answers no more."""
    for at, token in enumerate(children):
        if token.type == "link_open":
            address = urljoin(url, str(token.attrs["href"]))
            if token.info == _BARE_MARK:
                children[at + 1].content = _shortened(address, url)
            token.attrs = _link(address, stopped)
        elif token.type == "image":
            token.attrs = {"title": urljoin(url, str(token.attrs["src"]))}
        yield token


def _link(address: str, stopped: Sequence[str]) -> dict[str, str | int | float]:
    if not address.startswith(_LINKABLE):
        return {}
    if not answers(address, stopped):
        return {"class": "stopped", "title": address}
    return {"href": address, "rel": "noopener noreferrer"}


def _shortened(address: str, url: str) -> str:
    """Write the repository's own issues, commits and comparisons the short way, as GitHub does."""
    home = url.partition("/releases/")[0]
    found = _OWN.fullmatch(address[len(home) :]) if home and address.startswith(home) else None
    if not found:
        return address
    number, comparison, sha = found.groups()
    return f"#{number}" if number else comparison or sha


def _image(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: object, env: object) -> str:
    """Show an image's description: its bytes would have to be fetched."""
    token = tokens[at]
    words = escapeHtml(token.content or "image")
    return f'<span class="picture" title="{escapeHtml(str(token.attrs["title"]))}">{words}</span>'

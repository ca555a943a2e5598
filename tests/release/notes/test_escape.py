"""Text stays text, code stays code: markdown-it, which knows nothing of us, is the judge."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from release.notes.escape import escape, escape_paragraphs

_MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])
_TRICKY = st.text(alphabet="a1 \\`*_<>[]()!~#$&@+-=.|:;/'\"\n\tüT", max_size=40)


def _leaves(tokens: list[Token]) -> list[Token]:
    return [leaf for token in tokens for leaf in (token, *_leaves(token.children or []))]


def _seen(markdown: str) -> tuple[set[str], str]:
    """What kinds of tokens a bullet's text becomes, and the text that a reader sees."""
    leaves = _leaves(_MARKDOWN.parse(f"- x {markdown}\n"))
    kinds = {leaf.type for leaf in leaves} - {
        "bullet_list_open",
        "bullet_list_close",
        "list_item_open",
        "list_item_close",
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "text_special",
    }
    return kinds, "".join(leaf.content for leaf in leaves if leaf.type in ("text", "text_special"))


@given(_TRICKY.map(lambda text: re.sub(r"\s+", " ", text.replace("`", "")).strip()))
def test_any_text_without_code_is_seen_as_it_was_written(text: str) -> None:
    assert _seen(escape(text)) == (set(), f"x {text}".strip())


@given(_TRICKY)
def test_nobody_is_called(text: str) -> None:
    outside_code = re.sub(r"(?s)(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", escape(text, mentions=False))
    outside_code = re.sub(r"https?://\S+", "", outside_code)
    assert not re.search(r"(?<![A-Za-z0-9_])@(?=[A-Za-z0-9])", outside_code)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("read Vec<T> and <script>", r"read Vec\<T> and \<script>"),
        ("code `Vec<T>` and ``a`b*c*`` stays", "code `Vec<T>` and ``a`b*c*`` stays"),
        ("an open ` tick and *stars*", r"an open \` tick and \*stars\*"),
        ("__init__ and snake_case", r"\_\_init\_\_ and snake_case"),
        ("https://example.org/a_b_c*d is kept", "https://example.org/a_b_c*d is kept"),
        ("[click](https://example.org/x)", r"\[click](https://example.org/x)"),
        ("AT&amp;T and R&D", r"AT\&amp;T and R&D"),
        ("- a list", r"\- a list"),
        ("1. a list", r"1\. a list"),
        ("# a heading", r"\# a heading"),
    ],
)
def test_markup_is_escaped_outside_code_and_addresses(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("thank @ada", "thank @&#8203;ada"),
        ("the package @acme/lens", "the package @&#8203;acme/lens"),
        ("write to ada@example.org", "write to ada@example.org"),
        ("the decorator `@lens`", "the decorator `@lens`"),
        ("an open `@ada", r"an open \`@&#8203;ada"),
        ("packages/@ada", "packages/@&#8203;ada"),
        ("grüß @ada, oder ö@ada", "grüß @&#8203;ada, oder ö@&#8203;ada"),
    ],
)
def test_names_do_not_call_their_owners(text: str, escaped: str) -> None:
    assert escape(text, mentions=False) == escaped


def test_issue_numbers_are_linked_outside_code() -> None:
    assert escape("see #12, not `#13` nor acme/lens#14", issues="https://x/issues/") == (
        "see [#12](https://x/issues/12), not `#13` nor acme/lens#14"
    )


def test_paragraphs_keep_lists_and_code_blocks() -> None:
    text = "Do <this>:\n\n* first\n- second\n\n```sh\n# a comment\nlet x: Vec<T>\n```\n\n# no heading"
    assert escape_paragraphs(text) == (
        "Do \\<this>:\n\n* first\n- second\n\n```sh\n# a comment\nlet x: Vec<T>\n```\n\n\\# no heading"
    )


def test_a_hundred_thousand_ticks_take_no_time() -> None:
    assert escape(" `" * 50_000)
    assert escape("".join(f"{'`' * (number % 400)} " for number in range(2_000)))

from __future__ import annotations

import pytest

from pipeline.rehearsal.story.notes import render_notes

URL = "https://github.com/octo-org/sample/releases/tag/v0.5.0"
REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("a\nb", "<p>a<br />\nb</p>\n", id="a newline breaks the line"),
        pytest.param("~~a~~", "<p><s>a</s></p>\n", id="strikethrough"),
        pytest.param(
            "|a|b|\n|-|-:|\n|1|`2`|",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n"
            '<th style="text-align:right">b</th>\n</tr>\n</thead>\n'
            '<tbody>\n<tr>\n<td>1</td>\n<td style="text-align:right"><code>2</code></td>\n</tr>\n</tbody>\n'
            "</table>\n",
            id="tables",
        ),
        pytest.param(
            "- [ ] a\n- [x] b",
            '<ul>\n<li class="task">a</li>\n<li class="task done">b</li>\n</ul>\n',
            id="task lists",
        ),
        pytest.param(
            "> [!WARNING]\n> Mind this",
            '<blockquote class="alert warning">\n'
            "<p><strong>Warning</strong><br />\nMind this</p>\n</blockquote>\n",
            id="alerts",
        ),
        pytest.param("[x] a", "<p>[x] a</p>\n", id="a task is an item"),
        pytest.param(
            "<script>alert(1)</script> <b>x</b>",
            "<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;x&lt;/b&gt;</p>\n",
            id="markup stays text",
        ),
        pytest.param("@name @&#8203;name", "<p>@name @\u200bname</p>\n", id="names stay text"),
        pytest.param(r"\*a\* \<T\> &lt;T&gt;", "<p>*a* &lt;T&gt; &lt;T&gt;</p>\n", id="escapes stay text"),
        pytest.param("`<T>` `*a*`", "<p><code>&lt;T&gt;</code> <code>*a*</code></p>\n", id="code stays code"),
        pytest.param(
            "[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n", id="no script in a link"
        ),
        pytest.param(
            '![a "b"](https://example.com/x.png)',
            '<p><span class="picture" title="https://example.com/x.png">a &quot;b&quot;</span></p>\n',
            id="an image is its description",
        ),
        pytest.param(
            "a <!-- b --> c\n\n<!-- d\n\ne -->\nf\n\n```\n<!-- g -->\n```",
            "<p>a  c</p>\n<p>f</p>\n<pre><code>&lt;!-- g --&gt;\n</code></pre>\n",
            id="comments are left out but not of code",
        ),
        pytest.param(
            "- a\n<!-- b -->\n- c",
            "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>c</li>\n</ul>\n",
            id="a comment ends a list",
        ),
        pytest.param("a <!-- b", "<p>a &lt;!-- b</p>\n", id="an open comment is text"),
        pytest.param(
            "see https://example.com/a_(b)).",
            f'<p>see <a href="https://example.com/a_(b)" {REL}>https://example.com/a_(b)</a>).</p>\n',
            id="a bare address is a link without the sentence's end",
        ),
        pytest.param(
            "`https://example.com`", "<p><code>https://example.com</code></p>\n", id="no link in code"
        ),
        pytest.param(
            "[https://example.com](https://example.org)",
            f'<p><a href="https://example.org" {REL}>https://example.com</a></p>\n',
            id="no link in a link",
        ),
        pytest.param(
            "https://github.com/octo-org/sample/compare/v0.4.0...v0.5.0 "
            "https://github.com/octo-org/sample/pull/9",
            f'<p><a href="https://github.com/octo-org/sample/compare/v0.4.0...v0.5.0" {REL}>'
            "v0.4.0...v0.5.0</a> "
            f'<a href="https://github.com/octo-org/sample/pull/9" {REL}>#9</a></p>\n',
            id="the repository's own addresses are short",
        ),
        pytest.param(
            "[a](docs/b.md)",
            f'<p><a href="https://github.com/octo-org/sample/releases/tag/docs/b.md" {REL}>a</a></p>\n',
            id="a relative address starts at the release",
        ),
        pytest.param("\x1b[31mred\x1b[0m \u202ex", "<p>red x</p>\n", id="no escapes, no reordering"),
    ],
)
def test_notes_look_as_they_do_on_github(markdown: str, html: str) -> None:
    assert render_notes(markdown, url=URL) == html


def test_what_answers_no_more_is_shown_and_not_linked() -> None:
    html = render_notes("[#9](http://127.0.0.1:8080/o/r/pull/9)", stopped=("http://127.0.0.1:8080",))
    assert html == '<p><a class="stopped" title="http://127.0.0.1:8080/o/r/pull/9">#9</a></p>\n'


def test_without_an_address_of_their_own_relative_links_lead_nowhere() -> None:
    assert render_notes("[a](docs/b.md)") == "<p><a>a</a></p>\n"

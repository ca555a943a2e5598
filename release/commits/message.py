"""Read a commit message by the specification: header, footers, references.

Source of the rules: https://www.conventionalcommits.org/en/v1.0.0/#specification, numbers in the comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from release.commits.model import Reference, ReferenceKind

# Rule 1: a type, an optional scope, an optional `!`, the required colon and space. The scope ends at its own
# bracket, so that `fix(a): call b(c): d` has the scope `a`.
TYPE: Final = r"[A-Za-z][\w-]*"
_SCOPE: Final = r"(?:[^()\n]|\([^()\n]*\))+"
SCOPE: Final = rf"\({_SCOPE}\)"
_HEADER: Final = re.compile(rf"(?P<type>{TYPE})(?:\((?P<scope>{_SCOPE})\))?(?P<bang>!)?:[ \t]+(?P<text>\S.*)")
# Rules 8, 9, 15, 16: a token and `: ` or ` #`; BREAKING CHANGE alone may hold a space, and only in capitals.
_FOOTER: Final = re.compile(
    r"(?P<token>BREAKING[ -]CHANGE(?=:)|(?!BREAKING[ -]CHANGE\b)[A-Za-z][\w-]*)"
    r"(?P<gap>:(?:[ \t]+|$)|[ \t]+(?=#))(?P<value>.*)"
)
_FENCED: Final = re.compile(
    r"^[ ]{0,3}(```+|~~~+)[^\n]*\n(?:.*?\n)??[ ]{0,3}\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL
)
_MARK: Final = "\0"  # git keeps it out of messages
_RULER: Final = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)
_BREAKING_IN_TEXT: Final = re.compile(r"^[ \t>*-]*BREAKING[ -]CHANGE:", re.MULTILINE)
_PULL_REQUESTS: Final = re.compile(r"(?:[ \t]+\((?:[Pp]ull [Rr]equest )?#\d+\))+[ \t]*$")
_NUMBER: Final = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)?#(?P<number>\d+)")
# https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
_CLOSES: Final = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+"
    r"(?P<list>(?:[\w.-]+/[\w.-]+)?#\d+(?:(?:,[ \t]*|[ \t]+and[ \t]+)(?:[\w.-]+/[\w.-]+)?#\d+)*)",
    re.IGNORECASE,
)
_REFERRING: Final = (
    "ref",
    "refs",
    "references",
    "see",
    "part-of",
    "related",
    "related-to",
    "issue",
    "issues",
)
_BREAKING: Final = ("BREAKING CHANGE", "BREAKING-CHANGE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A conventional first line; ``type`` is lower-case (rule 15), ``text`` has no pull request numbers."""

    type: str
    scope: str
    bang: bool
    text: str
    pull_requests: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoHeader:
    """A first line that is not conventional."""

    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """One trailer: its token as written, its value with inner line breaks."""

    token: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message taken apart. ``stray_breaking``: BREAKING CHANGE stands where it is no footer."""

    header: Header | NoHeader
    footers: tuple[Footer, ...]
    references: tuple[Reference, ...]
    stray_breaking: bool

    @property
    def breaking(self) -> tuple[str, ...]:
        """The breaking footers' values."""
        return tuple(footer.value for footer in self.footers if footer.token in _BREAKING)

    def values(self, token: str) -> tuple[str, ...]:
        """The values of one footer, found without regard to case."""
        return tuple(footer.value for footer in self.footers if footer.token.lower() == token.lower())


def normalised(message: str) -> str:
    """Unify line ends, drop rulers, and mark the lines of fenced code, so that no rule reads them."""
    lines = (line.rstrip() for line in message.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    marked = _FENCED.sub(lambda found: f"{_MARK}{found[0]}".replace("\n", f"\n{_MARK}"), "\n".join(lines))
    return _RULER.sub("", marked).strip()


def read_message(message: str) -> Message:
    """Take a normalised message apart."""
    first, _, body = message.partition("\n")
    footers = _footers(message)
    counted = sum(footer.token in _BREAKING for footer in footers)
    return Message(
        header=read_header(first),
        footers=footers,
        references=_references(body, footers),
        stray_breaking=len(_BREAKING_IN_TEXT.findall(message)) > counted,
    )


def read_header(line: str) -> Header | NoHeader:
    """Read the first line of a message."""
    found = _HEADER.fullmatch(line.strip())
    if not found:
        return NoHeader(line=line.strip())
    text, numbers = without_pull_requests(found["text"])
    return Header(
        type=found["type"].lower(),
        scope=(found["scope"] or "").strip(),
        bang=bool(found["bang"]),
        text=text,
        pull_requests=numbers,
    )


def nearly(line: str, types: Sequence[str]) -> str:
    """How a first line would begin if it were conventional, where little is missing; empty where much is."""
    known = "|".join(map(re.escape, types))
    found = re.match(
        rf"(?P<type>{known})\s*(?P<early>!)?\s*(?P<scope>{SCOPE})?\s*(?P<bang>!)?\s*:\s*\S",
        line,
        re.IGNORECASE,
    )
    if not found or isinstance(read_header(line), Header):
        return ""
    bang = found["early"] or found["bang"] or ""
    return f"{found['type'].lower()}{found['scope'] or ''}{bang}: "


def without_pull_requests(line: str) -> tuple[str, tuple[Reference, ...]]:
    """Part a line from the ``(#12)`` that GitHub adds to it, several after cherry-picks."""
    found = _PULL_REQUESTS.search(line)
    if not found or not found.start():
        return line, ()
    return line[: found.start()], tuple(_numbers(found[0], ReferenceKind.PULL_REQUEST))


def _footers(message: str) -> tuple[Footer, ...]:
    """Find the trailers: rule 8 wants a blank line before them, rule 10 lets a value run on.

    A paragraph belongs to them when it starts with a token, or follows a breaking footer: that one is long
    in practice, while prose after any other footer ends them.
    """
    found: list[list[str]] = [[""]]
    for paragraph in re.split(r"\n\n+", message)[1:]:
        lines = paragraph.split("\n")
        starts = _FOOTER.match(lines[0])
        if not starts and found[-1][0] not in _BREAKING:
            found.append([""])
            continue
        found[-1].append("")
        for line in lines:
            if footer := _FOOTER.match(line):
                found.append([footer["token"], footer["value"]])
            else:
                found[-1].append(line)
    read = (Footer(token=token, value=_text(lines)) for token, *lines in found if token)
    return tuple(footer for footer in read if footer.value)


def _text(lines: list[str]) -> str:
    return "\n".join(lines).replace(_MARK, "").strip()


def _references(body: str, footers: tuple[Footer, ...]) -> tuple[Reference, ...]:
    closing = [found["list"] for found in _CLOSES.finditer(body)]
    referring = [footer.value for footer in footers if footer.token.lower() in _REFERRING]
    closed = [number for text in closing for number in _numbers(text, ReferenceKind.CLOSES)]
    referred = [number for text in referring for number in _numbers(text, ReferenceKind.REFERS)]
    return tuple(dict.fromkeys([*closed, *referred]))


def _numbers(text: str, kind: ReferenceKind) -> Iterator[Reference]:
    for found in _NUMBER.finditer(text):
        yield Reference(kind=kind, number=int(found["number"]), repository=found["repository"] or "")

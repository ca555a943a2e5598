"""What of its build context a Dockerfile can take, where its text alone says it. Pure.

Source: https://docs.docker.com/reference/dockerfile/ and the reading rules of
frontend/dockerfile/parser in moby/buildkit. Everything that is not plainly known counts as "takes all".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from posixpath import normpath
from typing import Final

ALL: Final = "."
"""The whole context, as a path relative to it."""

_ESCAPE: Final = re.compile(r"^[ \t]*#[ \t]*escape[ \t]*=", re.IGNORECASE | re.MULTILINE)
_SYNTAX: Final = re.compile(r"^[ \t]*#[ \t]*syntax[ \t]*=[ \t]*(?P<image>\S*)", re.IGNORECASE | re.MULTILINE)
_USUAL_SYNTAX: Final = re.compile(r"(?:docker\.io/)?docker/dockerfile(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?")
_CONTINUED: Final = re.compile(r"(?<!\\)\\[ \t]*$")
_NOT_LITERAL: Final = re.compile(r"[$\"'\\*?\[\]<]")
_PLAIN: Final = (
    *("ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "SHELL"),
    *("STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
"""Instructions that take nothing of the context."""

_NO_FILES: Final = ("cache", "secret", "ssh", "tmpfs")
"""Mounts of RUN that show nothing of the context."""


class _Unclear(Exception):
    """The text does not say what is taken."""


def taken_by(dockerfile: str) -> frozenset[str]:
    """List the paths, relative to the context, that a Dockerfile takes or takes from; ``ALL`` in doubt."""
    syntaxes = (match["image"] for match in _SYNTAX.finditer(dockerfile))
    if _ESCAPE.search(dockerfile) or not all(_USUAL_SYNTAX.fullmatch(image) for image in syntaxes):
        return frozenset({ALL})
    try:
        return frozenset(_path(text) for line in _instructions(dockerfile) for text in _sources(line))
    except _Unclear:
        return frozenset({ALL})


def _instructions(text: str) -> Iterator[str]:
    """Join the lines of each instruction; comments and empty lines within one do not end it."""
    begun = ""
    for line in (each.rstrip("\r") for each in text.removeprefix("\ufeff").split("\n")):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if _CONTINUED.search(line):
            begun += _CONTINUED.sub("", line)
            continue
        yield (begun + line).strip()
        begun = ""
    if begun.strip():
        yield begun.strip()


def _sources(instruction: str) -> Iterator[str]:
    if "<<" in instruction:
        raise _Unclear  # the lines that follow may be a file's
    name, *rest = instruction.split(maxsplit=1)
    flags, words = _split("".join(rest))
    match name.upper():
        case "COPY" | "ADD":
            yield from _copied(flags, words)
        case "RUN":
            yield from _mounted(flags)
        case other if other not in _PLAIN:
            raise _Unclear  # ONBUILD, or what a later version of the language knows


def _split(rest: str) -> tuple[tuple[str, ...], str]:
    """Split the flags of an instruction from what follows them."""
    flags: list[str] = []
    while rest.startswith("--"):
        flag, *others = rest.split(maxsplit=1)
        flags.append(flag)
        rest = "".join(others)
    return tuple(flags), rest


def _copied(flags: tuple[str, ...], rest: str) -> Iterator[str]:
    origins = [flag.removeprefix("--from=") for flag in flags if flag.startswith("--from")]
    if any(_NOT_LITERAL.search(flag) for flag in flags):
        raise _Unclear
    if origins and all(origins):
        return  # a stage, an image or another context
    *sources, _ = _words(rest) or [""]
    if not sources:
        raise _Unclear
    yield from sources


def _words(rest: str) -> list[str]:
    try:
        listed = json.loads(rest)
    except ValueError:
        return rest.split()
    return [str(word) for word in listed] if isinstance(listed, list) else rest.split()


def _mounted(flags: tuple[str, ...]) -> Iterator[str]:
    """List what of the context a command sees; a mount is of type ``bind`` unless it says otherwise."""
    for flag in flags:
        if _NOT_LITERAL.search(flag):
            raise _Unclear
        options = dict(part.partition("=")[::2] for part in flag.removeprefix("--mount=").split(","))
        if flag.startswith("--mount") and options.get("type") not in _NO_FILES and not options.get("from"):
            yield from [options[key] for key in ("source", "src") if options.get(key)] or [ALL]


def _path(source: str) -> str:
    if _NOT_LITERAL.search(source):
        raise _Unclear
    return normpath(f"/{source}").lstrip("/") or ALL

"""Which build arguments look like secrets by their names. Pure.

The words are those of BuildKit's own check (https://docs.docker.com/reference/build-checks/
secrets-used-in-arg-or-env/, frontend/dockerfile/dockerfile2llb), and some more; unlike there an argument is
refused, not warned of, so that names which only speak of a secret are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from actionkit.errors import ActionError
from images.declared.document import Declared, bases


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SECRET: Final = _words(
    "accesskey accesstoken apikey auth authtoken credential credentials jwt key keys pass passphrase"
    " passphrases passwd password passwords pat pats privatekey pwd pword secret secretkey secrets token"
    " tokens"
)
_JOINED: Final = re.compile(
    r".*(?:passwords?|passwd|passphrase|secret|token)|(?:access|api|private|secret)key.*"
)
"""The same where several words are written as one: ``PGPASSWORD``, ``SECRETKEYBASE``."""

_OPEN: Final = _words("public max min num")
"""With one of these among its words a name is no secret's: ``NEXT_PUBLIC_TOKEN``, ``MAX_TOKENS``."""

_ABOUT: Final = _words(
    "address contract count dir expiry file host id ids length limit name path port rate server size symbol"
    " ttl type uri url version"
)
"""A name that ends so speaks of something about a secret: ``NPM_TOKEN_FILE``, ``TOKEN_ADDRESS``."""

_SWITCHING: Final = _words("disable enable require skip")
"""A name that begins so says whether something is done: ``SKIP_AUTH``."""

_OF_A_TABLE: Final = tuple([kind, "key"] for kind in ("foreign", "partition", "primary", "sort"))
_WORKING_DIRECTORY: Final = "PWD"
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SWITCHES: Final = _words("true false yes no on off 0 1")


def looks_secret(name: str) -> bool:
    """Tell whether what is called so looks like a secret: ``NPM_TOKEN``, ``githubToken``, ``DB_PASS``."""
    words = [word.lower() for word in _WORD.findall(name)]
    if name == _WORKING_DIRECTORY or words in _OF_A_TABLE or not any(map(_is_secret, words)):
        return False
    return words[0] not in _SWITCHING and not _OPEN.intersection(words) and words[-1] not in _ABOUT


def check_arguments(declared: Declared, public: tuple[str, ...]) -> tuple[ActionError, ...]:
    """Find arguments that look like secrets, on the images and on what they build upon.

    ``public`` are the names that the user vouches for. An empty value and a switch are no secret.
    """
    return tuple(
        ActionError(
            f"the build argument {name} of the target {target} looks like a secret",
            why="build arguments stay readable in the image's history and provenance",
            fix=f"use RUN --mount=type=secret,id={name.lower()} in the Dockerfile, and input secrets;"
            f" if everybody may read the value, write {name} into input public-arguments instead",
            yaml=f"with:\n  secrets: |\n    {name.lower()}=${{{{ secrets.{name.upper()} }}}}",
        )
        for target, name, value in _arguments(declared)
        if value and value.lower() not in _SWITCHES and name not in public and looks_secret(name)
    )


def _is_secret(word: str) -> bool:
    return word in _SECRET or _JOINED.fullmatch(word) is not None


def _arguments(declared: Declared) -> Iterator[tuple[str, str, str]]:
    """List target, name and value of every argument that goes into an image."""
    resolved = declared.document.get("target") or {}
    images = [target.name for target in declared.targets]
    upon = sorted({base for name in images if name in resolved for base in bases(name, resolved)} - {*images})
    for target in declared.targets:
        yield from ((target.name, name, value) for name, value in target.arguments.items())
    for base in upon:
        yield from ((base, name, value) for name, value in (resolved[base].get("args") or {}).items())

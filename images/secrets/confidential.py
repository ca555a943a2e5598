"""The secrets of a run beside its inputs': those that the declarations name, and the logins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from images.declared.document import Declared
from images.declared.options import fields
from images.secrets.needles import SHORTEST, telling_parts

_ENVIRONMENT: Final = "env"
_TOKENS: Final = ("identitytoken", "registrytoken")


def declared_secrets(
    declared: Declared, folder: Path, environ: Mapping[str, str], public: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Read the values of ``secret = [...]`` of every target, as buildx finds them.

    Those with an id in ``public`` are left out, and short ones, which may be words of every log: a variable
    that a build wants, such as the name of an organisation.

    A secret without a place is the variable of its own name if there is one, else the file of that name;
    paths are relative to ``folder``. What is not there is left to buildx to tell.
    Source: util/buildflags/secrets.go of docker/buildx, session/secrets/secretsprovider of moby/buildkit
    """
    targets = (declared.document.get("target") or {}).values()
    entries = (entry for target in targets for entry in target.get("secret") or ())
    known = (entry for entry in map(fields, entries) if entry.get("id") not in public)
    values = (_value(entry, folder, environ) for entry in known)
    return tuple(dict.fromkeys(value for value in values if len(value.strip()) >= SHORTEST))


def login_secrets(authfile: Path) -> tuple[str, ...]:
    """Read what opens registries out of a Docker configuration: of this run and of steps before it."""
    known = json.loads(authfile.read_text(encoding="utf-8")) if authfile.is_file() else {}
    logins = (known.get("auths") or {}).values()
    return tuple(dict.fromkeys(value for login in logins for value in _of_login(login)))


def hidden_parts(secrets: Iterable[str]) -> tuple[str, ...]:
    """List what a log must not show, in single lines, since it is read line by line.

    A secret of one line is hidden whole; of several lines their telling parts, or the lines themselves where
    there are none, but not such as ``{``.
    """
    found = (part for secret in secrets for part in _hidden(secret.strip()))
    return tuple(dict.fromkeys(found))


def _hidden(secret: str) -> tuple[str, ...]:
    lines = tuple(line.strip() for line in secret.splitlines())
    if len(lines) <= 1:
        return (*lines, *telling_parts(secret))
    return telling_parts(secret) or tuple(line for line in lines if len(line) >= SHORTEST)


def _value(entry: Mapping[str, str], folder: Path, environ: Mapping[str, str]) -> str:
    name, place = entry.get("env") or "", entry.get("src") or entry.get("source") or ""
    if entry.get("type") == _ENVIRONMENT and not name:
        name, place = place, ""
    if not name and not place:
        own = entry.get("id") or ""
        name, place = (own, "") if own in environ else ("", own)
    if name:
        return environ.get(name, "")
    file = folder / place
    return file.read_bytes().decode(errors="surrogateescape") if file.is_file() else ""


def _of_login(login: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(login[name]) for name in _TOKENS if login.get(name))
    try:
        pair = base64.b64decode(str(login.get("auth") or "")).decode()
    except (binascii.Error, UnicodeDecodeError):
        return
    password = pair.partition(":")[2]
    if password:
        yield password if len(password) >= SHORTEST else pair

"""Find the login that skopeo would use, in the same file and by the same rules.

Source: https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md, and for keys that
are URLs, what ``docker login`` writes: https://docs.docker.com/reference/cli/docker/login/
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_HUB: Final = "docker.io"
_HUB_NAMES: Final = ("index.docker.io", "registry-1.docker.io")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login; without one, everything is empty. ``identity`` is a refresh token instead of a password."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The value of an ``Authorization`` header, empty without a password."""
        if not self.password:
            return ""
        return f"Basic {base64.b64encode(f'{self.username}:{self.password}'.encode()).decode()}"


def find_login(authfile: Path, repository: str) -> Login:
    """Find the login for ``repository``, written in full: the most specific one that ``authfile`` has.

    A key may be a repository, a part of its path, or its host; a host may also be written as a URL.
    """
    if not authfile.is_file():
        return Login()
    logins = json.loads(authfile.read_text(encoding="utf-8")).get("auths") or {}
    for key in _paths(repository):
        if key in logins:
            return _login(logins[key])
    host = repository.partition("/")[0]
    return next((_login(login) for key, login in logins.items() if _host(key) == host), Login())


def _paths(repository: str) -> Iterator[str]:
    while repository:
        yield repository
        repository = repository.rpartition("/")[0]


def _host(key: str) -> str:
    """Read the host of a key that is no path: ``https://index.docker.io/v1/`` is ``docker.io``."""
    _, separator, rest = key.rpartition("://")
    host = rest.partition("/")[0] if separator else rest
    return _HUB if host in _HUB_NAMES else host


def _login(entry: Mapping[str, Any]) -> Login:
    try:
        decoded = base64.b64decode(entry.get("auth") or "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        decoded = ""
    username, _, password = decoded.partition(":")
    return Login(
        username=username, password=password.strip("\0"), identity=str(entry.get("identitytoken") or "")
    )

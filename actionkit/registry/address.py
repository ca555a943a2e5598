"""Where a registry is: host, port, and whether it speaks plain HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from actionkit.errors import InputError

_HOST: Final = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?|\[[0-9a-fA-F:]+\](:[0-9]{1,5})?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One registry: ``host`` is ``name[:port]``; ``plain`` means HTTP without TLS."""

    host: str
    plain: bool

    @property
    def url(self) -> str:
        """The address as a URL, without a path."""
        return f"{'http' if self.plain else 'https'}://{self.host}"


def parse_address(text: str) -> Address:
    """Read ``ghcr.io``, ``https://host`` or, for a local registry, ``http://host:port``."""
    scheme, separator, host = text.strip().rstrip("/").rpartition("://")
    if (separator and scheme not in ("http", "https")) or not _HOST.fullmatch(host):
        raise InputError(
            f"{text!r} is not the address of a registry",
            why="it takes a host name with an optional port; http:// before it means plain HTTP",
            fix="write ghcr.io, docker.io, registry.example.org:5000 or http://127.0.0.1:5000",
        )
    return Address(host=host.lower(), plain=scheme == "http")

"""What a secret value may look like where it got to: raw, escaped, encoded, a part of it. Pure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus, unquote

from images.declared.arguments import looks_secret

SHORTEST: Final = 8
"""Shorter values are not searched for: they would be found by chance."""

_MOST_LINES: Final = 50
_GROUP: Final = 3
"""Base64 writes three bytes as four characters: https://www.rfc-editor.org/rfc/rfc4648"""

_PUBLIC: Final = re.compile(
    r"-----BEGIN (?P<kind>[A-Z0-9 ]*(?:CERTIFICATE|PUBLIC KEY)[A-Z ]*)-----.*?-----END (?P=kind)-----",
    re.DOTALL,
)
_COMMON: Final = ("-----", "b3BlbnNzaC1rZXktdjE")
"""How lines begin that stand in files of others too: PEM's frame, the first line of OpenSSH's keys."""

_BARE: Final = re.compile(r"[^\s<>{}\[\]()\"'=:,;#]+=*")
_WORD: Final = re.compile(r"[a-z]+|[A-Z][a-z]*|[A-Z]+")
_PAIR: Final = re.compile(
    r"[\s\"']*(?:\S*[:/.])?(?P<key>[\w-]+)[\"']?(?:\s*[=:]\s*|\s+)[\"']?"
    r"(?:(?:Basic|Bearer|Token)\s+)?(?P<value>[^\s\"']+)[\"']?,?"
)
"""One name and one value a line, as npm, pip and the headers of HTTP have them; netrc has no sign between."""

_WITHIN: Final = (
    re.compile(r"\"(?P<key>[\w.-]+)\"\s*:\s*\"(?P<value>[^\s\"\\]+)\""),
    re.compile(r"<(?P<key>[\w.-]+)>(?P<value>[^\s<>]+)</"),
    re.compile(r"(?:machine\s.*|default\s.*|login\s.*)\b(?P<key>password)\s+(?P<value>\S+)"),
    re.compile(
        r"\b(?P<key>authorization)[\"']?\s*[=:]\s*[\"']?(?:[a-z]+\s+)?(?P<value>[^\s\"',]+)", re.IGNORECASE
    ),
)
"""The same within a longer line: JSON, markup, a whole netrc entry, an option of curl."""

_HEADER: Final = "authorization"
_LOGIN: Final = re.compile(r"://(?P<user>[^\s/:@\"'<>]*):(?P<password>[^\s/\"'<>]+)@")
_PLACEHOLDER: Final = re.compile(r"[\[({<].*|\$\{.*|\$\w+|%\(.*|.*://.*")
"""Values that only say where one comes from, and addresses."""

_RANDOM: Final = re.compile(r"(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{12,}")


def make_needles(values: Iterable[str]) -> tuple[bytes, ...]:
    """List what to search for: every form of each value, and the parts that give it away."""
    found: dict[bytes, None] = {}
    for value in dict.fromkeys(value.strip() for value in values):
        if len(value) >= SHORTEST:
            found |= dict.fromkeys(_forms(value))
        found |= dict.fromkeys(_bytes(line) for line in telling_parts(value))
    return tuple(needle for needle in found if len(needle) >= SHORTEST)


def telling_parts(value: str) -> tuple[str, ...]:
    """Take from a value those parts that give it away by themselves, the longest first.

    That is what follows a name that looks like a secret's, and the password of an address, as it is written
    and as it is meant. Of several lines it is also a line which is one word and no common one, and letters
    mixed with digits. Keys of JSON, markup, certificates and PEM's frame stand elsewhere too.
    """
    lines = _PUBLIC.sub("", value.strip()).splitlines()
    telling = _telling if len(value.strip().splitlines()) > 1 else _named
    parts = (part for line in lines for part in telling(line.strip()))
    known = dict.fromkeys(part for part in parts if len(part) >= SHORTEST)
    return tuple(sorted(known, key=len, reverse=True)[:_MOST_LINES])


def _telling(line: str) -> Iterator[str]:
    if line.startswith(_COMMON):
        return
    if _BARE.fullmatch(line):
        if not _WORD.fullmatch(line):
            yield line
        return
    if named := tuple(_named(line)):
        yield from named
        return
    yield max(_RANDOM.findall(line.replace(r"\n", " ")), key=len, default="")


def _named(line: str) -> Iterator[str]:
    """List the values of a line that are said to be secret."""
    for login in _LOGIN.finditer(line):
        yield from _of_login(login["user"], login["password"])
    pairs = (_PAIR.fullmatch(line), *(pair for pattern in _WITHIN for pair in pattern.finditer(line)))
    for pair in pairs:
        if pair and _is_secret(pair["key"]) and not _PLACEHOLDER.fullmatch(pair["value"]):
            yield pair["value"]


def _of_login(user: str, password: str) -> Iterator[str]:
    """Give a password of an address; one that would be found by chance together with its user."""
    if _PLACEHOLDER.fullmatch(password):
        return
    pairs = ((user, password), (unquote(user), unquote(password)))
    yield from (word if len(word) >= SHORTEST else f"{name}:{word}" for name, word in pairs)


def _is_secret(key: str) -> bool:
    return looks_secret(key) or key.lower() == _HEADER


def _forms(value: str) -> Iterator[bytes]:
    """Write a value in every usual way; those that are the same come twice."""
    data = _bytes(value)
    yield data
    yield from _base64(data)
    for written in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        yield _bytes(written[1:-1])
        yield _bytes(_as_go_writes(written[1:-1]))
    yield quote(data, safe="").encode()
    yield quote(data).encode()
    yield quote_plus(data).encode()


def _base64(data: bytes) -> Iterator[bytes]:
    """Encode what is the same wherever the value stands in something longer, such as ``user:password``."""
    for before in range(_GROUP):
        padded = bytes(before) + data
        whole = padded[: len(padded) // _GROUP * _GROUP]
        start = (0, 4, 4)[before]
        yield base64.b64encode(whole)[start:]
        yield base64.urlsafe_b64encode(whole)[start:]
    yield base64.encodebytes(data[: len(data) // _GROUP * _GROUP]).rstrip()


def _as_go_writes(text: str) -> str:
    """Escape as Go's JSON does, which manifests and configurations are written with."""
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")

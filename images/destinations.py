"""Where the images go: registries, each with its namespace and its login."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from actionkit.context import Context
from actionkit.errors import ActionError, InputError
from actionkit.inputs import InputReader
from actionkit.registry import Address, parse_address

_NAMESPACE: Final = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The inputs as they were written: one line a registry, in the same order."""

    registries: tuple[str, ...]
    namespaces: str
    usernames: str
    passwords: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One registry to publish to; an empty username means that nobody logs in."""

    address: Address
    namespace: str
    username: str
    password: str


def destinations(reader: InputReader, context: Context, given: Given) -> tuple[Destination, ...]:
    """Match every registry with its namespace and login; problems go to ``reader``."""
    addresses = [_address(reader, line) for line in given.registries or ("ghcr.io",)]
    count = len(addresses)
    columns = zip(
        addresses,
        _per_registry(reader, given.namespaces, "namespace", count),
        _per_registry(reader, given.usernames, "username", count),
        _per_registry(reader, given.passwords, "password", count),
        strict=True,
    )
    return tuple(_destination(reader, context, given.token, *column) for column in columns)


def _address(reader: InputReader, text: str) -> Address:
    try:
        return parse_address(text)
    except ActionError as error:
        reader.problems.append(error)
        return Address(host="invalid", plain=False)


def _per_registry(reader: InputReader, text: str, name: str, count: int) -> tuple[str, ...]:
    """Give each registry its line, ``-`` for nothing; one namespace serves all, one login only the first."""
    lines = tuple("" if line.strip() == "-" else line.strip() for line in text.splitlines()) or ("",)
    if len(lines) > count:
        reader.problems.append(
            InputError(
                f"input {name} has {len(lines)} lines for {count} registries",
                fix="give one line for each line of registry, in the same order",
            )
        )
    rest = lines[0] if name == "namespace" and len(lines) == 1 else ""
    return (*lines, *(rest,) * count)[:count]


def _destination(
    reader: InputReader,
    context: Context,
    token: str,
    address: Address,
    namespace: str,
    username: str,
    password: str,
) -> Destination:
    namespace = (namespace or context.repository).lower().strip("/")
    if not _NAMESPACE.fullmatch(namespace):
        reader.problems.append(
            InputError(
                f"input namespace is {namespace!r}",
                why="it takes path parts of letters, digits, '.', '_' and '-', joined by '/'",
                fix="write the organisation, or organisation/project",
            )
        )
    if not password and _is_githubs_own(address, context):
        username, password = username or context.actor or "github-actions", token
    if password and password == token and not _is_githubs_own(address, context):
        reader.problems.append(
            InputError(
                f"the password for {address.host} is GitHub's token",
                why="it opens GitHub's own registry, and no other may see it",
                fix="give that registry's own password, or leave it empty to publish without login",
                yaml="with:\n  password: ${{ secrets.REGISTRY_PASSWORD }}",
            )
        )
    if password and not username:
        reader.problems.append(
            InputError(f"there is a password for {address.host} and no username", fix="give input username")
        )
    return Destination(address=address, namespace=namespace, username=username, password=password)


def _is_githubs_own(address: Address, context: Context) -> bool:
    """Tell whether GitHub's token opens this registry: it is sent nowhere else."""
    server = context.server_url.partition("://")[2]
    return address.host == ("ghcr.io" if server == "github.com" else f"containers.{server}")

"""Where the images go: registries, each with its namespace and its login."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from actionkit.context import Context
from actionkit.errors import ActionError, InputError
from actionkit.inputs import InputReader
from actionkit.registry import Address, parse_address

_NAMESPACE: Final = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")


_INVALID: Final = Address(host="", plain=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One registry to publish to; an empty username means that nobody logs in."""

    address: Address
    namespace: str
    username: str
    password: str


def destinations(reader: InputReader, context: Context) -> tuple[Destination, ...]:
    """Match every registry with its namespace and login, line by line; problems go to ``reader``."""
    addresses = [_address(reader, line) for line in reader.words("registry") or ("ghcr.io",)]
    known = len(reader.problems)
    columns = [_column(reader, name, len(addresses)) for name in ("namespace", "username", "password")]
    if len(reader.problems) > known:
        return ()
    token, rows = reader.text("token"), zip(addresses, *columns, strict=True)
    found = tuple(_destination(reader, context, token, *row) for row in rows)
    places = Counter(f"{one.address.host}/{one.namespace}" for one in found)
    reader.problems.extend(_twice(place) for place, times in places.items() if times > 1)
    return found


def _twice(place: str) -> InputError:
    return InputError(
        f"{place} is named twice in input registry",
        why="every image would be published there twice",
        fix="name each registry once, or give each its own namespace",
    )


def _address(reader: InputReader, text: str) -> Address:
    try:
        return parse_address(text)
    except ActionError as error:
        reader.problems.append(error)
        return _INVALID


def _column(reader: InputReader, name: str, count: int) -> tuple[str, ...]:
    """Give each registry its line, ``-`` for nothing; one namespace serves all.

    With several registries an empty line is refused: it is a secret that is not set, and what stands below it
    must not slip to another registry.
    """
    lines = reader.column(name)
    if count == 1:
        return (reader.text(name).removeprefix("-") if lines == ("-",) else reader.text(name),)
    if not any(lines) and len(lines) <= 1:
        return ("",) * count
    if name == "namespace" and len(lines) == 1:
        return lines * count
    if len(lines) != count:
        reader.problems.append(_uneven(name, len(lines), count))
    if empty := [number for number, line in enumerate(lines, 1) if not line]:
        reader.problems.append(_empty(name, empty[0]))
    values = tuple("" if line == "-" else line for line in lines)
    return (*values, *("",) * count)[:count]


def _uneven(name: str, lines: int, count: int) -> InputError:
    return InputError(
        f"input {name} has {lines} lines for {count} registries",
        why="each line belongs to the line of input registry beside it",
        fix="give one line for each registry, in the same order, - for none",
        yaml=f"with:\n  {name}: |\n" + "\n".join(["    -"] * count),
    )


def _empty(name: str, number: int) -> InputError:
    return InputError(
        f"line {number} of input {name} is empty",
        why="the secret or variable in it may not be set",
        fix="set it, or write - for none",
    )


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
    if password and not username and address != _INVALID:
        reader.problems.append(
            InputError(f"there is a password for {address.host} and no username", fix="give input username")
        )
    return Destination(address=address, namespace=namespace, username=username, password=password)


def _is_githubs_own(address: Address, context: Context) -> bool:
    """Tell whether GitHub's token opens this registry: it is sent nowhere else."""
    server = context.server_url.partition("://")[2]
    return address.host == ("ghcr.io" if server == "github.com" else f"containers.{server}")

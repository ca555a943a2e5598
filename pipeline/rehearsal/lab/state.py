"""What is known of a started private engine: its process, its network, what it sees."""

from __future__ import annotations

import json
import socket as sockets
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError

_ROUTES: Final = Path("/proc/net/route")
_SECOND_OCTETS: Final = range(20, 32)  # of 172.16.0.0/12; engines of others begin at 172.17


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A started engine.

    ``pid`` is its outermost process and ``started`` that process's start time in clock ticks, so that a
    reused id is not taken for it. ``bridge`` names its network device, ``prefix`` is the first half of its
    IPv4 addresses, as in ``172.20``. ``visible`` are the folders that its containers can mount.
    """

    pid: int
    started: str
    bridge: str
    prefix: str
    visible: tuple[str, ...]

    def alive(self) -> bool:
        """Tell whether that very process still runs."""
        return bool(self.started) and start_time(self.pid) == self.started

    def write(self, path: Path) -> None:
        """Keep it for whoever comes next."""
        path.write_text(json.dumps(asdict(self)))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStarted:
    """No private engine is known; ``reason`` is for the curious."""

    reason: str


def read_state(path: Path) -> State | NotStarted:
    """Read what `State.write` wrote, if its process is still alive."""
    try:
        raw = json.loads(path.read_text())
        state = State(**{**raw, "visible": tuple(raw["visible"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        return NotStarted(reason=str(error))
    return state if state.alive() else NotStarted(reason=f"process {state.pid} is gone")


def start_time(pid: int) -> str:
    """Start time of a process in clock ticks since boot, or nothing if it is gone or only waits to be reaped.

    See proc_pid_stat(5): the second field, in brackets, may hold anything, so what follows the last bracket
    is counted: the state is the third field, the start time the twenty-second.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def free_network(routes: Path = _ROUTES) -> tuple[str, str]:
    """Choose a bridge name and the first half of its addresses that no route of this machine knows.

    Raise ActionError when all are taken.
    """
    taken = tuple(_networks(routes.read_text()))
    for octet in _SECOND_OCTETS:
        wanted = IPv4Network(f"172.{octet}.0.0/16")
        if not any(wanted.overlaps(network) for network in taken):
            return f"lab{octet}", f"172.{octet}"
    raise ActionError(
        "no network is free for the private engine",
        why="this machine has routes into every network from 172.20.0.0/16 to 172.31.0.0/16",
        fix="use a running Docker engine instead: name it in DOCKER_HOST",
    )


def answers(socket: Path) -> bool:
    """Ask the engine behind a socket whether it is there (Docker's API: GET /_ping)."""
    try:
        with sockets.socket(sockets.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(socket))
            connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def _networks(table: str) -> list[IPv4Network]:
    """Destinations of the routes, without the default route; the kernel prints them in its byte order."""
    rows = [line.split() for line in table.splitlines()[1:]]
    pairs = [(_address(row[1]), _address(row[7])) for row in rows]
    return [IPv4Network(f"{place}/{mask}", strict=False) for place, mask in pairs if int(mask)]


def _address(hexadecimal: str) -> IPv4Address:
    return IPv4Address(int.from_bytes(bytes.fromhex(hexadecimal), "little"))

"""A Docker engine in use: where it is, how to talk to it, what its containers see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from actionkit.process import run
from pipeline.rehearsal.lab.debian import docker_client
from pipeline.rehearsal.lab.found import Found, NoEngine, PrivateEngine, UserEngine
from pipeline.rehearsal.lab.private import running, socket
from pipeline.rehearsal.lab.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A running engine.

    ``client`` is the command that talks to it and ``env`` what that command needs in its environment.
    ``address`` is the one IP address under which this machine, the engine and its containers all reach a
    server on this machine; containers that need it are run with ``network_options``.
    ``socket_in_engine`` goes on the left side of ``-v …:/var/run/docker.sock``. ``visible`` are the folders
    that containers can mount.
    """

    docker_host: str
    client: tuple[str, ...]
    env: dict[str, str]
    address: str
    network_options: tuple[str, ...]
    socket_in_engine: str
    visible: tuple[Path, ...]
    found: UserEngine | PrivateEngine

    @property
    def private(self) -> bool:
        """Tell whether it is one of ours."""
        return isinstance(self.found, PrivateEngine)

    def docker(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        timeout: float | None = None,
        secrets: Sequence[str] = (),
    ) -> str:
        """Run one command of the client and return what it prints; raise CommandFailed."""
        everything = {**self.env, **(env or {})}
        command = (*self.client, *arguments)
        return run(command, env=everything, stdin=stdin, timeout=timeout, secrets=secrets).decode()

    def sees(self, path: Path) -> bool:
        """Tell whether containers can mount ``path``."""
        return any(path.resolve().is_relative_to(folder) for folder in self.visible)


@contextmanager
def engine(found: Found, *, say: Callable[[str], None] = lambda _: None) -> Iterator[Engine]:
    """Use the engine that was found; start a private one if it does not run, stop it after its last user.

    ``say`` is told what takes long. Raise ActionError when there is none or it does not start.
    """
    match found:
        case UserEngine():
            yield _user_engine(found)
        case PrivateEngine():
            with running(found, say=say) as state:
                yield _private_engine(found, state)
        case NoEngine():
            raise found.error()
        case _:
            assert_never(found)


def _user_engine(found: UserEngine) -> Engine:
    """A user's engine takes plain HTTP from 127.0.0.0/8 only, so the containers share this network."""
    return Engine(
        docker_host=found.docker_host,
        client=("docker",),
        env={"DOCKER_HOST": found.docker_host},
        address="127.0.0.1",
        network_options=("--network", "host"),
        socket_in_engine=found.socket,
        visible=(Path("/"),),
        found=found,
    )


def _private_engine(found: PrivateEngine, state: State) -> Engine:
    client = docker_client(found.folder)
    docker_host = f"unix://{socket(found.folder)}"
    return Engine(
        docker_host=docker_host,
        client=(str(client),),
        env={"DOCKER_HOST": docker_host, "DOCKER_CONFIG": str(client.parent)},
        address=f"{state.prefix}.0.1",
        network_options=(),
        socket_in_engine="/var/run/docker.sock",
        visible=tuple(Path(folder) for folder in state.visible),
        found=found,
    )

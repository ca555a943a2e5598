"""The images that Dockerfiles start from, present before anything is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from pipeline.rehearsal.lab.debian import build_base
from pipeline.rehearsal.lab.engine import Engine
from pipeline.rehearsal.lab.found import PrivateEngine

BASE_IMAGE: Final = "debian:trixie-slim"


def ensure_base_images(engine: Engine, *, say: Callable[[str], None] = lambda _: None) -> None:
    """See that ``debian:trixie-slim`` is there.

    The private engine gets one made from Debian's packages, because it must work without any image registry;
    a user's engine pulls it.
    """
    if engine.docker("images", "--quiet", BASE_IMAGE).strip():
        return
    if isinstance(engine.found, PrivateEngine):
        archive = build_base(engine.found.folder, say=say)
        engine.docker("import", "--change", 'CMD ["bash"]', str(archive), BASE_IMAGE)
        return
    say(f"Pulling {BASE_IMAGE}")
    try:
        engine.docker("pull", BASE_IMAGE)
    except CommandFailed as error:
        raise ActionError(
            f"{BASE_IMAGE} could not be pulled",
            why=error.stderr.strip(),
            fix=f"see that the engine reaches Docker Hub, or load {BASE_IMAGE} with docker load",
        ) from error

"""Another kind of processor: a base image for it, and its emulation by the kernel with Debian's qemu."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError
from pipeline.rehearsal.lab.base_images import BASE_IMAGE
from pipeline.rehearsal.lab.debian import build_base, build_foreign_base
from pipeline.rehearsal.lab.engine import Engine
from pipeline.rehearsal.lab.found import PrivateEngine

FOREIGN_BASE_IMAGE: Final = "rehearsal-base:trixie-slim"  # for this machine's processor and the foreign one
_DEBIAN_NAMES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
_KERNEL_NAMES: Final = {debian: kernel for kernel, debian in _DEBIAN_NAMES.items()}
_DOCKERFILE: Final = 'FROM scratch\nARG TARGETARCH\nADD base-$TARGETARCH.tar /\nCMD ["bash"]\n'
_EMULATOR_IMAGE: Final = "rehearsal-emulator:trixie"
_EMULATOR: Final = f"""\
FROM {BASE_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends qemu-user-static \\
 && rm -rf /var/lib/apt/lists/*
"""
# Debian registers its interpreters with flag F: the kernel keeps the program open, so that it is found in
# every container and after this one is gone (Documentation/admin-guide/binfmt-misc.rst)
_REGISTER: Final = """\
set -e
folder=/proc/sys/fs/binfmt_misc
[ -e $folder/register ] || mount -t binfmt_misc none $folder
[ ! -e $folder/qemu-$1 ] || exit 0
cat /usr/lib/binfmt.d/qemu-$1.conf >$folder/register
echo registered
"""
_UNREGISTER: Final = "echo -1 >/proc/sys/fs/binfmt_misc/qemu-$1"


def foreign_architecture() -> str:
    """Debian's name of the processor that this machine's is not: arm64, or amd64 on arm64."""
    own = _DEBIAN_NAMES.get(platform.machine(), platform.machine())
    return "amd64" if own == "arm64" else "arm64"


def ensure_foreign_base(engine: Engine, *, say: Callable[[str], None] = lambda _: None) -> None:
    """See that `FOREIGN_BASE_IMAGE` is there, one index of two platforms.

    Raise ActionError for a user's engine: only the containerd image store keeps such an index.
    """
    if engine.docker("images", "--quiet", FOREIGN_BASE_IMAGE).strip():
        return
    if not isinstance(engine.found, PrivateEngine):
        raise ActionError(f"{FOREIGN_BASE_IMAGE} is made for the private engine only")
    foreign, folder = foreign_architecture(), engine.found.folder
    own = _DEBIAN_NAMES[platform.machine()]
    archives = {own: build_base(folder, say=say), foreign: build_foreign_base(folder, foreign, say=say)}
    with tempfile.TemporaryDirectory(dir=folder) as context:
        for architecture, archive in archives.items():
            (Path(context) / f"base-{architecture}.tar").hardlink_to(archive.resolve())
        platforms = ("--platform", ",".join(f"linux/{architecture}" for architecture in archives))
        options = ("--provenance=false", "--tag", FOREIGN_BASE_IMAGE, "--file", "-", context)
        engine.docker("buildx", "build", *platforms, *options, stdin=_DOCKERFILE.encode())


@contextmanager
def emulation(engine: Engine, architecture: str) -> Iterator[None]:
    """Let this machine run programs for ``architecture`` (Debian's name); undone afterwards if done here.

    It is the kernel's setting, so all of this machine has it meanwhile.
    """
    name = _KERNEL_NAMES[architecture]
    if not engine.docker("images", "--quiet", _EMULATOR_IMAGE).strip():
        engine.docker("build", "--tag", _EMULATOR_IMAGE, "-", stdin=_EMULATOR.encode())
    # its mount must outlive the registration: since Linux 6.7 the last one takes all of them along
    holder = ("run", "--detach", "--privileged", _EMULATOR_IMAGE, "sleep", "infinity")
    with ExitStack() as undo:
        container = engine.docker(*holder).strip()
        undo.callback(engine.docker, "rm", "--force", container)
        if engine.docker("exec", container, "sh", "-c", _REGISTER, "sh", name):
            undo.callback(engine.docker, "exec", container, "sh", "-c", _UNREGISTER, "sh", name)
            undo.enter_context(_noted(engine, name))
        yield


@contextmanager
def _noted(engine: Engine, name: str) -> Iterator[None]:
    """Tell ``init.sh`` what to undo if this process is killed."""
    if not isinstance(engine.found, PrivateEngine):
        yield
        return
    note = engine.found.folder / "run/emulation"
    note.write_text(f"qemu-{name}\n")
    try:
        yield
    finally:
        note.unlink()

"""The private engine's Debian and a base image, both from Debian's packages by mmdebstrap."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import run

_SUITE: Final = "trixie"
_PACKAGES: Final = (
    # the engine, its client and what it runs containers with
    *("docker.io", "docker-cli", "docker-buildx", "containerd", "runc", "tini"),
    # its network (init.sh); the engine uses iptables inside the containers' networks
    *("iproute2", "iptables", "nftables"),
    # independent readers of what is published
    *("ca-certificates", "git", "skopeo", "cosign"),
)
_MINIMAL: Final = ("--variant=minbase",)
_SLIM: Final = (
    '--aptopt=Acquire::Languages "none"',
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
)
# as Docker's own Debian images: no package stays behind after it was installed
_NO_CACHE: Final = '--aptopt=DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; }'
# Authorities that this machine's owner added must be trusted in containers too, or nothing is downloaded
# behind a proxy that opens TLS. They come into force when the package ca-certificates is installed.
_OWN_AUTHORITIES: Final = (
    '--customize-hook=mkdir -p "$1/usr/local/share/ca-certificates" && '
    'cp /usr/local/share/ca-certificates/*.crt "$1/usr/local/share/ca-certificates/" 2>/dev/null || :'
)


def build_root(folder: Path, *, say: Callable[[str], None]) -> None:
    """Make ``folder/rootfs`` unless it is there already, made by the same recipe; about half a minute."""
    root, recipe = folder / "rootfs", folder / "rootfs.recipe"
    packages = f"--include={','.join(_PACKAGES)}"
    if root.is_dir() and recipe.is_file() and recipe.read_text() == packages:
        return
    say("Installing the private engine from Debian's packages (once, under a minute)")
    fresh = folder / "rootfs.new"
    for stale in (fresh, root):
        shutil.rmtree(stale, ignore_errors=True)
    _mmdebstrap(*_MINIMAL, packages, str(fresh))
    fresh.rename(root)
    recipe.write_text(packages)


def build_base(folder: Path, *, say: Callable[[str], None]) -> Path:
    """Make ``folder/base.tar``, a minimal Debian, unless it is there already; about a quarter of a minute."""
    archive = folder / "base.tar"
    if not archive.is_file():
        say("Making the image debian:trixie-slim from Debian's packages (once)")
        _archive(archive, *_MINIMAL, _NO_CACHE, _OWN_AUTHORITIES)
    return archive


def build_foreign_base(folder: Path, architecture: str, *, say: Callable[[str], None]) -> Path:
    """Make ``folder/base-….tar``, a minimal Debian for another kind of processor, unless it is there already.

    The packages are unpacked and not set up, because that would run their programs; shell and tools work.
    """
    archive = folder / f"base-{architecture}.tar"
    if not archive.is_file():
        say(f"Making a base image for {architecture} from Debian's packages (once)")
        _archive(archive, "--variant=extract", f"--architectures={architecture}", "--include=?essential")
    return archive


def in_root(root: Path, program: str) -> tuple[str, ...]:
    """Command line that runs a program of ``root`` on this machine, with the C library it was built for."""
    loader = next((root / "usr/lib").glob("*/ld-linux-*.so.*"))
    return (str(loader), "--library-path", str(loader.parent), str(root / program))


def docker_client(folder: Path) -> Path:
    """Write ``folder/client`` and return the ``docker`` in it: the engine's own, with its buildx.

    The folder is its configuration too, so that no login reaches the user's ``~/.docker``.
    """
    client = folder / "client"
    client.mkdir(exist_ok=True)
    settings = {"cliPluginsExtraDirs": [str(folder / "rootfs/usr/libexec/docker/cli-plugins")]}
    config = client / "config.json"
    known = json.loads(config.read_text()) if config.exists() else {}
    _write_if_new(config, json.dumps({**known, **settings}, indent=2))
    command = shlex.join(in_root(folder / "rootfs", "usr/bin/docker"))
    # bash, because Debian's sh drops variables with hyphens such as INPUT_DRY-RUN before docker sees them
    _write_if_new(client / "docker", f'#!/bin/bash\nexec {command} "$@"\n', mode=0o755)
    return client / "docker"


def _write_if_new(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Leave a file that others may be reading alone unless it changes (the checkout was moved)."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
        path.chmod(mode)


def _archive(archive: Path, *options: str) -> None:
    fresh = archive.with_suffix(".new.tar")
    fresh.unlink(missing_ok=True)
    _mmdebstrap(*options, str(fresh))
    fresh.rename(archive)


def _mmdebstrap(*arguments: str) -> None:
    *options, target = arguments
    try:
        run(("mmdebstrap", "--mode=root", *_SLIM, *options, _SUITE, target))
    except CommandFailed as error:
        raise ActionError(
            f"Debian {_SUITE} could not be installed into {target}",
            why=error.stderr.strip()[-800:],
            fix="see that Debian's mirror can be reached from here",
        ) from error

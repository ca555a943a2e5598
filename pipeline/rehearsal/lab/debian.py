"""The private engine's Debian and a base image, both from Debian's packages by mmdebstrap."""

from __future__ import annotations

import json
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
    _mmdebstrap(packages, str(fresh))
    fresh.rename(root)
    recipe.write_text(packages)
    _configure_client(folder)


def build_base(folder: Path, *, say: Callable[[str], None]) -> Path:
    """Make ``folder/base.tar``, a minimal Debian, unless it is there already; about a quarter of a minute."""
    archive = folder / "base.tar"
    if not archive.is_file():
        say("Making the image debian:trixie-slim from Debian's packages (once)")
        fresh = folder / "base.new.tar"
        fresh.unlink(missing_ok=True)
        _mmdebstrap(_NO_CACHE, _OWN_AUTHORITIES, str(fresh))
        fresh.rename(archive)
    return archive


def docker_client(root: Path) -> tuple[str, ...]:
    """Command line of the client in ``root``, started from outside with the C library it was built for."""
    loader = next((root / "usr/lib").glob("*/ld-linux-*.so.*"))
    return (str(loader), "--library-path", str(loader.parent), str(root / "usr/bin/docker"))


def _configure_client(folder: Path) -> None:
    plugins = folder / "rootfs/usr/libexec/docker/cli-plugins"
    (folder / "client").mkdir(exist_ok=True)
    (folder / "client/config.json").write_text(json.dumps({"cliPluginsExtraDirs": [str(plugins)]}))


def _mmdebstrap(*arguments: str) -> None:
    *options, target = arguments
    try:
        run(("mmdebstrap", "--mode=root", "--variant=minbase", *_SLIM, *options, _SUITE, target))
    except CommandFailed as error:
        raise ActionError(
            f"Debian {_SUITE} could not be installed into {target}",
            why=error.stderr.strip()[-800:],
            fix="see that Debian's mirror can be reached; on Ubuntu: apt-get install debian-archive-keyring",
        ) from error

"""Read, push, tag and log in with skopeo.

skopeo (https://github.com/containers/skopeo) speaks to every registry, copies manifests byte for byte
(``--preserve-digests``), retries a blob's upload by itself, and takes passwords on standard input.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import run
from actionkit.registry.address import Address
from actionkit.registry.answers import Answer, is_unauthorized, reason, translated, understand
from actionkit.registry.oci import Missing, digest_of, parse_manifest
from actionkit.registry.probe import probe_write
from actionkit.registry.retry import AskedToWait, Patience

_READ_TIMEOUT: Final = 120
_COPY_TIMEOUT: Final = 3600
_RENEWALS: Final = 3
_FRESH: Final = (Answer.MISSING,)
"""What may be told of something for a moment after it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """One registry, reached with the logins in ``authfile`` (the format of Docker's ``config.json``).

    A *repository* is written in full, ``ghcr.io/owner/name/image``; a *digest* is ``sha256:…``.
    """

    address: Address
    authfile: Path
    secrets: tuple[str, ...] = ()
    patience: Patience = field(default_factory=lambda: Patience(sleep=time.sleep))

    def login(self, username: str, password: str) -> None:
        """Log in and keep the login in ``authfile``; raise PermissionDenied when the registry refuses."""
        who = ("--username", username, "--password-stdin", self._tls("--tls-verify"))
        argv = ("skopeo", "login", "--authfile", str(self.authfile), *who, self.address.host)
        try:
            self.patience.attempt(
                lambda: run(argv, stdin=password.encode(), timeout=_READ_TIMEOUT, secrets=self.secrets)
            )
        except CommandFailed as error:
            raise translated(
                error, f"log in to {self.address.host} as {username}", self.address.host
            ) from error

    def tags(self, repository: str) -> tuple[str, ...]:
        """List the tags of ``repository``; one that does not exist yet has none."""
        try:
            listed = self._read("list-tags", f"docker://{repository}")
        except CommandFailed as error:
            if understand(error.stderr) is Answer.MISSING:
                return ()
            raise translated(error, f"list the tags of {repository}", self.address.host) from error
        return tuple(json.loads(listed)["Tags"] or ())

    def manifest(self, reference: str) -> bytes | Missing:
        """Read the manifest behind ``repository:tag`` or ``repository@digest``, byte for byte."""
        try:
            return self._read("inspect", "--raw", f"docker://{reference}")
        except CommandFailed as error:
            if understand(error.stderr) is Answer.MISSING:
                return Missing(reference=reference)
            raise translated(error, f"read {reference}", self.address.host) from error

    def config(self, reference: str) -> bytes:
        """Read an image's configuration, byte for byte; ``reference`` must name an image, not an index.

        The image's manifest was read or written before, so "not there" is asked again.
        """
        try:
            return self._read("inspect", "--raw", "--config", f"docker://{reference}", also=_FRESH)
        except CommandFailed as error:
            raise translated(error, f"read the configuration of {reference}", self.address.host) from error

    def push(self, layout: Path, repository: str, digest: str) -> None:
        """Push the one image or index of an OCI layout folder by its digest: no tag shows it."""
        target = f"{repository}@{digest}"
        self._copy(f"oci:{layout}", target, f"push {target}", manifest_format="oci")

    def push_index(self, layout: Path, repository: str, digest: str) -> None:
        """Push the index of an OCI layout folder by its digest; what it lists is there already."""
        target = f"{repository}@{digest}"
        self._copy(f"oci:{layout}", target, f"push {target}", manifest_format="oci", what="index-only")

    def tag(self, repository: str, digest: str, tag: str) -> None:
        """Name ``digest`` by ``tag``: the same manifest bytes, put under another name."""
        source, target = f"{repository}@{digest}", f"{repository}:{tag}"
        kind = self._format(source)
        self._copy(f"docker://{source}", target, f"tag {target}", manifest_format=kind, also=_FRESH)

    def copy_from(self, other: Registry, origin: str, repository: str, digest: str) -> None:
        """Copy ``origin@digest`` from the registry ``other`` by its digest: no tag shows it."""
        source, target = f"{origin}@{digest}", f"{repository}@{digest}"
        kind, plain = other._format(source), other.address.plain
        action = f"copy {source} to {repository}"
        self._copy(f"docker://{source}", target, action, manifest_format=kind, plain=plain, also=_FRESH)

    def fresh(self, reference: str, *, instead_of: str = "") -> bytes:
        """Read the manifest behind ``reference``, which was written not long ago, byte for byte.

        A registry may take a moment until it shows what it accepted, or until its last replica does, so
        "not there" and the digest that was there before, ``instead_of``, are asked again.
        """

        def ask() -> bytes:
            raw = self._ask("inspect", "--raw", f"docker://{reference}")
            if digest_of(raw) == instead_of:
                raise AskedToWait("the answer is old", stderr=f"it still shows {instead_of}", seconds=0)
            return raw

        try:
            return self.patience.attempt(ask, also=_FRESH)
        except CommandFailed as error:
            if understand(error.stderr) is Answer.MISSING:
                why = f"{self.address.host} answered: {reason(error.stderr)}"
                fix = "run again: what is missing is published once more"
                raise ActionError(f"{reference} is gone", why=why, fix=fix) from error
            raise translated(error, f"read back {reference}", self.address.host) from error

    def written(self, reference: str, *, instead_of: str = "") -> str:
        """Return the digest behind ``reference``, which was just written; see ``fresh``."""
        return digest_of(self.fresh(reference, instead_of=instead_of))

    def require_write(self, repository: str) -> None:
        """Prove the right to push to ``repository`` without pushing; raise PermissionDenied."""
        probe_write(self.address, self.authfile, repository, self.patience)

    def _copy(
        self,
        source: str,
        target: str,
        action: str,
        *,
        manifest_format: str,
        plain: bool | None = None,
        what: str = "all",
        also: tuple[Answer, ...] = (),
    ) -> None:
        """Copy byte for byte; ``plain`` says how the source's registry speaks, if not as this one.

        The format is the one that the source has. Left to itself, skopeo answers a failed write by trying
        other formats, and then complains about those instead of the failure.
        """
        source_plain = self.address.plain if plain is None else plain
        tls = (_tls("--src-tls-verify", plain=source_plain), self._tls("--dest-tls-verify"))
        flags = ("--multi-arch", what, "--preserve-digests", "--quiet", "--format", manifest_format, *tls)
        argv = ("skopeo", "copy", "--authfile", str(self.authfile), *flags, source, f"docker://{target}")
        try:
            self.patience.attempt(lambda: self._renewing(argv), also=also)
        except CommandFailed as error:
            raise translated(error, action, self.address.host) from error

    def _renewing(self, argv: tuple[str, ...]) -> bytes:
        """Run a copy; where its token expired, go on with a new one, a few times.

        Every copy starts with a token of its own, and the right to write was proved before: an "unauthorized"
        in the middle is a token that did not live as long as the upload. What arrived is not sent again.
        """
        for _ in range(_RENEWALS):
            try:
                return run(argv, timeout=_COPY_TIMEOUT, secrets=self.secrets)
            except CommandFailed as error:
                if not is_unauthorized(error.stderr):
                    raise
        return run(argv, timeout=_COPY_TIMEOUT, secrets=self.secrets)

    def _format(self, reference: str) -> str:
        return "oci" if ".oci." in parse_manifest(self.fresh(reference)).media_type else "v2s2"

    def _read(self, *arguments: str, also: tuple[Answer, ...] = ()) -> bytes:
        return self.patience.attempt(lambda: self._ask(*arguments), also=also)

    def _ask(self, verb: str, *arguments: str) -> bytes:
        options = ("--authfile", str(self.authfile), self._tls("--tls-verify"))
        return run(("skopeo", verb, *options, *arguments), timeout=_READ_TIMEOUT, secrets=self.secrets)

    def _tls(self, flag: str) -> str:
        return _tls(flag, plain=self.address.plain)


def _tls(flag: str, *, plain: bool) -> str:
    return f"{flag}={'false' if plain else 'true'}"

"""Run git in one repository with settings that neither the repository nor the machine can bend."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from actionkit.errors import CommandFailed
from actionkit.process import run

_SETTINGS: Final = (
    # what would start a program of the repository's choice
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.alternateRefsCommand", "true"),
    ("credential.helper", ""),
    ("log.showSignature", "false"),
    ("push.gpgSign", "false"),
    # what would push or fetch more than was asked
    ("push.followTags", "false"),
    ("push.recurseSubmodules", "no"),
    ("fetch.recurseSubmodules", "no"),
    # what would change the answers
    ("log.follow", "false"),
    ("log.mailmap", "true"),
    ("core.quotePath", "false"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("advice.detachedHead", "false"),
)
_ENVIRONMENT: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",  # set and empty: core.askPass and SSH_ASKPASS are not looked at
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """A repository at ``directory``; ``secrets`` never reach error texts, ``environment`` holds logins."""

    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()

    def run(self, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """Run ``git arguments`` and return its output; raise CommandFailed."""
        argv = ("git", "-C", str(self.directory), *self._options(), *arguments)
        try:
            return run(
                argv,
                stdin=stdin,
                env={**_ENVIRONMENT, **self.environment, **(env or {})},
                secrets=self.secrets,
                without=_bends,
            )
        except CommandFailed as error:
            raise self._failed(arguments, error) from error

    def text(self, *arguments: str) -> str:
        """Run git and return its output as text without the final newline."""
        return self.run(*arguments).decode(errors="replace").rstrip("\n")

    def succeeds(self, *arguments: str) -> bool:
        """Tell whether git answers yes (status 0) or no (status 1); raise CommandFailed for the rest."""
        try:
            self.run(*arguments)
        except CommandFailed as error:
            if error.returncode == 1:
                return False
            raise
        return True

    def with_login(self, server_url: str, token: str) -> Git:
        """Return the same repository, logged in to ``server_url`` with ``token``.

        The header goes through the environment, so the token stands in no argv, URL or file. The empty
        value before it drops a header that actions/checkout left in the configuration: GitHub refuses a
        request with two.
        """
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        key = f"http.{server_url}/.extraheader"
        login = self.with_settings((key, ""), (key, f"AUTHORIZATION: basic {basic}"))
        return replace(login, secrets=(*self.secrets, token, basic))

    def with_settings(self, *settings: tuple[str, str]) -> Git:
        """Return the same repository with more settings, which hold for the git that git starts too."""
        first = int(self.environment.get("GIT_CONFIG_COUNT", "0"))
        added = {"GIT_CONFIG_COUNT": str(first + len(settings))}
        for number, (key, value) in enumerate(settings, first):
            added |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return replace(self, environment={**self.environment, **added})

    def at(self, directory: Path) -> Git:
        """Return the repository at ``directory``, with the same settings and logins."""
        return replace(self, directory=directory)

    def _options(self) -> tuple[str, ...]:
        settings = (("safe.directory", str(self.directory.resolve())), *_SETTINGS)
        return tuple(part for key, value in settings for part in ("-c", f"{key}={value}"))

    def _failed(self, arguments: tuple[str, ...], error: CommandFailed) -> CommandFailed:
        what = f"git {arguments[0]} ended with status {error.returncode}"
        return CommandFailed(what, returncode=error.returncode, stderr=error.stderr, fix=error.fix)


def _bends(variable: str) -> bool:
    """Tell whether a variable of the job would bend git, as GIT_DIR does; certificates may stay."""
    return variable.startswith("GIT_") and not variable.startswith("GIT_SSL_")

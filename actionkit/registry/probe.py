"""Ask for the right to write before an hour of compiling: open an upload session and cancel it.

No tool offers this, so it is HTTP of our own: ``POST /v2/<name>/blobs/uploads/`` and ``DELETE`` of the
session that it opens.
Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs and
https://distribution.github.io/distribution/spec/auth/token/ and …/oauth/
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from actionkit.errors import ActionError, CommandFailed
from actionkit.registry.address import Address
from actionkit.registry.answers import is_passing, refused, translated
from actionkit.registry.logins import Login, find_login
from actionkit.registry.retry import AskedToWait, Patience, seconds_until

if TYPE_CHECKING:
    from requests import Response, Session

_TIMEOUT: Final = 30
_CHALLENGE: Final = re.compile(r'([a-z_]+)="([^"]*)"', re.IGNORECASE)
_UNAUTHORIZED: Final = 401
_DENIALS: Final = (401, 403)
_PORTS: Final = {"http": 80, "https": 443}
_CERTIFICATES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def probe_write(address: Address, authfile: Path, repository: str, patience: Patience) -> None:
    """Raise PermissionDenied when the login in ``authfile`` may not push to ``repository``."""
    import requests

    action = f"write to {repository}"
    with requests.Session() as session:
        session.trust_env = False  # else the password of a .netrc would replace the login that was given
        session.verify = _certificates()
        asker = _Asker(
            session=session,
            api=_api(address),
            repository=repository,
            login=find_login(authfile, repository),
        )
        try:
            answer, authorization = patience.attempt(asker.open)
        except CommandFailed as error:
            raise translated(error, action, address.host) from error
        if answer.status_code in _DENIALS:
            raise refused(action, address.host, f"{address.host} answered {_told(answer)}")
        if not answer.ok:
            raise ActionError(f"cannot {action}", why=f"{address.host} answered {_told(answer)}")
        asker.cancel(answer, authorization)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asker:
    """Asks the registry at ``api`` (a URL without a path) about one repository."""

    session: Session
    api: str
    repository: str
    login: Login

    @property
    def name(self) -> str:
        return self.repository.partition("/")[2]

    def open(self) -> tuple[Response, str]:
        """Open an upload session; return the answer and the authorization it was given for."""
        url = f"{self.api}/v2/{self.name}/blobs/uploads/"
        answer = self._send("POST", url, self.login.basic)
        if answer.status_code != _UNAUTHORIZED or not _wants_token(answer):
            return answer, self.login.basic
        given = self._ask_for_token(answer)
        if not given.ok:
            return given, ""
        authorization = f"Bearer {_token(given, self.repository)}"
        return self._send("POST", url, authorization), authorization

    def cancel(self, answer: Response, authorization: str) -> None:
        """Cancel the session; one that cannot be cancelled is dropped by the registry after a while.

        The protocol lets a session be on another host. What that one needs to know is in the address; the
        login is the registry's own, and stays with it.
        """
        location = answer.headers.get("Location", "")
        with suppress(CommandFailed, ValueError):
            session = urljoin(answer.url, location)
            own = _origin(session) == _origin(self.api)
            if location:
                self._send("DELETE", session, authorization if own else "")

    def _ask_for_token(self, answer: Response) -> Response:
        header = answer.headers["WWW-Authenticate"]
        challenge = dict(_CHALLENGE.findall(header))
        if not challenge.get("realm"):
            raise ActionError(
                f"cannot write to {self.repository}",
                why=f"the registry asks for a token and does not say where to get one: {header}",
                fix="tell those who run the registry that its challenge has no realm",
            )
        asked = {"scope": f"repository:{self.name}:pull,push"}
        asked |= {"service": challenge["service"]} if "service" in challenge else {}
        if not self.login.identity:
            return self._send("GET", challenge["realm"], self.login.basic, params=asked)
        asked |= {"grant_type": "refresh_token", "client_id": "release-pipeline"}
        form = {**asked, "refresh_token": self.login.identity}
        return self._send("POST", challenge["realm"], data=form, allow_redirects=False)

    def _send(self, method: str, url: str, authorization: str = "", **fields: Any) -> Response:
        """Send a request; raise CommandFailed for troubles, as if it was a program that failed."""
        from requests.utils import get_environ_proxies

        headers = {"Authorization": authorization} if authorization else {}
        try:
            proxies = get_environ_proxies(url)
            answer = self.session.request(
                method, url, headers=headers, timeout=_TIMEOUT, proxies=proxies, **fields
            )
        except (OSError, ValueError) as error:
            raise CommandFailed("no answer", returncode=1, stderr=_no_answer(error)) from error
        if not is_passing(answer.status_code):
            return answer
        text, wait = f"HTTP status: {_told(answer)}", answer.headers.get("Retry-After", "")
        if wait:
            raise AskedToWait("busy", stderr=text, seconds=seconds_until(wait, datetime.now(UTC)))
        raise CommandFailed("busy", returncode=1, stderr=text)


def _api(address: Address) -> str:
    return "https://registry-1.docker.io" if address.host == "docker.io" else address.url


def _certificates() -> str | bool:
    """Find the certificates that the job trusts, if not the usual ones."""
    given = (os.environ.get(name, "") for name in _CERTIFICATES)
    return next((path for path in given if Path(path).is_file()), True)


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)


def _wants_token(answer: Response) -> bool:
    return answer.headers.get("WWW-Authenticate", "").lower().startswith("bearer ")


def _token(given: Response, repository: str) -> str:
    try:
        tokens = given.json()
    except ValueError:
        tokens = {}
    token = isinstance(tokens, dict) and (tokens.get("token") or tokens.get("access_token"))
    if not token:
        raise ActionError(
            f"cannot write to {repository}",
            why=f"{urlsplit(given.url).hostname} gave none of the tokens that the registry asks for",
        )
    return str(token)


def _no_answer(error: Exception) -> str:
    """Say what went wrong; what connections die of may pass, but a wrong address or certificate stays."""
    from requests import exceptions

    passing = (exceptions.ConnectionError, exceptions.Timeout, exceptions.ChunkedEncodingError)
    passes = isinstance(error, passing) and not isinstance(error, exceptions.SSLError)
    return f"unavailable: {error}" if passes else str(error)


def _told(answer: Response) -> str:
    return f"{answer.status_code} {answer.reason}: {answer.text.strip()[:300]}"

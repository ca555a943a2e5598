"""Ask for the right to write before an hour of compiling: open an upload session and cancel it.

No tool offers this, so it is HTTP of our own: ``POST /v2/<name>/blobs/uploads/`` and ``DELETE`` of the
session that it opens.
Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs and
https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from actionkit.errors import ActionError, CommandFailed
from actionkit.registry.address import Address
from actionkit.registry.answers import refused, translated
from actionkit.registry.retry import Patience

if TYPE_CHECKING:
    from requests import Response, Session

_TIMEOUT: Final = 30
_CHALLENGE: Final = re.compile(r'([a-z_]+)="([^"]*)"', re.IGNORECASE)
_UNAUTHORIZED: Final = 401
_DENIALS: Final = (401, 403)
_SERVER_TROUBLE: Final = (429, 499, *range(500, 600))


def probe_write(address: Address, authfile: Path, repository: str, patience: Patience) -> None:
    """Raise PermissionDenied when the login in ``authfile`` may not push to ``repository``."""
    import requests

    action = f"write to {repository}"
    with requests.Session() as session:
        try:
            answer = patience.attempt(lambda: _opened(session, address, authfile, repository))
        except CommandFailed as error:
            raise translated(error, action, address.host) from error
        if answer.status_code in _DENIALS:
            raise refused(action, address.host, f"{address.host} answered {_told(answer)}")
        if not answer.ok:
            raise ActionError(f"cannot {action}", why=f"{address.host} answered {_told(answer)}")
        _cancel(session, answer)


def _opened(session: Session, address: Address, authfile: Path, repository: str) -> Response:
    import requests

    name = repository.removeprefix(f"{address.host}/")
    url = f"{_api(address)}/v2/{name}/blobs/uploads/"
    basic = _basic(authfile, address.host)
    if basic:
        session.headers["Authorization"] = f"Basic {basic}"
    try:
        answer = session.post(url, timeout=_TIMEOUT)
        if answer.status_code == _UNAUTHORIZED and _wants_token(answer):
            session.headers["Authorization"] = f"Bearer {_token(session, answer, name, basic)}"
            answer = session.post(url, timeout=_TIMEOUT)
    except requests.RequestException as error:
        raise CommandFailed(
            "the registry did not answer", returncode=1, stderr=f"unavailable: {error}"
        ) from error
    if answer.status_code in _SERVER_TROUBLE:
        raise CommandFailed("the registry has trouble", returncode=1, stderr=_told(answer))
    return answer


def _api(address: Address) -> str:
    return "https://registry-1.docker.io" if address.host == "docker.io" else address.url


def _basic(authfile: Path, host: str) -> str:
    if not authfile.is_file():
        return ""
    logins = json.loads(authfile.read_text(encoding="utf-8")).get("auths", {})
    login = logins.get(host) or logins.get(f"https://{host}") or {}
    return str(login.get("auth", ""))


def _wants_token(answer: Response) -> bool:
    return answer.headers.get("WWW-Authenticate", "").lower().startswith("bearer ")


def _token(session: Session, answer: Response, name: str, basic: str) -> str:
    challenge = dict(_CHALLENGE.findall(answer.headers["WWW-Authenticate"]))
    asked = {"scope": f"repository:{name}:pull,push"}
    asked |= {"service": challenge["service"]} if "service" in challenge else {}
    headers = {"Authorization": f"Basic {basic}"} if basic else {"Authorization": ""}
    given = session.get(challenge["realm"], params=asked, headers=headers, timeout=_TIMEOUT)
    if not given.ok:
        return ""
    tokens = given.json()
    return str(tokens.get("token") or tokens.get("access_token") or "")


def _cancel(session: Session, answer: Response) -> None:
    import requests

    location = answer.headers.get("Location", "")
    try:
        if location:
            session.delete(urljoin(answer.url, location), timeout=_TIMEOUT)
    except requests.RequestException:
        return  # the registry drops sessions that are never used by itself


def _told(answer: Response) -> str:
    return f"{answer.status_code} {answer.reason}: {answer.text.strip()[:300]}"

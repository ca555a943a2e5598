"""Connect to GitHub, and turn its refusals into errors a user can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from actionkit.errors import ActionError, PermissionDenied, Transient

if TYPE_CHECKING:
    from github import Github, GithubException
    from github.Repository import Repository

_TRIES: Final = 4
_TIMEOUT: Final = 30
_SERVER_ERRORS: Final = range(500, 600)
_UNPROCESSABLE: Final = 422
_EXISTS: Final = ("already_exists", "already exists")
_PERMISSIONS_HEADER: Final = "x-accepted-github-permissions"


@dataclass(frozen=True, kw_only=True)
class Forge:
    """One repository (``owner/name``) at ``api_url``, reached with ``token``.

    Reads are retried by PyGithub; writes are not, because an answer that was lost may hide an effect:
    whoever writes looks again first (release/apply).
    """

    repository: str
    api_url: str
    token: str

    @cached_property
    def client(self) -> Github:
        """PyGithub's client; importing it takes half a second, so it is done when the first call is made."""
        from github import Auth, Github, GithubRetry

        retry = GithubRetry(total=_TRIES, allowed_methods=frozenset({"GET", "HEAD"}))
        return Github(
            auth=Auth.Token(self.token),
            base_url=self.api_url,
            timeout=_TIMEOUT,
            per_page=100,
            retry=retry,
            lazy=True,
            seconds_between_requests=0,  # a release makes about twenty; the pauses are for bulk work
            seconds_between_writes=0,
        )

    @cached_property
    def repo(self) -> Repository:
        """PyGithub's repository, not fetched."""
        return self.client.get_repo(self.repository)

    @contextmanager
    def doing(self, action: str, *, permission: str) -> Iterator[None]:
        """Translate what goes wrong inside.

        ``action`` completes "cannot …"; ``permission`` is the ``scope: level`` that it needs.
        """
        import requests
        from github import GithubException

        try:
            yield
        except GithubException as error:
            raise _translated(error, action, permission) from error
        except requests.RequestException as error:
            raise Transient(f"cannot {action}: GitHub did not answer", why=str(error)) from error


def _translated(error: GithubException, action: str, permission: str) -> ActionError:
    message, link = _told(error.data)
    why = f"GitHub answered {error.status}: {message}" + (f" ({link})" if link else "")
    if _is_transient(error, message):
        return Transient(f"cannot {action} just now", why=why, fix="run again: what is done is kept")
    if error.status == _UNPROCESSABLE and any(sign in message for sign in _EXISTS):
        return Transient(f"cannot {action}: somebody else did it meanwhile", why=why, fix="run again")
    if error.status in (401, 403, 404):
        return _denied(error, action, permission, why)
    return ActionError(f"cannot {action}", why=why)


def _denied(error: GithubException, action: str, permission: str, why: str) -> PermissionDenied:
    if error.status == 401:  # noqa: PLR2004 - HTTP
        return PermissionDenied(f"cannot {action}: the token is not valid", why=why, fix="check input token")
    accepted = (error.headers or {}).get(_PERMISSIONS_HEADER, "")
    needed = accepted.replace("=", ": ").split(";")[0].split(",")[0] or permission
    return PermissionDenied(
        f"cannot {action}: the token may not, or the thing is not there",
        why=why,
        fix="grant this in the job that uses the action; a called workflow needs it from its caller too",
        yaml=f"permissions:\n  {needed}",
    )


def _is_transient(error: GithubException, message: str) -> bool:
    limited = error.status in (403, 429) and "rate limit" in message.lower()
    return limited or error.status in _SERVER_ERRORS


def _told(data: Any) -> tuple[str, str]:
    if not isinstance(data, dict):
        return str(data)[:300], ""
    details = "; ".join(_detail(item) for item in data.get("errors") or ())
    message = str(data.get("message", ""))
    return (f"{message}: {details}" if details else message), str(data.get("documentation_url", ""))


def _detail(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    return str(
        item.get("message") or " ".join(str(item.get(key, "")) for key in ("resource", "field", "code"))
    )

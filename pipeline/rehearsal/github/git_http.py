"""Git over smart HTTP: ``git http-backend`` with GitHub's answers about who may what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from actionkit.errors import CommandFailed
from actionkit.process import run
from pipeline.rehearsal.github import hook
from pipeline.rehearsal.github.errors import ApiError
from pipeline.rehearsal.github.events import RefChange
from pipeline.rehearsal.github.exchange import Response
from pipeline.rehearsal.github.gitstore import ZERO
from pipeline.rehearsal.github.records import TokenKind
from pipeline.rehearsal.github.service import Call
from pipeline.rehearsal.github.state import Missing, RepositoryState

_PATH: Final = re.compile(
    r"/(?P<owner>[^/]+)/(?P<repo>[^/]+?)(?:\.git)?/(?P<rest>info/refs|git-upload-pack|git-receive-pack)"
)


def matches(path: str) -> dict[str, str]:
    """Owner, repository and the rest of a git client's path; empty for any other path."""
    found = _PATH.fullmatch(path)
    return dict(found.groupdict()) if found else {}


def serve(call: Call) -> Response:
    """Answer a git client; pushes are serialised and fire ``push`` events."""
    push = "git-receive-pack" in (call.values["rest"], call.request.parameters.get("service"))
    try:
        _admit(call, push=push)
    except Missing:
        return _text(404, "Repository not found.") if call.token.value else challenge()
    except ApiError as error:
        return challenge() if error.status == 401 else _text(error.status, error.message)  # noqa: PLR2004
    if not (push and call.request.method == "POST"):
        return _backend(call)
    with call.state.lock:
        repository = call.repository
        before = _refs(repository)
        response = _backend(call)
        changes = _changes(before, _refs(repository))
        if changes:
            call.touch()
            call.service.happenings.pushed(repository, changes, call.token)
        return response


def _admit(call: Call, *, push: bool) -> None:
    repo = call.repo
    if call.token.kind is TokenKind.ANONYMOUS and (push or repo.private):
        raise ApiError(401, "Requires authentication")
    if push and not call.may("contents", "write"):
        denied = f"Permission to {repo.full_name}.git denied to {call.token.login}."
        raise ApiError(403, denied) if not repo.private or call.may("metadata", "read") else Missing(denied)
    if repo.private and not call.may("contents", "read"):
        raise Missing(repo.full_name)


def _backend(call: Call) -> Response:
    try:
        output = run(
            ("git", "http-backend"),
            stdin=call.request.body,
            env=_environment(call),
        )
    except CommandFailed as error:
        # upload-pack ends with a status after telling the client why; what it told is the answer.
        output = error.stdout
    head, _, body = output.partition(b"\r\n\r\n")
    headers = dict(_header(line) for line in head.decode().split("\r\n") if line)
    status = int(headers.pop("Status", "200").split()[0])
    return Response(status=status, headers=headers, body=body)


def _environment(call: Call) -> dict[str, str]:
    request, repository = call.request, call.repository
    return {
        **hook.environment(repository.settings, call.token, call.links.html(call.repo.full_name)),
        "GIT_PROJECT_ROOT": str(repository.folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/git/{call.values['rest']}",
        "QUERY_STRING": request.query,
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REMOTE_USER": call.token.login,
        "REMOTE_ADDR": "127.0.0.1",
    }


def _refs(repository: RepositoryState) -> Mapping[str, str]:
    return {ref.name: ref.commit for ref in repository.git.refs()}


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[RefChange, ...]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return tuple(
        RefChange(ref=name, before=before.get(name, ZERO), after=after.get(name, ZERO)) for name in names
    )


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def challenge() -> Response:
    """Ask a git client for its name and token."""
    return _text(401, "No anonymous write access.").with_headers({"WWW-Authenticate": 'Basic realm="GitHub"'})


def _text(status: int, message: str) -> Response:
    return Response(
        status=status, headers={"Content-Type": "text/plain; charset=utf-8"}, body=f"{message}\n".encode()
    )

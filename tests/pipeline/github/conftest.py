"""A local GitHub whose every REST answer is held against GitHub's own OpenAPI description."""

from __future__ import annotations

import base64
import fcntl
import json
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from actionkit.process import run
from pipeline.rehearsal.github import LocalGitHub, TokenKind
from pipeline.rehearsal.github.exchange import Request, Response

_ROOT = Path(__file__).parents[3]
_NAMES_WITH_SLASHES = {"ref", "branch", "tag", "path", "basehead"}

# What GitHub sends although its description does not say so; each with where it is known from.
_UNDOCUMENTED_STATUSES = {
    # docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api and …/rate-limits: every operation.
    **dict.fromkeys((400, 401, 403, 404, 429, 500, 502, 503, 504), "basic-error"),
    # Validation errors are described for the API as a whole, not for each operation that has them.
    422: "validation-error",
}
_UNDOCUMENTED_STATES = {
    "starter"
}  # An asset whose upload broke off; github/docs knows `open`, users see this.
_FORMATS = {"date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", "uri": "^[a-z]+://[^ ]+$"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: JSON decoded, header names in lower case."""

    status: int
    json: Any
    headers: Mapping[str, str]
    body: bytes


class Description:
    """GitHub's OpenAPI description; finds the operation of an exchange and what is wrong with the answer."""

    def __init__(self, path: Path) -> None:
        self._content = json.loads(path.read_text())
        self._schemas = self._content["components"]["schemas"]
        self._patterns = sorted(
            ((template.count("{"), template, _pattern(template)) for template in self._content["paths"]),
            key=lambda one: (one[0], -len(one[1])),
        )
        self._validators: dict[str, Draft202012Validator] = {}

    def has(self, method: str, template: str) -> bool:
        """Whether there is an operation; names of path parameters do not matter."""
        wanted = re.sub(r"\{\w+\+?\}", "{}", template)
        return any(
            re.sub(r"\{\w+\}", "{}", known) == wanted and method.lower() in operations
            for known, operations in self._content["paths"].items()
        )

    def template(self, method: str, path: str) -> str:
        """The template of a path; raise LookupError when no operation has it."""
        for _, template, pattern in self._patterns:
            if pattern.fullmatch(path) and method.lower() in self._content["paths"][template]:
                return template
        raise LookupError(f"{method.upper()} {path} is no operation of GitHub's")

    def problems(self, request: Request, response: Response) -> list[str]:
        """Say where an exchange leaves the description."""
        path = re.sub(r"^/api/(v3|uploads)", "", request.path)
        method = "get" if request.method == "HEAD" else request.method.lower()
        try:
            template = self.template(method, path)
        except LookupError as error:
            return [] if response.status == 404 else [str(error)]
        where = f"{method.upper()} {template} {response.status}"
        operation = self._content["paths"][template][method]
        return [
            f"{where}: {problem}"
            for problem in (*self._answer(operation, response), *self._question(operation, request, response))
        ]

    def _answer(self, operation: Any, response: Response) -> Iterator[str]:
        documented = operation["responses"].get(str(response.status))
        if documented is None:
            if response.status not in _UNDOCUMENTED_STATUSES:
                yield "the status is not documented"
                return
            name = _UNDOCUMENTED_STATUSES[response.status]
            documented = {
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
            }
        content = self._follow(documented).get("content", {})
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if not response.body or kind not in content or not kind.endswith("json"):
            return
        yield from self._violations(content[kind].get("schema", {}), response.body)

    def _question(self, operation: Any, request: Request, response: Response) -> Iterator[str]:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if response.status < 300 and request.body and content:
            for problem in self._violations(content["schema"], request.body, closed=False):
                yield f"the request was taken although {problem}"

    def _violations(self, schema: Any, body: bytes, *, closed: bool = True) -> Iterator[str]:
        for error in self._validator(json.dumps(schema), closed=closed).iter_errors(json.loads(body)):
            if error.validator == "enum" and error.instance in _UNDOCUMENTED_STATES:
                continue
            yield f"{error.json_path}: {error.message[:300]}"

    def _validator(self, schema: str, *, closed: bool) -> Draft202012Validator:
        key = f"{closed}{schema}"
        if key not in self._validators:
            wanted: set[str] = set()
            root = self._convert(json.loads(schema), wanted, closed=closed)
            done: dict[str, Any] = {}
            while missing := wanted - set(done):
                for name in missing:
                    part, _, mode = name.partition(":")
                    done[name] = self._convert(self._schemas[part], wanted, closed=mode == "closed")
            self._validators[key] = Draft202012Validator({**root, "$defs": done})
        return self._validators[key]

    def _convert(self, node: Any, wanted: set[str], *, closed: bool) -> Any:
        """Turn OpenAPI 3.0 into JSON Schema: ``nullable``, references; and, closed, no unknown member."""
        if isinstance(node, list):
            return [self._convert(item, wanted, closed=closed) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            name = f"{node['$ref'].rsplit('/', 1)[-1]}:{'closed' if closed else 'open'}"
            wanted.add(name)
            return {"$ref": f"#/$defs/{name}"}
        shape = _FORMATS.get(node.get("format", ""))
        dropped = {"nullable", "example", "examples", "discriminator", "description", "title", "format"}
        parts_closed = closed and "allOf" not in node
        made = {
            key: {name: self._convert(one, wanted, closed=closed) for name, one in value.items()}
            if key == "properties"
            else self._convert(value, wanted, closed=parts_closed)
            for key, value in node.items()
            if key not in dropped
        }
        made.update({"pattern": shape} if shape else {})
        if closed and "properties" in made and "additionalProperties" not in made:
            # `status` stands in every error that GitHub sends; the description has it in some.
            made["properties"].setdefault("status", {})
            made["additionalProperties"] = False
        if closed and "allOf" in made:
            made["unevaluatedProperties"] = False
        return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") else made

    def _follow(self, node: Any) -> Any:
        while "$ref" in node:
            target = self._content
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node


@dataclass(slots=True)
class Recorder:
    """Collects the exchanges of a test."""

    exchanges: list[tuple[Request, Response]] = field(default_factory=list)

    def __call__(self, request: Request, response: Response) -> None:
        if request.path.startswith(("/api/v3/", "/api/uploads/")) and request.path != "/api/v3/graphql":
            self.exchanges.append((request, response))


@dataclass(slots=True)
class Clock:
    """A clock that the test turns."""

    now: datetime = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: int) -> None:
        self.now += timedelta(**amount)


@pytest.fixture(scope="session")
def description(need: Callable[[str], str]) -> Description:
    """GitHub's description from the npm package of the lock file, installed once below .cache."""
    npm = need("npm")
    place = _ROOT / ".cache" / "github-openapi"
    place.mkdir(parents=True, exist_ok=True)
    found = place / "node_modules/@octokit/openapi/generated/api.github.com.json"
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        locked = (Path(__file__).parent / "package-lock.json").read_text()
        stamp = place / ".installed"
        if not (found.is_file() and stamp.is_file() and stamp.read_text() == locked):
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copyfile(Path(__file__).parent / name, place / name)
            run((npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"), cwd=place, timeout=300)
            for other in set(found.parent.glob("*.json")) - {found}:
                other.unlink()  # Other products and spelled-out copies: 400 MB that nothing reads.
            stamp.write_text(locked)
    return Description(found)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def github(
    tmp_path: Path, clock: Clock, recorder: Recorder, description: Description
) -> Iterator[LocalGitHub]:
    """A local GitHub; when the test ends, everything it answered must fit GitHub's description."""
    with LocalGitHub.serve(tmp_path / "state", clock=clock) as running:
        running.observe(recorder)
        yield running
    problems = [text for exchange in recorder.exchanges for text in description.problems(*exchange)]
    assert problems == []


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """Run git away from the user's configuration: ``git("log", cwd=…)`` gives its output."""
    return _git(tmp_path)


@pytest.fixture
def work(tmp_path: Path, pattern: Path) -> Path:
    """A work tree of one's own, like ``pattern``."""
    return Path(shutil.copytree(pattern, tmp_path / "work"))


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work tree with two commits, two tags and the two workflows of a release."""
    place = tmp_path_factory.mktemp("pattern") / "work"
    git = _git(place.parent)
    flows = place / ".github" / "workflows"
    flows.mkdir(parents=True)
    (flows / "release.yml").write_text("name: Release\non: workflow_dispatch\n")
    (flows / "images.yml").write_text(
        "name: Images\non:\n  release: {types: [published]}\n  workflow_dispatch:\n    inputs:\n"
        "      tag: {required: true}\n      dry-run: {type: boolean, default: false}\n"
    )
    (place / "a.txt").write_text("one\n")
    git("init", "-q", "-b", "main", cwd=place)
    git("add", ".", cwd=place)
    git("commit", "-qm", "feat: one", cwd=place)
    git("tag", "v0.1.0", cwd=place)
    (place / "a.txt").write_text("two\n")
    git("commit", "-qam", "fix: two", cwd=place)
    git("tag", "-a", "annotated", "-m", "with words", cwd=place)
    return place


@pytest.fixture
def sample(github: LocalGitHub, work: Path) -> str:
    """The name of a repository on the local GitHub, filled from ``work``."""
    return github.create_repository("octo-org/sample", source=work).full_name


@pytest.fixture
def token(github: LocalGitHub, sample: str) -> str:
    """What a job has: GITHUB_TOKEN with what a release needs."""
    return github.issue_token(sample, permissions={"contents": "write", "actions": "write"})


@pytest.fixture
def app_token(github: LocalGitHub, sample: str) -> str:
    """An App's token with the same permissions, and workflows."""
    permissions = {"contents": "write", "actions": "write", "workflows": "write"}
    return github.issue_token(sample, permissions=permissions, kind=TokenKind.APP, login="releaser[bot]")


@pytest.fixture
def api(github: LocalGitHub, token: str) -> Callable[..., Answer]:
    """Ask the API below the sample repository, ``api("GET", "/releases")``, or at ``url``."""
    default = token

    def ask(
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = default,
        headers: Mapping[str, str] | None = None,
        url: str = "",
    ) -> Answer:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {token}"} if token else {}
        address = url or f"{github.api_url}/repos/octo-org/sample{path}"
        kind = {"Content-Type": "application/octet-stream" if isinstance(body, bytes) else "application/json"}
        request = urllib.request.Request(  # noqa: S310 - the local server
            address, data=data, method=method, headers={**kind, **given, **(headers or {})}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - the local server
                return _answer(response)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error)

    return ask


@pytest.fixture
def remote(github: LocalGitHub, sample: str) -> Callable[[str], str]:
    """The address of the sample for git, with a token in it."""

    def address(token: str) -> str:
        return f"{github.url}/{sample}.git".replace("://", f"://x-access-token:{token}@")

    return address


@pytest.fixture
def basic() -> Callable[[str], str]:
    """The header that git sends for a token."""
    return lambda token: "Basic " + base64.b64encode(f"x-access-token:{token}".encode()).decode()


def _git(home: Path) -> Callable[..., str]:
    env = {
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    identity = ("-c", "user.name=Mona Lisa", "-c", "user.email=mona@example.com")

    def call(*argv: str, cwd: Path | None = None, date: str = "2026-01-02T03:04:05Z") -> str:
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        return run(("git", *identity, *argv), cwd=cwd or home, env={**env, **dates}).decode().strip()

    return call


def _answer(response: Any) -> Answer:
    body = response.read()
    headers = {name.lower(): value for name, value in response.headers.items()}
    decoded = json.loads(body) if body and "json" in headers.get("content-type", "") else None
    return Answer(status=response.status, json=decoded, headers=headers, body=body)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{\w+\})", template)
    return re.compile("".join(_piece(piece) for piece in pieces))


def _piece(piece: str) -> str:
    if not piece.startswith("{"):
        return re.escape(piece)
    return ".+" if piece.strip("{}") in _NAMES_WITH_SLASHES else "[^/]+"

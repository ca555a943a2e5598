"""The action in its container, started as the runner starts it; a registry, read by a client of our own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from actionkit.context import Context
from pipeline.rehearsal import lab

_ROOT = Path(__file__).resolve().parents[2]
_SPECIFICATION = "github.com/opencontainers/image-spec@v1.1.1"
_IMAGE = f"images-under-test:{hashlib.sha256(str(_ROOT).encode()).hexdigest()[:12]}"
"""Checkouts that share an engine do not test each other's code."""
_AUTHOR = {
    "GIT_AUTHOR_NAME": "Sample Developer",
    "GIT_AUTHOR_EMAIL": "sample@example.com",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_NAME": "Sample Developer",
    "GIT_COMMITTER_EMAIL": "sample@example.com",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of the action left behind."""

    status: int
    log: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def errors(self) -> list[str]:
        """The messages of the error annotations, escapes undone."""
        found = re.findall(r"^::error [^:]*(?:%3A[^:]*)*::(.*)$", self.log, re.MULTILINE)
        return [text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") for text in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads a registry over plain HTTP, without any of the code under test."""

    registry: lab.Registry

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        login = (self.registry.username, self.registry.password)
        url = f"http://{self.registry.address}/v2/{path}"
        return requests.request(method, url, auth=login, timeout=30, **options)

    def tags(self, repository: str) -> list[str]:
        answer = self.request("GET", f"{self._path(repository)}/tags/list")
        return sorted(answer.json().get("tags") or []) if answer.ok else []

    def manifest(self, repository: str, reference: str) -> tuple[str, dict[str, Any]]:
        """The digest that the registry gives, and the document."""
        types = (
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
        )
        answer = self.request(
            "GET", f"{self._path(repository)}/manifests/{reference}", headers={"Accept": ", ".join(types)}
        )
        answer.raise_for_status()
        return answer.headers["Docker-Content-Digest"], answer.json()

    def blob(self, repository: str, digest: str) -> bytes:
        answer = self.request("GET", f"{self._path(repository)}/blobs/{digest}")
        answer.raise_for_status()
        return answer.content

    def image(self, repository: str, reference: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The manifest and configuration of the first runnable image."""
        _, document = self.manifest(repository, reference)
        if "manifests" in document:
            first = next(m for m in document["manifests"] if m["platform"]["os"] != "unknown")
            _, document = self.manifest(repository, first["digest"])
        return document, json.loads(self.blob(repository, document["config"]["digest"]))

    def retag(self, repository: str, old: str, new: str) -> None:
        """Put the same manifest under another tag."""
        path = f"{self._path(repository)}/manifests"
        kind = "application/vnd.oci.image.index.v1+json"
        raw = self.request("GET", f"{path}/{old}", headers={"Accept": kind}).content
        self.request("PUT", f"{path}/{new}", headers={"Content-Type": kind}, data=raw).raise_for_status()

    def delete(self, repository: str, digest: str) -> None:
        self.request("DELETE", f"{self._path(repository)}/manifests/{digest}").raise_for_status()

    def _path(self, repository: str) -> str:
        return repository.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A project with its remote repository, and the action that publishes its images."""

    engine: lab.Engine
    registry: lab.Registry
    image: str
    folder: Path
    name: str

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def repository(self, image: str, address: str = "") -> str:
        return f"{address or self.registry.address}/{self.name.lower()}/{image}"

    def git(self, *arguments: str) -> str:
        argv = ("git", "-C", str(self.workspace), *arguments)
        done = subprocess.run(argv, env={**os.environ, **_AUTHOR}, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str], message: str = "feat: something") -> str:
        for path, text in files.items():
            (self.workspace / path).parent.mkdir(parents=True, exist_ok=True)
            (self.workspace / path).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def release(self, tag: str, files: Mapping[str, str] | None = None) -> str:
        """Commit ``files``, tag and push; return the commit."""
        commit = self.commit(files or {})
        self.git("tag", "--annotate", "--force", "--message", tag, tag)
        self.git("push", "--quiet", "--force", "origin", "HEAD:main", f"refs/tags/{tag}")
        return commit

    def run(self, tag: str, *options: str, address: str = "", **inputs: str) -> Run:
        """Run the action as the runner does; ``options`` are further ones of ``docker run``."""
        files = self.folder / "file_commands"
        for name in ("output", "summary"):
            (files / name).write_text("")
        given = {
            **_defaults(),
            "tag": tag,
            "registry": f"http://{address or self.registry.address}",
            "username": self.registry.username,
            "password": self.registry.password,
            **{name.replace("_", "-"): value for name, value in inputs.items()},
        }
        variables = {
            "HOME": "/github/home",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": self.name,
            "GITHUB_SERVER_URL": "file:///remote",
            "GITHUB_WORKSPACE": "/github/workspace",
            "RUNNER_TEMP": "/github/runner_temp",
            "GITHUB_OUTPUT": "/github/file_commands/output",
            "GITHUB_STEP_SUMMARY": "/github/file_commands/summary",
            **{f"INPUT_{name.upper()}": value for name, value in given.items()},
        }
        volumes = {
            self.engine.socket_in_engine: "/var/run/docker.sock",
            str(self.workspace): "/github/workspace",
            str(files): "/github/file_commands",
            str(self.folder / "home"): "/github/home",
            str(self.folder / "temp"): "/github/runner_temp",
            str(self.folder / "remote"): "/remote",
        }
        argv = (
            *(*self.engine.client, "run", "--rm", "--workdir", "/github/workspace"),
            *self.engine.network_options,
            *(part for key, value in variables.items() for part in ("-e", f"{key}={value}")),
            *(part for host, inside in volumes.items() for part in ("-v", f"{host}:{inside}")),
            *options,
            *(self.image, "images"),
        )
        done = subprocess.run(
            argv,
            env={**os.environ, **self.engine.env},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Run(
            status=done.returncode,
            log=done.stdout + done.stderr,
            outputs=_outputs((files / "output").read_text()),
            summary=(files / "summary").read_text(),
        )


@pytest.fixture
def context() -> Context:
    """A step of a workflow that somebody started by hand."""
    return Context(
        repository="Acme/Shop",
        server_url="https://github.com",
        api_url="https://api.github.com",
        ref_name="main",
        ref_type="branch",
        sha="0" * 40,
        actor="ada",
        event_name="workflow_dispatch",
        event={},
        run_id="1",
        run_attempt="1",
        workspace=Path("/w"),
        temporary=Path("/t"),
    )


@pytest.fixture(scope="session")
def action_image(engine: lab.Engine) -> str:
    """The action's image, built with the runner's own command line."""
    engine.docker("build", "-t", _IMAGE, "-f", str(_ROOT / "images" / "../Dockerfile"), str(_ROOT))
    return _IMAGE


@pytest.fixture
def shops(
    engine: lab.Engine, registry: lab.Registry, action_image: str, tmp_path: Path
) -> Callable[[], Shop]:
    """Make a project of its own, with an empty remote."""

    def make() -> Shop:
        name = f"Acme/shop-{uuid.uuid4().hex[:8]}"
        folder = tmp_path / name.rpartition("/")[2]
        for part in ("workspace", "file_commands", "home", "temp"):
            (folder / part).mkdir(parents=True)
        remote = folder / "remote" / f"{name}.git"
        subprocess.run(("git", "init", "--quiet", "--bare", "-b", "main", str(remote)), check=True)
        shop = Shop(engine=engine, registry=registry, image=action_image, folder=folder, name=name)
        shop.git("init", "--quiet", "-b", "main")
        shop.git("remote", "add", "origin", str(remote))
        return shop

    return make


@pytest.fixture
def shop(shops: Callable[[], Shop]) -> Shop:
    return shops()


@pytest.fixture
def reader(registry: lab.Registry) -> Reader:
    return Reader(registry=registry)


@pytest.fixture(scope="session")
def violations(need: Callable[[str], str]) -> Callable[[str, Any], list[str]]:
    """Check a document against a schema of the OCI image specification, fetched by Go's module proxy."""
    go = shutil.which("go") or need("go")
    argv = (go, "mod", "download", "-json", _SPECIFICATION)
    env = {**os.environ, "GOFLAGS": "-mod=mod"}
    told = subprocess.run(argv, env=env, check=True, capture_output=True, timeout=120, cwd="/")
    folder = Path(json.loads(told.stdout)["Dir"]) / "schema"
    schemas: Mapping[str, Any] = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}

    def retrieve(uri: str) -> Resource[Any]:
        return Resource(contents=schemas[uri.rpartition("/")[2]], specification=DRAFT4)

    registry: Registry[Any] = Registry(retrieve=retrieve)  # type: ignore[call-arg]

    def check(kind: str, document: Any) -> list[str]:
        validator = Draft4Validator(schemas[f"{kind}-schema.json"], registry=registry)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]

    return check


def _defaults() -> dict[str, str]:
    """What the runner passes for inputs that are left out; expressions need a workflow."""
    declared = yaml.safe_load((_ROOT / "images" / "action.yml").read_text())["inputs"]
    return {name: "" if "${{" in about["default"] else about["default"] for name, about in declared.items()}


def _outputs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, _, delimiter = line.partition("<<")
        value = []
        for part in lines:
            if part == delimiter:
                break
            value.append(part)
        found[name] = "\n".join(value)
    return found

"""A runner beside a bare copy of the sample repository, and folders full of workflow files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from actionkit.process import run
from pipeline.rehearsal.runner import NoEngine, Runner, WorkflowResult
from pipeline.rehearsal.sample_repository import make_sample_repository

REPOSITORY = "sample/kms"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes tokens that name what they may do, and remembers them."""

    made: list[Mapping[str, str]] = field(default_factory=list)

    def __call__(self, *, repository: str, permissions: Mapping[str, str]) -> str:
        self.made.append(dict(permissions))
        return f"token-{len(self.made)}-of-{repository}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything a test needs to write files and run them."""

    runner: Runner
    tokens: Tokens
    files: Path
    origin: Path
    sha: str

    def write(self, files: Mapping[str, str]) -> None:
        """Write files below the checkout that workflows come from."""
        for name, text in files.items():
            path = self.files / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), "utf-8")

    def run(self, workflow: str, **more: Any) -> WorkflowResult:
        """Write a workflow and run it, by default as if it had been dispatched on main."""
        self.write({".github/workflows/main.yml": workflow})
        defaults: dict[str, Any] = {
            "event_name": "workflow_dispatch",
            "repository": REPOSITORY,
            "ref": "refs/heads/main",
            "sha": self.sha,
        }
        return self.runner.run_workflow(self.files / ".github/workflows/main.yml", **{**defaults, **more})

    def steps(self, steps: str, **more: Any) -> WorkflowResult:
        """Run a job that has just these steps."""
        head = "on: workflow_dispatch\njobs:\n  only:\n    runs-on: ubuntu-latest\n    steps:\n"
        body = "".join(f"      {line}\n" for line in dedent(steps).strip("\n").splitlines())
        return self.run(head + body, **more)


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that plays the server: ``sample/kms`` in it is a bare repository."""
    server = tmp_path_factory.mktemp("server")
    sample = make_sample_repository(tmp_path_factory.mktemp("sample") / "kms")
    run(("git", "clone", "--quiet", "--bare", str(sample), str(server / REPOSITORY)))
    return server


@pytest.fixture
def make_bench(tmp_path: Path, origin: Path) -> Callable[..., Bench]:
    """Make a bench, with settings of the runner's own."""

    def make(**settings: Any) -> Bench:
        tokens = Tokens()
        defaults: dict[str, Any] = {
            "engine": NoEngine(reason="this test has none"),
            "work": tmp_path / "work",
            "server_url": f"file://{origin}",
            "api_url": "http://127.0.0.1:9/api/v3",
            "graphql_url": "http://127.0.0.1:9/api/graphql",
            "tokens": tokens,
        }
        sha = run(("git", "-C", str(origin / REPOSITORY), "rev-parse", "main")).decode().strip()
        runner = Runner(**{**defaults, **settings})
        return Bench(runner=runner, tokens=tokens, files=tmp_path / "files", origin=origin, sha=sha)

    return make


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    """Give a bench without an engine."""
    return make_bench()

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.rehearsal.github import LocalGitHub
from pipeline.rehearsal.sample_repository import make_sample_repository

PUSH = """
- uses: actions/checkout@v6
- run: |
    git config user.name somebody
    git config user.email somebody@example.com
    git commit --quiet --allow-empty --message "chore: pushed by a step"
    git push --quiet origin HEAD:main
"""


@pytest.fixture
def bench(make_bench: Callable[..., Any], tmp_path: Path) -> Iterator[Any]:
    with LocalGitHub.serve(tmp_path / "github") as github:
        source = make_sample_repository(tmp_path / "source")
        github.create_repository("sample/kms", source=source, private=True)

        def token(*, repository: str, permissions: Mapping[str, str]) -> str:
            return github.issue_token(repository, permissions=permissions)

        yield make_bench(
            server_url=github.url, api_url=github.api_url, graphql_url=github.graphql_url, tokens=token
        )


@pytest.mark.parametrize(
    ("permissions", "checked_out", "pushed"),
    [
        ("{}", "failure", "skipped"),
        ("{contents: read}", "success", "failure"),
        ("{contents: write}", "success", "success"),
    ],
)
def test_a_job_may_do_with_git_what_its_permissions_say(
    bench: Any, permissions: str, checked_out: str, pushed: str
) -> None:
    steps = PUSH.strip("\n").replace("\n", "\n      ")
    job = f"runs-on: ubuntu-latest\n    permissions: {permissions}\n    steps:\n      {steps}\n"
    result = bench.run(f"on: workflow_dispatch\njobs:\n  only:\n    {job}")
    outcomes = [str(step.outcome) for step in result.job("only").steps]
    assert outcomes == [checked_out, pushed], result.job("only").steps[-1].log

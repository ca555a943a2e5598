from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actionkit.process import run


def workspace(bench: Any, folder: str = "") -> Path:
    path: Path = bench.runner.work / "run-1-1/only/kms/kms" / folder
    return path


def git(folder: Path, *words: str) -> str:
    return run(("git", "-c", "safe.directory=*", "-C", str(folder), *words)).decode().strip()


def test_a_plain_checkout_has_one_commit_and_no_tags(bench: Any) -> None:
    result = bench.steps(
        "- id: c\n  uses: actions/checkout@0123456789abcdef # v6\n- run: git status && ls Cargo.toml\n"
    )
    there = workspace(bench)
    assert result.conclusion == "success"
    assert result.job("only").step("c").outputs == {"ref": "refs/heads/main", "commit": bench.sha}
    assert git(there, "rev-list", "--count", "HEAD") == "1"
    assert git(there, "tag") == ""
    assert git(there, "rev-parse", "--is-shallow-repository") == "true"
    assert git(there, "symbolic-ref", "--short", "HEAD") == "main"
    assert git(there, "remote", "get-url", "origin") == f"{bench.runner.server_url}/sample/kms"
    assert {path.stat().st_uid for path in there.rglob("*")} == {1001 if os.geteuid() == 0 else os.geteuid()}


@pytest.mark.parametrize(
    ("options", "commits", "tags", "head"),
    [
        ("{fetch-depth: 0}", 12, ["laboratory-3", "v0.4.0"], "main"),
        ("{fetch-depth: 3}", 3, [], "main"),
        ("{fetch-tags: true}", 1, ["laboratory-3", "v0.4.0"], "main"),
        ("{ref: v0.4.0}", 1, ["v0.4.0"], "v0.4.0"),
        ("{ref: refs/tags/v0.4.0, fetch-depth: 0}", 4, ["laboratory-3", "v0.4.0"], "v0.4.0"),
        ("{ref: main}", 1, [], "main"),
        ("{path: inner}", 1, [], "main"),
        ("{repository: sample/kms, ref: '${{ github.sha }}'}", 1, [], "main"),
    ],
)
def test_checkout_does_what_its_inputs_say(
    bench: Any, options: str, commits: int, tags: list[str], head: str
) -> None:
    result = bench.steps(f"- uses: actions/checkout@v6\n  with: {options}\n")
    there = workspace(bench, "inner" if "path" in options else "")
    assert result.conclusion == "success", result.job("only").steps[0].log
    assert git(there, "tag").split() == tags
    assert git(there, "log", "-1", "--format=%H") == git(
        bench.origin / "sample/kms", "rev-parse", f"{head}^0"
    )
    assert int(git(there, "rev-list", "--count", "HEAD")) == commits


def test_a_run_of_a_tag_checks_that_tag_out(bench: Any) -> None:
    sha = git(bench.origin / "sample/kms", "rev-parse", "v0.4.0^{commit}")
    result = bench.steps("- uses: actions/checkout@v6", ref="refs/tags/v0.4.0", sha=sha)
    assert result.conclusion == "success"
    assert git(workspace(bench), "describe", "--tags", "--exact-match") == "v0.4.0"


@pytest.mark.parametrize(
    ("settings", "options", "reason"),
    [
        ({"ref": "refs/tags/v0.4.0"}, "", "does not point to the expected commit"),
        ({}, "  with: {ref: nowhere}", "nowhere of sample/kms cannot be fetched"),
        ({}, "  with: {submodules: recursive}", "'submodules', which is not done here"),
        ({"repository": "sample/none"}, "", "refs/heads/main of sample/none cannot be fetched"),
    ],
)
def test_a_checkout_that_cannot_be_says_why(
    bench: Any, settings: dict[str, str], options: str, reason: str
) -> None:
    result = bench.steps(f"- uses: actions/checkout@v6\n{options}\n", **settings)
    assert result.conclusion == "failure"
    assert reason in result.job("only").steps[0].annotations[0].message


@pytest.fixture
def looks(bench: Any) -> Callable[[str], tuple[str, str]]:
    def look(options: str) -> tuple[str, str]:
        result = bench.steps(
            f"""
            - uses: actions/checkout@v6
              with: {options}
            - id: look
              run: |
                cat .git/config
                git config --get-regexp 'extraheader' || true
                ls "$RUNNER_TEMP"
            """
        )
        assert result.conclusion == "success"
        return result.job("only").step("look").log, str(bench.runner.work / "run-1-1/only")

    return look


def test_credentials_are_kept_outside_of_the_repository_for_host_and_container(looks: Any) -> None:
    log, base = looks("{}")
    assert "AUTHORIZATION: basic ***" in log
    assert f'[includeIf "gitdir:{base}/kms/kms/.git"]\n\tpath = {base}/_temp/git-credentials-' in log
    assert '[includeIf "gitdir:/github/workspace/.git"]\n\tpath = /github/runner_temp/git-credentials-' in log
    assert "token-1" not in log


def test_credentials_are_gone_when_they_must_not_persist(looks: Any) -> None:
    log, _ = looks("{persist-credentials: false}")
    assert "AUTHORIZATION" not in log
    assert "git-credentials-" not in log.split("##[endgroup]")[1].split("[includeIf")[-1].split("\n", 2)[-1]

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.rehearsal.lab import Engine

pytestmark = pytest.mark.engine

# Perl is in Debian's smallest system and reads variables with hyphens, which a shell drops.
DOCKERFILE = """\
FROM debian:trixie-slim AS unused
RUN exit 1
FROM debian:trixie-slim
COPY show.pl /show.pl
ENTRYPOINT ["/usr/bin/perl", "/show.pl"]
"""

SHOW = r"""
open(my $dump, ">", "/github/workspace/dump"); print $dump map { "$_=$ENV{$_}\0" } sort keys %ENV;
print $dump map { "arg=$_\0" } @ARGV;
print $dump "cwd=" . `pwd`, "\0", "owner=" . (stat "/github/workspace")[4], "\0", "uid=$<", "\0";
print $dump "socket=" . (-S "/var/run/docker.sock" ? "yes" : "no"), "\0";
open(my $event, "<", $ENV{GITHUB_EVENT_PATH}); print $dump "event=" . join("", <$event>), "\0";
open(my $out, ">>", $ENV{GITHUB_OUTPUT}); print $out "answer<<E_1\n$ENV{'INPUT_DRY-RUN'}\nE_1\n";
open(my $env, ">>", $ENV{GITHUB_ENV}); print $env "FROM_CONTAINER=1\n";
open(my $sum, ">>", $ENV{GITHUB_STEP_SUMMARY}); print $sum "# Shown\n";
print "::warning file=/github/workspace/Cargo.toml,line=3::look here\n";
print "::stop-commands::t0ken-1\n::error::from a commit message\n::t0ken-1::\n";
exit($ENV{INPUT_STATUS} || 0);
"""

ACTION = """\
name: Show
description: Shows what it sees
inputs:
  dry-run:
    description: d
    default: 'false'
  token:
    description: d
    default: ${{ github.token }}
  Two Words:
    description: d
  status:
    description: d
runs:
  using: docker
  image: ../Dockerfile
  args: [release, "${{ inputs.dry-run }}", ""]
  env:
    OF_ACTION: ${{ inputs.dry-run }}-x
    OVERRIDDEN: by the action
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Docker:
    docker: tuple[str, ...]
    env: Mapping[str, str]
    socket: str


@pytest.fixture
def bench(engine: Engine, make_bench: Callable[..., Any]) -> Any:
    docker = Docker(docker=engine.client, env=engine.env, socket=engine.socket_in_engine)
    made = make_bench(
        engine=docker,
        network_options=engine.network_options,
        services={"ACTIONS_RESULTS_URL": "http://127.0.0.1:9/"},
    )
    made.write({"Dockerfile": DOCKERFILE, "show.pl": SHOW, "show/action.yml": ACTION})
    return made


def dump(bench: Any) -> dict[str, str]:
    path: Path = bench.runner.work / "run-1-1/only/kms/kms/dump"
    pairs = (entry.partition("=") for entry in path.read_text("utf-8").split("\0") if entry)
    seen: dict[str, str] = {}
    for name, _, value in pairs:
        seen[name] = f"{seen[name]}|{value}" if name in seen else value
    return seen


def test_a_container_action_sees_what_the_runner_gives_it(bench: Any) -> None:
    result = bench.steps(
        """
        - id: show
          uses: $/show
          with:
            DRY-run: ${{ github.event.hostile }}
          env:
            OVERRIDDEN: by the step
            PATH: /usr/sbin:/usr/bin
            WHOLE: ${{ runner.temp }}/x
            BEGINS: ${{ github.workspace }}/a:b
            MIDDLE: --into=${{ github.workspace }}
            MULTILINE: |
              one
              two
        - run: test "$FROM_CONTAINER" = 1
        """,
        payload={"hostile": "$(id)\n\"'`; --privileged", "repository": {"id": 7.0, "owner": {"id": 8}}},
        inputs={},
    )
    assert [(step.name, str(step.outcome)) for step in result.job("only").steps] == [
        ("Build $/show", "success"),
        ("Run $/show", "success"),
        ('Run test "$FROM_CONTAINER" = 1', "success"),
    ]
    seen = dump(bench)
    hostile = "$(id)\n\"'`; --privileged"
    expected = {
        "INPUT_DRY-RUN": hostile,
        "INPUT_TOKEN": "token-1-of-sample/kms",
        "INPUT_TWO_WORDS": "",
        "OF_ACTION": f"{hostile}-x",
        "OVERRIDDEN": "by the step",
        "PATH": "/usr/sbin:/usr/bin",
        "WHOLE": "/github/runner_temp/x",
        "BEGINS": "/github/workspace/a:b",
        "MIDDLE": f"--into={bench.runner.work}/run-1-1/only/kms/kms",
        "MULTILINE": "one\ntwo\n",
        "HOME": "/github/home",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION": "show",
        "GITHUB_ACTOR": "developer",
        "GITHUB_API_URL": "http://127.0.0.1:9/api/v3",
        "GITHUB_EVENT_NAME": "workflow_dispatch",
        "GITHUB_EVENT_PATH": "/github/workflow/event.json",
        "GITHUB_GRAPHQL_URL": "http://127.0.0.1:9/api/graphql",
        "GITHUB_JOB": "only",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REF_NAME": "main",
        "GITHUB_REF_TYPE": "branch",
        "GITHUB_REPOSITORY": "sample/kms",
        "GITHUB_REPOSITORY_ID": "7",
        "GITHUB_REPOSITORY_OWNER": "sample",
        "GITHUB_REPOSITORY_OWNER_ID": "8",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": "1",
        "GITHUB_RUN_NUMBER": "1",
        "GITHUB_SERVER_URL": bench.runner.server_url,
        "GITHUB_SHA": bench.sha,
        "GITHUB_WORKFLOW": ".github/workflows/main.yml",
        "GITHUB_WORKSPACE": "/github/workspace",
        "RUNNER_ARCH": "X64",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": "/github/runner_temp",
        "ACTIONS_RESULTS_URL": "http://127.0.0.1:9/",
        "arg": f"release|{hostile}|",
        "cwd": "/github/workspace\n",
        "uid": "0",
        "owner": "1001" if os.geteuid() == 0 else str(os.geteuid()),
        "socket": "yes",
    }
    assert {name: seen.get(name) for name in expected} == expected
    assert seen["GITHUB_OUTPUT"].startswith("/github/file_commands/set_output_")
    assert '"hostile"' in seen["event"]
    assert (
        bench.runner.work / "run-1-1/only/kms/kms/dump"
    ).stat().st_uid == 0  # until the action gives it back
    assert not {"GITHUB_TOKEN", "DOCKER_HOST", "DOCKER_CONFIG", "INPUT_STATUS_CODE"} & set(seen)


def test_what_a_container_says_comes_back(bench: Any) -> None:
    result = bench.steps("- id: show\n  uses: $/show\n- run: 'true'\n  if: failure()\n")
    show = result.job("only").step("show")
    assert show.outputs == {"answer": "false"}
    assert show.summary == "# Shown\n"
    assert [(note.level, note.message, note.file, note.line) for note in show.annotations] == [
        ("warning", "look here", "Cargo.toml", 3)
    ]
    assert "::error::from a commit message" in show.log
    assert "token-1-of" not in show.log


def test_a_container_that_fails_makes_the_step_fail(bench: Any) -> None:
    result = bench.steps("- id: show\n  uses: $/show\n  with: {status: 3, surplus: 1}")
    show = result.job("only").step("show")
    assert show.outcome == "failure"
    assert "exit code 3" in show.log
    assert show.outputs == {"answer": "false"}
    assert show.annotations[0].message.startswith(
        "Unexpected input(s) 'surplus', valid inputs are ['dry-run',"
    )


def test_an_image_is_built_once_for_the_same_files(bench: Any) -> None:
    twice = "- uses: $/show\n- name: Again\n  uses: $/show\n"
    first = bench.steps(twice)
    bench.steps(twice, run_id=2)
    assert len(bench.runner.images) == 1
    assert [step.name for step in first.job("only").steps] == ["Build $/show", "Run $/show", "Again"]
    bench.write({"show.pl": SHOW + "\n# changed"})
    bench.steps(twice, run_id=3)
    assert len(bench.runner.images) == 2


def test_an_image_that_does_not_build_ends_the_job_before_its_first_step(bench: Any) -> None:
    bench.write({"Dockerfile": "FROM debian:trixie-slim\nRUN echo no such luck && exit 7\n"})
    result = bench.steps("- run: 'true'\n- uses: $/show\n")
    steps = result.job("only").steps
    assert [(step.name, str(step.outcome)) for step in steps] == [("Build $/show", "failure")]
    assert "no such luck" in steps[0].log
    assert "ended with status" in steps[0].annotations[0].message


def test_an_action_of_the_callers_checkout_is_built_in_its_step(bench: Any) -> None:
    result = bench.steps(
        """
        - run: |
            mkdir tool
            printf '{name: t, description: t, runs: {using: docker, image: Dockerfile}}' > tool/action.yml
            printf 'FROM debian:trixie-slim\\nCMD ["/bin/echo", "built here"]\\n' > tool/Dockerfile
        - id: tool
          uses: ./tool
        """
    )
    assert [step.id for step in result.job("only").steps] == ["__run", "tool"]
    assert "built here" in result.job("only").step("tool").log


def test_a_container_that_takes_too_long_is_taken_away(bench: Any, engine: Engine) -> None:
    sleeps = '["/usr/bin/perl", "-e", "$SIG{INT} = sub { exit }; sleep 600"]'
    bench.write({"Dockerfile": f"FROM debian:trixie-slim\nENTRYPOINT {sleeps}\n"})
    result = bench.steps("- id: slow\n  uses: $/show\n  timeout-minutes: 0.03\n")
    slow = result.job("only").step("slow")
    assert slow.outcome == "failure"
    assert slow.annotations[0].message == "The action 'Run $/show' has timed out after 0.03 minutes."
    assert engine.docker("ps", "--quiet", "--filter", "label=rehearsal-action") == ""

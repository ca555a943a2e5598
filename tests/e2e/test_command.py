"""The command line as a person uses it, in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from actionkit.git import Git
from pipeline.rehearsal.sample_repository import make_sample_repository

_COMMAND = Path(sys.executable).parent / "release-pipeline"
_HIDDEN = ("docker", "mmdebstrap")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return make_sample_repository(tmp_path / "sample")


@pytest.fixture
def command(tmp_path: Path) -> Run:
    def run(*arguments: str | Path, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
        argv = [str(_COMMAND), *map(str, arguments)]
        env = {"PATH": path, "HOME": str(tmp_path), "COLUMNS": "100"}
        return subprocess.run(argv, capture_output=True, text=True, env=env, cwd=tmp_path, check=False)

    return run


def test_the_plan_as_json_has_the_documented_keys(command: Run, sample: Path) -> None:
    done = command("plan", sample, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads(done.stdout)
    assert (plan["release"], plan["prior_version"], plan["prior_tag"]) == (True, "0.4.0", "v0.4.0")
    assert (plan["version"], plan["tag"], plan["bump"]) == ("0.5.0", "v0.5.0", "minor")
    assert [commit["subject"] for commit in plan["commits"] if commit["decided"]] == [
        "feat(core)!: refuse a share that is given twice"
    ]
    assert {"path", "diff"} == set(plan["edits"][0])
    assert {"sha", "subject", "bump", "rule"} <= set(plan["commits"][0])
    assert plan["notes"]


def test_the_plan_is_a_table_for_people(command: Run, sample: Path) -> None:
    done = command("plan", sample)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == "0.4.0 → 0.5.0  (minor, tag v0.5.0)"
    assert [line[:1] for line in lines if "refuse a share" in line and "major" in line][-1] == "▶"
    assert max(len(line) for line in lines[3:12]) <= 100


@pytest.mark.parametrize(
    ("options", "version"),
    [
        (("--bump", "patch"), "0.4.1"),
        (("--bump", "major"), "1.0.0"),
        (("--bump", "0.9.0"), "0.9.0"),
        (("--prerelease", "rc"), "0.5.0-rc.1"),
        (("--tag-format", "other-{version}"), "0.4.0"),
        (("--tag-format", "other-{version}", "--initial-version", "0.6.0"), "0.6.0"),
    ],
)
def test_the_options_are_the_actions_inputs(
    command: Run, sample: Path, options: tuple[str, ...], version: str
) -> None:
    done = command("plan", sample, "--json", *options)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"] == version


def test_plan_changes_nothing(command: Run, sample: Path) -> None:
    git = Git(directory=sample)
    before = (git.text("status", "--porcelain"), git.text("for-each-ref"))
    command("plan", sample)
    assert (git.text("status", "--porcelain"), git.text("for-each-ref")) == before


def test_bump_rewrites_manifests_and_locks_and_nothing_else(command: Run, sample: Path, need) -> None:
    done = command("bump", "0.7.0", sample)
    assert done.returncode == 0, done.stderr
    changed = Git(directory=sample).text("diff", "--name-only").splitlines()
    assert {Path(path).name for path in changed} == {"Cargo.toml", "Cargo.lock"}
    judge = [need("cargo"), "metadata", "--locked", "--offline", "--format-version=1", "--quiet"]
    for lock in sample.rglob("Cargo.lock"):
        subprocess.run(judge, cwd=lock.parent, check=True, stdout=subprocess.DEVNULL)
    shown = [line for line in done.stdout.splitlines() if line.startswith(("+", "-"))]
    real = Git(directory=sample).text("diff", "--no-prefix").splitlines()
    assert sorted(line[6:] if line[:4] in ("+++ ", "--- ") else line for line in shown) == sorted(
        line[4:] if line[:4] in ("+++ ", "--- ") else line for line in real if line.startswith(("+", "-"))
    )


def test_a_bump_to_the_same_version_changes_nothing(command: Run, sample: Path) -> None:
    assert command("bump", "0.7.0", sample).returncode == 0
    before = Git(directory=sample).text("diff")
    again = command("bump", "0.7.0", sample)
    assert (again.returncode, again.stdout) == (0, "")
    assert Git(directory=sample).text("diff") == before


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("plan", "nowhere"), 1, "nowhere is not a folder"),
        (("plan", "."), 1, "not inside a git repository"),
        (("plan", "sample", "--bump", "big"), 1, "bump 'big' is unknown"),
        (("bump", "1.0", "sample"), 1, "'1.0' is not a semantic version"),
        (("bump", "0.1.0", "sample"), 1, "lower"),
        (("plan", "--no-such-option"), 2, "unrecognized arguments"),
        ((), 2, "required"),
    ],
)
def test_mistakes_are_told_on_stderr_with_their_status(
    command: Run, sample: Path, arguments: tuple[str, ...], status: int, message: str
) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_shallow_clone_is_told_how_to_deepen(command: Run, sample: Path, tmp_path: Path) -> None:
    argv = ["git", "clone", "--quiet", "--depth=1", f"file://{sample}", str(tmp_path / "shallow")]
    subprocess.run(argv, check=True)
    done = command("plan", tmp_path / "shallow")
    assert done.returncode == 1
    assert "git fetch --unshallow --tags" in done.stderr


def test_without_an_engine_the_release_is_rehearsed_and_the_images_are_a_plan(
    command: Run, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for folder in reversed(os.environ["PATH"].split(os.pathsep)):
        for program in Path(folder).glob("*"):
            if not program.name.startswith(_HIDDEN):
                (programs / program.name).unlink(missing_ok=True)
                (programs / program.name).symlink_to(program)
    done = command("rehearse", "--output", tmp_path / "out", path=str(programs))
    assert done.returncode == 0, done.stderr
    assert "there is no docker command" in done.stderr
    assert "3 planned, none built" in done.stdout
    assert "v0.4.0 → v0.5.0" in done.stdout
    (page,) = (tmp_path / "out").glob("*/index.html")
    assert "kms-server" in page.read_text()


def test_options_may_stand_between_the_version_and_the_folder(command: Run, sample: Path) -> None:
    done = command("bump", "0.9.0", "--dry-run", sample)
    assert (done.returncode, done.stderr.startswith("would change")) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("/nonexistent",), "is not a folder"),
        (("--bump", "huge"), "huge"),
        (("--prerelease", "r c"), "prerelease"),
        (("--tag-format", "no"), "tag-format"),
        (("--output", "/proc/no"), "/proc/no"),
    ],
)
def test_a_rehearsal_that_cannot_be_is_refused_before_anything_starts(
    command: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = command("rehearse", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "rehearsal-out").exists()


def test_a_rehearsal_that_is_interrupted_says_so_and_stops_what_it_started(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    # a shell lets commands in the background ignore SIGINT, and these tests may be one
    argv = ["env", "--default-signal=INT", str(_COMMAND), "rehearse", "--output", str(tmp_path / "out")]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True, env=env, cwd=tmp_path) as process:
        assert process.stderr
        told = ""
        while "job Release" not in told:
            told = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert rest.endswith("interrupted: what was started is stopped\n")
    assert "Traceback" not in rest
    found = subprocess.run(["pgrep", "--full", str(tmp_path)], capture_output=True, text=True, check=False)
    assert found.stdout == ""

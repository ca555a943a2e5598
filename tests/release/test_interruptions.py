"""The action's process, killed at each request that changes something; and several runs at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from actionkit.git.history import commits, read_files, tags
from pipeline.rehearsal.github import Effect, Fault

IMAGES = "on-release-images.yml"
DISPATCHED = "on:\n  workflow_dispatch:\n    inputs:\n      tag: {type: string}\njobs: {}\n"
TAG = "v0.5.0"


class Process:
    """The action as its container starts it, killed when its ``nth`` writing request has done its work."""

    def __init__(self, world, environ: Mapping[str, str], nth: int) -> None:
        self._nth, self._seen, self._lock = nth, 0, threading.Lock()
        self._ready = threading.Event()
        world.github.app.observers[:] = [self._look]
        argv = (sys.executable, "-I", "-u", "-m", "release")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        self._process = subprocess.Popen(
            argv, cwd=environ["GITHUB_WORKSPACE"], env=clean | dict(environ), stdout=subprocess.DEVNULL
        )
        self._ready.set()
        self.status = self._process.wait(60)
        world.github.app.observers.clear()

    def _look(self, request, _response) -> None:
        if request.method == "GET" or request.path.endswith("git-upload-pack"):
            return
        with self._lock:
            self._seen += 1
            if self._seen == self._nth:
                self._ready.wait()
                self._process.kill()
                self._process.wait()


@pytest.mark.parametrize("commit_with", ["git", "api"])
def test_a_run_killed_at_any_effect_is_finished_by_the_next(world, commit_with: str) -> None:
    world.push("ci: build images", {f".github/workflows/{IMAGES}": DISPATCHED})
    inputs = {"assets": "CHANGELOG.md", "images_workflow": IMAGES, "commit_with": commit_with}
    place = world.checkout()
    before = world.bare.text("rev-parse", "main")
    begin = world.bare.text("for-each-ref", "--format=%(objectname) %(refname)")
    killed = 0
    for nth in range(1, 30):
        reset(world, begin)
        process = Process(world, world.environ(place, **inputs), nth)
        if process.status == 0:
            break
        assert process.status == -9
        killed += 1
        ran = world.run(**inputs)
        assert ran.status == 0, f"after the {nth}th: {ran.log}"
        assert_released_once(world, before)
    assert killed >= 7, "contributors, gate, commit with tag, draft, asset, publication, images"
    assert_released_once(world, before)


def reset(world, begin: str) -> None:
    """Forget every release, run and event, and set the references back."""
    for release in world.releases():
        world.delete_release(release["id"])
    tuple(world.github.events())
    world.forget_runs()
    kept = {line.split(" ")[1]: line.split(" ")[0] for line in begin.splitlines()}
    for name in world.bare.text("for-each-ref", "--format=%(refname)").splitlines():
        if name not in kept:
            world.bare.run("update-ref", "-d", name)
    for name, sha in kept.items():
        world.bare.run("update-ref", name, sha)


def assert_released_once(world, before: str) -> None:
    (made,) = commits(world.bare, before, "main")
    assert made.subject == f"chore(release): {TAG}"
    assert {tag.name: tag.commit_sha for tag in tags(world.bare)}[TAG] == made.sha
    changelog = read_files(world.bare, "main", ["CHANGELOG.md"])["CHANGELOG.md"]
    assert changelog.count("\n## [0.5.0]") + changelog.count("\n## 0.5.0") == 1
    (release,) = world.releases()
    assert (release["tag_name"], release["draft"]) == (TAG, False)
    assert [asset["name"] for asset in release["assets"]] == ["CHANGELOG.md"]
    started = [event.inputs["tag"] for event in world.github.events() if event.workflow == IMAGES]
    assert started == [TAG]


def together(world, *inputs: Mapping[str, str], pause: float = 0.0) -> list:
    """Run the action several times at once, ``pause`` seconds apart."""
    ran: list = [None] * len(inputs)
    places = [world.checkout() for _ in inputs]

    def run(number: int) -> None:
        ran[number] = world.run(places[number], **inputs[number])

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(inputs))]
    for thread in threads:
        thread.start()
        time.sleep(pause)
    for thread in threads:
        thread.join()
    return ran


@pytest.mark.parametrize("commit_with", ["git", "api"])
def test_of_runs_at_once_one_releases(world, commit_with: str) -> None:
    before = world.bare.text("rev-parse", "main")
    ran = together(world, *[{"commit_with": commit_with}] * 3)
    assert [one.status for one in ran] == [0, 0, 0], "\n".join(one.log for one in ran)
    assert len(commits(world.bare, before, "main")) == 1
    assert [(release["tag_name"], release["draft"]) for release in world.releases()] == [(TAG, False)]
    for one in ran:
        assert one.outputs["version"] == ("0.5.0" if one.outputs["released"] == "true" else "")


def test_a_run_that_meets_another_before_its_draft_leaves_one_release(world) -> None:
    world.github.inject(Fault(method="POST", path=r"/releases$", effect=Effect.SLOW, delay=2.5))
    ran = together(world, *[{"assets": "CHANGELOG.md"}] * 2, pause=1.5)
    assert [one.status for one in ran] == [0, 0], "\n".join(one.log for one in ran)
    assert [(release["tag_name"], release["draft"]) for release in world.releases()] == [(TAG, False)]


def test_runs_that_upload_the_same_asset_leave_it_once(world) -> None:
    world.github.inject(Fault(method="POST", path=r"/assets$", effect=Effect.SLOW, delay=2.5))
    ran = together(world, *[{"assets": "CHANGELOG.md"}] * 2, pause=1.5)
    assert [one.status for one in ran] == [0, 0], "\n".join(one.log for one in ran)
    (release,) = world.releases()
    assert [asset["name"] for asset in release["assets"]] == ["CHANGELOG.md"]


@pytest.mark.parametrize("commit_with", ["git", "api"])
def test_a_push_between_plan_and_commit_is_released_too(world, commit_with: str) -> None:
    late: list[str] = []

    def somebody_pushes(request, _response) -> None:
        asked_whether_it_may = "git-receive-pack" in str(request.parameters) + request.path
        if not late and asked_whether_it_may:
            late.append("")
            late[0] = world.push("feat: came in between")

    world.github.observe(somebody_pushes)
    ran = world.run(commit_with=commit_with)
    assert ran.status == 0, ran.log
    assert "looking again" in ran.log
    assert late[0] in [commit["sha"] for commit in ran.plan["commits"]]
    assert len(world.releases()) == 1


ANSWERS = [
    pytest.param("git", Fault(method="POST", path="git-receive-pack", status=502), id="push-502"),
    pytest.param("git", Fault(method="POST", path="git-receive-pack", effect=Effect.REPLY_LOST), id="push"),
    pytest.param("git", Fault(method="POST", path="git-upload-pack", status=503), id="fetch-503"),
    pytest.param("api", Fault(method="POST", path="/git/tags$", status=502), id="tag-object-502"),
    pytest.param("api", Fault(method="POST", path="/git/refs$", status=502), id="tag-502"),
    pytest.param("api", Fault(method="POST", path="/git/refs$", effect=Effect.REPLY_LOST), id="tag"),
    pytest.param("api", Fault(method="POST", path="/graphql$", nth=2, status=502), id="commit-502"),
    pytest.param("api", Fault(method="POST", path="/graphql$", nth=2, effect=Effect.REPLY_LOST), id="commit"),
]


@pytest.mark.parametrize(("commit_with", "fault"), ANSWERS)
def test_commit_and_tag_are_made_once_through_an_answer_that_was_lost(
    world, commit_with: str, fault: Fault
) -> None:
    before = world.bare.text("rev-parse", "main")
    world.github.inject(fault)
    ran = world.run(commit_with=commit_with)
    assert ran.status == 0, ran.log
    assert len(commits(world.bare, before, "main")) == 1
    assert [(release["tag_name"], release["draft"]) for release in world.releases()] == [(TAG, False)]


def test_the_users_repository_is_not_imported(world) -> None:
    place: Path = world.checkout()
    for name in (
        "json.py",
        "release/__init__.py",
        "release/__main__.py",
        "actionkit/__init__.py",
        "sitecustomize.py",
    ):
        path = place / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit('imported')\n")
    assert Process(world, world.environ(place, dry_run="true"), nth=-1).status == 0

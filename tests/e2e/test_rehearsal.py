"""From "Run workflow" to published images: containers, engine, registry, git and cargo are real."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from actionkit.git import Git
from actionkit.git.history import commits, tags
from pipeline.rehearsal import lab
from pipeline.rehearsal.story.model import Outcome, SpanOutcome

pytestmark = pytest.mark.engine


def released_git(rehearsed) -> Git:
    (bare,) = rehearsed.folder.glob("github/repositories/*/*/git")
    return Git(directory=bare)


def test_it_ends_well_and_every_step_that_ran_did(rehearsed) -> None:
    assert rehearsed.story.problems == ()
    assert rehearsed.story.outcome is Outcome.SUCCEEDED
    others = {
        span.name: span.outcome for span in rehearsed.story.spans if span.outcome is not SpanOutcome.SUCCESS
    }
    assert others == {"Emulate other platforms": SpanOutcome.SKIPPED}


def test_the_release_is_one_commit_with_an_annotated_tag_on_main(rehearsed) -> None:
    git = released_git(rehearsed)
    (made,) = commits(git, rehearsed.story.head, "main")
    assert made.subject == "chore(release): v0.5.0"
    tag = next(found for found in tags(git) if found.name == "v0.5.0")
    assert tag.commit_sha == made.sha != tag.object_sha


def test_cargo_accepts_every_lock_of_the_tagged_commit(rehearsed, need, tmp_path: Path) -> None:
    cargo = need("cargo")
    released_git(rehearsed).run("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "v0.5.0")
    locks = sorted((tmp_path / "tree").rglob("Cargo.lock"))
    assert len(locks) == 2
    for lock in locks:
        argv = [cargo, "metadata", "--locked", "--offline", "--format-version=1"]
        told = subprocess.run(argv, cwd=lock.parent, check=True, capture_output=True).stdout
        assert "0.5.0" in {package["version"] for package in json.loads(told)["packages"]}


def test_three_images_carry_the_versions_tags_in_the_registry_itself(rehearsed) -> None:
    """Read what the registry stored on disk, without any client of ours."""
    repositories = rehearsed.folder / "registry"
    found = {
        tags_folder.parents[0].parent.name: {tag.name for tag in tags_folder.iterdir()}
        for tags_folder in repositories.rglob("_manifests/tags")
    }
    names = ("kms-client", "kms-keygen", "kms-server")
    assert found == {name: {"0.5.0", "0.5", "latest"} for name in names}
    for image in rehearsed.story.images:
        name = image.name.rsplit("/", 1)[1]
        (link,) = repositories.rglob(f"{name}/_manifests/tags/latest/current/link")
        assert link.read_text() == image.digest


def test_a_plain_docker_pulls_by_digest_what_we_say_and_it_runs(rehearsed, engine) -> None:
    with lab.registry(engine, data=rehearsed.folder / "registry") as registry:
        login = ("login", "--username", registry.username, "--password-stdin", registry.address)
        engine.docker(*login, stdin=registry.password.encode())
        image = next(image for image in rehearsed.story.images if image.name.endswith("kms-server"))
        reference = f"{registry.address}/{image.name.split('/', 1)[1]}@{image.digest}"
        engine.docker("pull", "--quiet", reference)
        labels = json.loads(engine.docker("inspect", "--format", "{{json .Config.Labels}}", reference))
        told = engine.docker("run", "--rm", reference, "--version")
        engine.docker("logout", registry.address)
    assert "0.5.0" in told
    assert labels["org.opencontainers.image.version"] == "0.5.0"
    assert labels["org.opencontainers.image.revision"] == released_git(rehearsed).text("rev-parse", "main")


def test_the_dispatch_started_the_second_pipeline_and_the_release_event_did_not(rehearsed) -> None:
    started = [event.started for event in rehearsed.story.events if event.started]
    assert started == ["release.yml", "on-release-images.yml"]
    silent = [event for event in rehearsed.story.events if not event.started]
    assert [("release" in event.cause, bool(event.rule)) for event in silent] == [(True, True)]


def test_progress_was_shown(rehearsed) -> None:
    for line in ("✓ Release", "✓ Build and publish", "✓ Docker engine"):
        assert line in rehearsed.progress


def test_no_secret_is_left_in_logs_or_page(rehearsed) -> None:
    page = rehearsed.page.read_text()
    tokens = [path.read_text() for path in (rehearsed.folder / "github").rglob("tokens/*")]
    values = {
        word for text in tokens for word in text.replace('"', " ").split() if word.startswith(("gh", "pat"))
    }
    logs = "".join(log.text for log in rehearsed.story.logs)
    assert len(values) >= 3, "the developer's token and one for each job"
    assert not [value for value in values if len(value) > 20 and (value in page or value in logs)]


def test_a_browser_shows_the_page(rehearsed, need, tmp_path: Path) -> None:
    argv = (
        need("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", rehearsed.page.as_uri(),
    )  # fmt: skip
    dom = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True).stdout
    for text in ("v0.5.0", "kms-server", "sample-kms-core", "on-release-images.yml", "<svg"):
        assert text in dom

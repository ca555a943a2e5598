"""The action `release` in front of a local GitHub, started with the environment of a runner."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from actionkit.git import Git
from actionkit.inputs import input_variable
from actionkit.main import run_action
from actionkit.workflow import Workflow
from pipeline.rehearsal.github import LocalGitHub, TokenKind
from pipeline.rehearsal.sample_repository import make_sample_repository
from release.__main__ import release

_ROOT = Path(__file__).resolve().parents[2]
_REPOSITORY = "octo-org/sample"
_MAY = {"contents": "write", "actions": "write", "metadata": "read"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one step left: exit status, log, outputs, summary."""

    status: int
    log: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def plan(self) -> Mapping[str, Any]:
        return json.loads(self.outputs["plan"])

    @property
    def errors(self) -> list[str]:
        return [line for line in self.log.splitlines() if line.startswith("::error")]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A local GitHub with the sample repository, and a checkout of it."""

    github: LocalGitHub
    folder: Path
    origin: Path

    @property
    def bare(self) -> Git:
        """The repository on GitHub."""
        return Git(directory=self.github.repository(_REPOSITORY).git.path)

    @property
    def url(self) -> str:
        """Where git pushes to."""
        return f"{self.github.url}/{_REPOSITORY}.git"

    def token(self, kind: TokenKind = TokenKind.GITHUB_TOKEN, **changes: str) -> str:
        """A token that may release, with changes such as actions="none"."""
        may = {scope: level for scope, level in {**_MAY, **changes}.items() if level != "none"}
        return self.github.issue_token(_REPOSITORY, permissions=may, kind=kind)

    def checkout(self, *options: str, branch: str = "main") -> Path:
        """A fresh checkout as actions/checkout makes it: depth 1, no tags, unless told otherwise."""
        place = self.folder / f"checkout-{len(list(self.folder.iterdir()))}" / "sample"
        place.parent.mkdir()
        depth = options or ("--depth=1", "--no-tags")
        url = f"file://{self.bare.directory}"
        subprocess.run(["git", "clone", "--quiet", *depth, f"--branch={branch}", url, place], check=True)
        return place

    def push(
        self, message: str, files: Mapping[str, str] | None = None, *, to: str = "refs/heads/main"
    ) -> str:
        """Somebody commits ``files`` on top of main and pushes the commit to a branch or tag."""
        place = self.checkout("--depth=1")
        for name, text in (files or {}).items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return self.push_from(Git(directory=place), message, to=to)

    def push_from(self, checkout: Git, message: str, *, to: str = "refs/heads/main") -> str:
        """Somebody commits what lies in a checkout and pushes the commit to a branch or tag."""
        git = Git(directory=checkout.directory, environment=_DEVELOPER)
        git.run("add", "-A")
        git.run("commit", "--quiet", "--allow-empty", "-m", message)
        token = self.token(TokenKind.PAT, workflows="write")
        git.with_login(self.github.url, token).run("push", "--quiet", self.url, f"HEAD:{to}")
        return git.text("rev-parse", "HEAD")

    def make_private(self) -> None:
        """Hide the repository from those who may not read it."""
        repository = self.github.repository(_REPOSITORY)
        repository.save(replace(repository.settings, private=True))

    def run(
        self,
        workspace: Path | None = None,
        *,
        token: str = "",
        ref_type: str = "branch",
        sleep: Callable[[float], None] = lambda _: None,
        **inputs: str,
    ) -> Ran:
        """Run the action once on main; inputs by their ids with `_` for `-`."""
        place = workspace or self.checkout()
        files = {name: place.parent / name for name in ("output", "summary")}
        for path in files.values():
            path.write_text("")
        log = io.StringIO()
        environ = self.environ(place, ref_type=ref_type, token=token, **inputs)
        action = partial(release, sleep=sleep)
        status = run_action(Workflow(environ=environ, stdout=log), action)
        return Ran(
            status=status,
            log=log.getvalue(),
            outputs=_outputs(files["output"].read_text()),
            summary=files["summary"].read_text(),
        )

    def releases(self) -> list[Mapping[str, Any]]:
        """Every release with its drafts, as a token that may write sees them."""
        from actionkit.forge import Forge

        forge = Forge(repository=_REPOSITORY, api_url=self.github.api_url, token=self.token())
        return [release.raw_data for release in forge.repo.get_releases()]

    def delete_release(self, identity: int) -> None:
        """Delete a release or draft as a person would."""
        from actionkit.forge import Forge

        forge = Forge(repository=_REPOSITORY, api_url=self.github.api_url, token=self.token())
        forge.repo.get_release(identity).delete_release()

    def forget_runs(self) -> None:
        """Delete every run of a workflow."""
        runs = self.github.repository(_REPOSITORY).runs
        for run in runs.all():
            runs.delete(run.id)

    def environ(
        self, place: Path, *, ref_type: str = "branch", token: str = "", **inputs: str
    ) -> dict[str, str]:
        """The variables of a step in the workspace ``place``."""
        given = _inputs({"token": token or self.token(), **inputs})
        return given | {
            "GITHUB_REPOSITORY": _REPOSITORY,
            "GITHUB_SERVER_URL": self.github.url,
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_WORKSPACE": str(place),
            "GITHUB_REF_NAME": "main",
            "GITHUB_REF_TYPE": ref_type,
            "GITHUB_OUTPUT": str(place.parent / "output"),
            "GITHUB_STEP_SUMMARY": str(place.parent / "summary"),
            "RUNNER_TEMP": str(place.parent),
        }


_DEVELOPER = {
    "GIT_AUTHOR_NAME": "Sample Developer",
    "GIT_AUTHOR_EMAIL": "sample@example.com",
    "GIT_COMMITTER_NAME": "Sample Developer",
    "GIT_COMMITTER_EMAIL": "sample@example.com",
}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample_repository(tmp_path_factory.mktemp("origin") / "sample")


@pytest.fixture
def world(tmp_path: Path, sample: Path) -> Iterator[World]:
    with LocalGitHub.serve(tmp_path / "github") as github:
        github.create_repository(_REPOSITORY, source=sample)
        folder = tmp_path / "work"
        folder.mkdir()
        yield World(github=github, folder=folder, origin=sample)


@pytest.fixture
def judged_by_cargo(need: Callable[[str], str]) -> Callable[[Path], None]:
    """Real cargo as the judge: the lock must fit the manifests, without network."""
    cargo = need("cargo")

    def judge(folder: Path) -> None:
        argv = [cargo, "metadata", "--locked", "--offline", "--format-version=1", "--quiet"]
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    return judge


def _inputs(given: Mapping[str, str]) -> dict[str, str]:
    declared = yaml.safe_load((_ROOT / "release" / "action.yml").read_text())["inputs"]
    values = {name: str(about["default"]) for name, about in declared.items()}
    values |= {name.replace("_", "-"): value for name, value in given.items()}
    assert set(values) == set(declared)
    return {input_variable(name): value for name, value in values.items()}


def _outputs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if "<<" in line:
            name, delimiter = line.split("<<", 1)
            value: list[str] = []
            for part in lines:
                if part == delimiter:
                    break
                value.append(part)
            found[name] = "\n".join(value)
    return found

"""Set up a rehearsal: a copy of the repository on a local GitHub, an engine, a registry with a login.

The repository gets the two workflow files of this library, as a project that adopts it would commit them.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError
from actionkit.git import Git
from actionkit.git.history import resolve
from pipeline.rehearsal import lab
from pipeline.rehearsal.github import LocalGitHub, TokenKind
from pipeline.rehearsal.runner import HostProcess, NoEngine
from pipeline.rehearsal.sample_repository import make_sample_repository
from pipeline.rehearsal.story.progress import Progress

ROOT: Final = Path(__file__).resolve().parents[2]
"""The checkout of this library: its workflow files and actions are what is rehearsed."""

WORKFLOWS: Final = Path(".github") / "workflows"
RELEASE: Final = "release.yml"
IMAGES: Final = "on-release-images.yml"

_LOOPBACK: Final = "127.0.0.1"
_DEVELOPER: Final = {
    "GIT_AUTHOR_NAME": "developer",
    "GIT_AUTHOR_EMAIL": "developer@example.com",
    "GIT_COMMITTER_NAME": "developer",
    "GIT_COMMITTER_EMAIL": "developer@example.com",
}
_MAY: Final = {"contents": "write", "actions": "write", "workflows": "write", "metadata": "read"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Docker:
    """An engine as the runner wants it: command, environment, and the socket as the engine sees it.

    ``network_options`` let a container reach servers on this machine.
    """

    docker: tuple[str, ...]
    env: Mapping[str, str]
    socket: str
    network_options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRegistry:
    """There is nowhere to publish images, because there is no engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that a rehearsal plays in; ``folder`` keeps what it leaves."""

    folder: Path
    slug: str
    branch: str
    head: str
    github: LocalGitHub
    engine: Docker | HostProcess
    registry: lab.Registry | NoRegistry

    @property
    def bare(self) -> Path:
        """The repository on the local GitHub."""
        return self.github.repository(self.slug).git.path

    def developers_token(self) -> str:
        """Make a personal token: what is done with it starts workflows."""
        return self.github.issue_token(self.slug, permissions=_MAY, kind=TokenKind.PAT, login="developer")

    def jobs_token(self, *, repository: str, permissions: Mapping[str, str]) -> str:
        """Make the GITHUB_TOKEN of a job."""
        return self.github.issue_token(repository, permissions=permissions, kind=TokenKind.GITHUB_TOKEN)


@contextmanager
def set_scene(folder: Path, source: Path | None, progress: Progress) -> Iterator[Scene]:
    """Set the scene for ``source`` (None: the sample), and take everything down that was started."""
    with ExitStack() as stack:
        engine, registry, address = _engine(stack, folder, progress)
        with progress.step("local GitHub"):
            checkout = _copy(folder, source)
            slug = f"rehearsal/{(source.resolve().name if source else 'sample').lower()}"
            branch, head = _adopt(checkout)
            github = stack.enter_context(LocalGitHub.serve(folder / "github", host=address))
            github.create_repository(slug, source=checkout, default_branch=branch)
        yield Scene(
            folder=folder,
            slug=slug,
            branch=branch,
            head=head,
            github=github,
            engine=engine,
            registry=registry,
        )


def _engine(
    stack: ExitStack, folder: Path, progress: Progress
) -> tuple[Docker | HostProcess, lab.Registry | NoRegistry, str]:
    found = lab.find_engine()
    if isinstance(found, lab.NoEngine):
        error = found.error()
        progress.note(str(error))
        return _without_engine(error), NoRegistry(), _LOOPBACK
    with progress.step("Docker engine"):
        engine = stack.enter_context(lab.engine(found, say=progress.note))
        lab.ensure_base_images(engine, say=progress.note)
    with progress.step("registry with a login"):
        registry = stack.enter_context(lab.registry(engine, data=folder / "registry"))
    docker = Docker(
        docker=engine.client,
        env=engine.env,
        socket=engine.socket_in_engine,
        network_options=engine.network_options,
    )
    return docker, registry, engine.address


def _without_engine(error: ActionError) -> HostProcess:
    """Let the release half run as a process of this machine; images need an engine."""
    return HostProcess(
        command=(sys.executable, "-I", "-u", "-m"),
        programs=("release",),
        missing=NoEngine(reason=error.what, fix=error.fix),
    )


def _copy(folder: Path, source: Path | None) -> Path:
    """Clone the repository, so that nothing that follows can touch the original."""
    place = folder / "checkout"
    if source is None:
        return make_sample_repository(place)
    if not source.is_dir():
        raise ActionError(f"{source} is not a folder", fix="name the folder of a git repository")
    origin = Git(directory=source)
    resolve(origin, "HEAD")
    place.parent.mkdir(parents=True, exist_ok=True)
    options = ("--quiet", "--no-hardlinks", "--no-local")
    Git(directory=place.parent).run(
        "-c", "safe.directory=*", "clone", *options, str(source.resolve()), str(place)
    )
    return place


def _adopt(checkout: Path) -> tuple[str, str]:
    """Commit the two workflow files as a project would; return the branch and its new tip."""
    git = Git(directory=checkout, environment=_DEVELOPER)
    branch = git.text("rev-parse", "--abbrev-ref", "HEAD")
    if branch == "HEAD":
        branch = "main"
        git.run("checkout", "--quiet", "-B", branch)
    (checkout / WORKFLOWS).mkdir(parents=True, exist_ok=True)
    for name in (RELEASE, IMAGES):
        shutil.copyfile(ROOT / WORKFLOWS / name, checkout / WORKFLOWS / name)
    git.run("add", "--force", str(WORKFLOWS))
    git.run("commit", "--quiet", "--allow-empty", "--message", "ci: release with one press of a button")
    return branch, git.text("rev-parse", "HEAD")

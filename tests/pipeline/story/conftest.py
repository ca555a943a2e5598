"""Stories to tell: one that went well, and the extremes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Final

import pytest

from actionkit.semver import Level
from pipeline.rehearsal.story.model import (
    Asset,
    Commit,
    Decision,
    Edit,
    Event,
    Image,
    Link,
    Log,
    NotReleased,
    Outcome,
    Package,
    PlannedImage,
    Problem,
    Release,
    Span,
    SpanKind,
    SpanOutcome,
    Story,
    Undecided,
)
from release.edits import FileEdit

_GITHUB: Final = "http://127.0.0.1:41873"
_HOME: Final = f"{_GITHUB}/octo-org/sample"
_REGISTRY: Final = "127.0.0.1:5000/octo-org/sample"

_COMMITS: Final = (
    ("5d0e7c1", "test(core): a share that is given twice", Level.NONE, "test: releases nothing"),
    (
        "1f6b2a9",
        "feat(core)!: refuse a share that is given twice",
        Level.MINOR,
        "breaking by ! and footer; minor while 0.x",
    ),
    ("b3a4d88", "feat(server): tell the version on request (#10)", Level.MINOR, "feat"),
    ("77c2e10", "Merge pull request #9 from sample/folder-names", Level.NONE, "merge: its commits count"),
    ("e9150f3", "Tidy the bake file", Level.NONE, "not conventional: listed"),
    ("40ad6b2", "fix(storage): refuse names that lead out of the folder", Level.PATCH, "fix"),
    ("c81f05d", "fix(server): answer an unknown command", Level.PATCH, "fix"),
    ("9a2b774", "docs: say what the sample does not do", Level.NONE, "docs: releases nothing"),
)

_NOTES: Final = """\
## ⚠ Breaking changes

- **core:** refuse a share that is given twice ([1f6b2a9](URL/commit/1f6b2a9))

  `join` answers `ShareError::Index` where it used to give a wrong secret; callers that match on
  `ShareError` have one more case.

## Features

- **server:** tell the version on request ([#10](URL/pull/10))

## Bug fixes

- **storage:** refuse names that lead out of the folder ([#9](URL/pull/9))
- **server:** answer an unknown command, closes [#7](URL/issues/7) ([c81f05d](URL/commit/c81f05d))

<!-- images:begin -->
## Images

| Image | Digest | Size |
|:--|:--|--:|
| `kms-server:0.5.0` | `sha256:8d0f7a11c2` | 31.4 MB |
| `kms-client:0.5.0` | `sha256:41bb09e7d5` | 29.9 MB |
<!-- images:end -->

**Full changelog**: URL/compare/v0.4.0...v0.5.0
"""


_MANIFEST: Final = """\
[package]
name = "NAME"
version.workspace = true

[dependencies]
hex = "0.4"
zeroize = { version = "1", default-features = false }
sample-kms-core = { path = "../core", version = "0.4.0" }

[features]
default = []
"""
_WORKSPACE: Final = """\
[workspace]
members = ["crates/*"]
resolver = "2"

[workspace.package]
version = "0.4.0"
edition = "2021"
license = "BSD-3-Clause-Clear"

[workspace.dependencies]
sample-kms-core = { path = "crates/core", version = "=0.4.0" }
"""
_CHANGELOG: Final = """\
# Changelog

## [Unreleased]

## [0.4.0] - 2026-03-02

First release with three images.
"""
_SECTION: Final = """\
## [0.5.0] - 2026-11-22

### Breaking changes

- **core:** refuse a share that is given twice

### Features

- **server:** tell the version on request

"""
_MEMBERS: Final = ("client", "core", "keygen", "server", "storage")
_LOCK: Final = "version = 4\n" + "".join(
    f"""
[[package]]
name = "sample-kms-{name}"
version = "0.4.0"
dependencies = [
 "hex",
 "zeroize",
]
"""
    for name in _MEMBERS
)


def _edit(path: str, before: str, after: str) -> Edit:
    return Edit(path=path, diff=FileEdit(path=path, before=before, after=after).diff())


def _bumped(path: str, before: str) -> Edit:
    return _edit(path, before, before.replace("0.4.0", "0.5.0"))


_EDITS: Final = (
    _edit("CHANGELOG.md", _CHANGELOG, _CHANGELOG.replace("## [0.4.0]", f"{_SECTION}## [0.4.0]")),
    _bumped("Cargo.toml", _WORKSPACE),
    _bumped("Cargo.lock", _LOCK),
    *(_bumped(f"{name}/Cargo.toml", _MANIFEST) for name in ("crates/server", "crates/keygen", "fuzz")),
)

_STEPS: Final = (
    ("Make ready", 0.0, 21.4, 0, SpanKind.ENGINE),
    ("Start the private engine", 0.1, 6.2, 1, SpanKind.ENGINE),
    ("Start the local GitHub and the registry", 6.3, 1.9, 1, SpanKind.ENGINE),
    ("Build the actions' image", 8.2, 13.2, 1, SpanKind.ENGINE),
    ("release.yml: Release", 21.5, 8.9, 0, SpanKind.JOB),
    ("Check out", 21.6, 0.9, 1, SpanKind.STEP),
    ("Release", 22.5, 7.8, 1, SpanKind.STEP),
    ("Push v0.5.0", 25.9, 0.6, 2, SpanKind.EFFECT),
    ("Publish the GitHub Release", 26.6, 1.2, 2, SpanKind.EFFECT),
    ("Start on-release-images.yml", 27.9, 0.1, 2, SpanKind.EFFECT),
    ("on-release-images.yml: Create Docker images", 30.6, 76.9, 0, SpanKind.JOB),
    ("Check out", 30.7, 0.8, 1, SpanKind.STEP),
    ("Build and publish", 31.5, 75.9, 1, SpanKind.STEP),
    ("Compile the workspace once", 33.0, 48.3, 2, SpanKind.EFFECT),
    ("Push three images by digest", 82.1, 14.0, 2, SpanKind.EFFECT),
    ("Read back and verify", 96.2, 5.1, 2, SpanKind.EFFECT),
    ("Tag", 101.4, 2.3, 2, SpanKind.EFFECT),
    ("Write the images into the release notes", 103.8, 0.7, 2, SpanKind.EFFECT),
)


def _image(name: str, digit: str, size: int, prior_size: int) -> Image:
    digest = f"sha256:{(digit * 64)[:60]}4c1f"
    return Image(
        name=f"{_REGISTRY}/{name}",
        tags=("0.5.0", "0.5", "latest"),
        digest=digest,
        size=size,
        prior_size=prior_size,
        platforms=("linux/amd64",),
        pull=f"docker pull {_REGISTRY}/{name}@{digest}",
    )


def _package(name: str) -> Package:
    return Package(
        name=f"sample-kms-{name}",
        prior_version="0.4.0",
        version="0.5.0",
        outcome="bumped",
        reason="inherits the workspace's version",
    )


_TESTING: Final = Package(
    name="sample-kms-testing",
    prior_version="0.0.0",
    version="0.0.0",
    outcome="kept",
    reason="has a version of its own; the workspace's is 0.4.0",
)
_OUT: Final = "/home/dev/sample/rehearsal-out"
_DECISION: Final = Decision(
    version="0.5.0",
    tag="v0.5.0",
    prior_version="0.4.0",
    prior_tag="v0.4.0",
    bump=Level.MINOR,
    reason="1f6b2a9 is breaking (feat(core)!), and while the version is 0.x "
    "a breaking change raises the minor version.",
    commits=tuple(
        Commit(sha=sha + "0" * 33, subject=subject, bump=bump, rule=rule, decided=sha == "1f6b2a9")
        for sha, subject, bump, rule in _COMMITS
    ),
    packages=(*map(_package, _MEMBERS), _TESTING),
)
_RELEASE: Final = Release(
    title="v0.5.0",
    tag="v0.5.0",
    url=f"{_HOME}/releases/tag/v0.5.0",
    notes=_NOTES.replace("URL", _HOME),
    latest=True,
    assets=(
        Asset(name="Cargo.lock", size=12_914),
        Asset(name="sample-kms-0.5.0.cdx.json", size=204_118),
    ),
)
_IMAGES: Final = (
    _image("kms-server", "8d0f7a11c2", 31_412_077, 30_190_412),
    _image("kms-client", "41bb09e7d5", 29_903_551, 30_204_871),
    _image("kms-keygen", "f0c2319ab6", 28_877_120, 0),
)
_STORY: Final = Story(
    repository="octo-org/sample",
    title="Sample KMS",
    head="5d0e7c1f0b8a3f6c2d9e4b7a1c5f8e0d3b6a9c2f",
    started="2026-11-22T11:29:04+00:00",
    outcome=Outcome.SUCCEEDED,
    decision=_DECISION,
    edits=_EDITS,
    release=_RELEASE,
    images=_IMAGES,
    spans=tuple(
        Span(name=name, started=started, seconds=seconds, depth=depth, kind=kind)
        for name, started, seconds, depth, kind in _STEPS
    ),
    events=(
        Event(
            at=21.5,
            cause="Run workflow was pressed",
            started="release.yml",
            rule="workflow_dispatch, with bump: auto",
        ),
        Event(
            at=27.8,
            cause="v0.5.0 was published with GITHUB_TOKEN",
            rule="Started no workflow: what GITHUB_TOKEN does starts none, except by dispatch.",
        ),
        Event(
            at=28.0,
            cause="The release action dispatched",
            started="on-release-images.yml",
            rule="workflow_dispatch, with tag: v0.5.0",
        ),
    ),
    links=(
        Link(
            label="Repository", target=f"{_OUT}/github/octo-org/sample.git", lives="until the next rehearsal"
        ),
        Link(label="Registry's data", target=f"{_OUT}/registry", lives="until the next rehearsal"),
        Link(label="Logs", target=f"{_OUT}/logs", lives="until the next rehearsal"),
        Link(
            label="Release", target=f"{_HOME}/releases/tag/v0.5.0", lives="stopped; --keep leaves it running"
        ),
        Link(label="What the runner does", target="https://docs.github.com/en/actions", lives="on the web"),
    ),
    logs=(
        Log(
            title="release.yml: Release: Release",
            text="Reading 8 commits since v0.4.0\n\x1b[32mv0.5.0\x1b[0m is free\nPushed main and v0.5.0\n",
        ),
        Log(
            title="on-release-images.yml: Create Docker images: Build and publish",
            text="\n".join(f"#{at} building stage {at}" for at in range(60)),
        ),
    ),
    stopped=(_GITHUB,),
)

HOSTILE: Final = (
    "<script>alert(1)</script> @everyone \x1b[31mred\x1b[0m \u202edesrever {{ 7 * 7 }} &lt; \"'>"
    "<img src=http://evil.example/x.png onerror=alert(1)>"
)


_VOID: Final = frozenset(("meta", "link", "br", "hr", "img", "input"))


@dataclass
class Page:
    """A page taken apart: its elements, its text, and what is wrong with it."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.stack: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.page.faults.append(f"<{tag}> has an attribute twice: {names}")
        self.page.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack[-1] != tag:
            self.page.faults.append(f"</{tag}> at {self.getpos()} closes {self.stack[-1:]}")
        else:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.stack:
            self.page.texts.append(data)


@pytest.fixture
def read_page() -> Callable[[str], Page]:
    """Take a page apart."""

    def read(html: str) -> Page:
        reader = _Reader()
        reader.feed(html)
        reader.close()
        reader.page.faults.extend(f"<{tag}> stays open" for tag in reader.stack)
        return reader.page

    return read


@pytest.fixture
def story() -> Story:
    """A rehearsal that went well."""
    return _STORY


@pytest.fixture
def nothing_story() -> Story:
    """No commit asks for a release."""
    decision = Decision(
        prior_version="0.4.0",
        prior_tag="v0.4.0",
        commits=tuple(
            Commit(
                sha=f"{at:x}" * 40, subject=f"docs: page {at}", bump=Level.NONE, rule="docs: releases nothing"
            )
            for at in range(1, 4)
        ),
    )
    return replace(
        _STORY,
        outcome=Outcome.NOTHING_TO_RELEASE,
        reason="None of the 3 commits since v0.4.0 asks for a release.",
        decision=decision,
        edits=(),
        release=NotReleased(),
        images=(),
        spans=_STORY.spans[:7],
        events=_STORY.events[:1],
        logs=_STORY.logs[:1],
    )


@pytest.fixture
def empty_story() -> Story:
    """No commit at all, no release before."""
    return Story(
        repository="octo-org/sample",
        title="",
        head="",
        started="2026-11-22T11:29:04+00:00",
        outcome=Outcome.NOTHING_TO_RELEASE,
        reason="There is no commit since v0.4.0.",
        decision=Decision(prior_version="0.4.0", prior_tag="v0.4.0"),
    )


@pytest.fixture
def failed_story() -> Story:
    """The dispatch was refused: the token lacks a permission."""
    problem = Problem(
        what="The images workflow could not be started.",
        why="GitHub answered 403 Resource not accessible by integration to POST "
        "…/actions/workflows/on-release-images.yml/dispatches",
        fix="Let the job's token start workflows: add this to the job in release.yml, then run it again; the "
        "release stays as it is.",
        yaml="permissions:\n  contents: write\n  actions: write\n",
        place=".github/workflows/release.yml:92",
    )
    spans = tuple(
        replace(span, outcome=SpanOutcome.FAILURE) if at in (4, 6, 9) else span
        for at, span in enumerate(_STORY.spans[:10])
    )
    skipped = Span(
        name="on-release-images.yml: Create Docker images",
        started=30.4,
        seconds=0,
        kind=SpanKind.JOB,
        outcome=SpanOutcome.SKIPPED,
    )
    return replace(
        _STORY,
        outcome=Outcome.FAILED,
        reason="The release is published; the workflow that builds its images was not started.",
        problems=(problem,),
        images=(),
        spans=(*spans, skipped),
        events=_STORY.events[:2],
    )


@pytest.fixture
def undecided_story() -> Story:
    """A manifest does not parse: nothing was decided."""
    return replace(
        _STORY,
        outcome=Outcome.FAILED,
        reason="Nothing was changed.",
        decision=Undecided(),
        edits=(),
        release=NotReleased(),
        images=(),
        events=(),
        spans=_STORY.spans[:4],
        problems=(
            Problem(
                what="Cargo.toml does not parse.",
                why="expected `=` after a key",
                fix="Write key = value.",
                place="Cargo.toml:3:9",
            ),
        ),
    )


@pytest.fixture
def planned_story() -> Story:
    """No engine on this machine: released, images only planned."""
    names = ("kms-server", "kms-client", "kms-keygen")
    return replace(
        _STORY,
        outcome=Outcome.IMAGES_ONLY_PLANNED,
        reason="This machine runs no Docker engine and is no Debian on which a private one could be started: "
        "install Docker, or run this as root on Debian.",
        images=tuple(
            PlannedImage(
                name=f"{_REGISTRY}/{name}", tags=("0.5.0", "0.5", "latest"), platforms=("linux/amd64",)
            )
            for name in names
        ),
        spans=_STORY.spans[:10],
    )


@pytest.fixture
def huge_story() -> Story:
    """300 commits, 80 files, 40 packages."""
    kinds = (
        (Level.NONE, "chore"),
        (Level.PATCH, "fix"),
        (Level.NONE, "docs"),
        (Level.NONE, "ci"),
        (Level.MINOR, "feat"),
    )
    commits = tuple(
        Commit(
            sha=f"{at * 7919:07x}{at:033x}",
            subject=f"{kinds[at % 5][1]}(part-{at % 9}): change number {at} of a long list of changes",
            bump=kinds[at % 5][0],
            rule=kinds[at % 5][1],
            decided=at == 204,
        )
        for at in range(300)
    )
    packages = tuple(
        Package(
            name=f"part-{at}", prior_version="0.4.0", version="0.5.0", outcome="bumped", reason="lockstep"
        )
        for at in range(40)
    )
    decision = replace(_DECISION, commits=commits, packages=packages)
    edits = tuple(_bumped(f"crates/some/where/deep/part-{at:02d}/Cargo.toml", _MANIFEST) for at in range(80))
    return replace(_STORY, decision=decision, edits=edits)


@pytest.fixture
def hostile() -> str:
    """Text that wants to be markup, a mention, a terminal command and a template."""
    return HOSTILE


@pytest.fixture(params=("story", "nothing", "empty", "failed", "undecided", "planned", "huge", "hostile"))
def any_story(request: pytest.FixtureRequest) -> Story:
    """Each of the stories, one after the other."""
    name = "story" if request.param == "story" else f"{request.param}_story"
    story: Story = request.getfixturevalue(name)
    return story


@pytest.fixture
def hostile_story() -> Story:
    """Every text that anybody can write is hostile."""
    bad = HOSTILE
    return replace(
        _STORY,
        repository=f"octo/{bad}",
        title=bad,
        outcome=Outcome.FAILED,
        decision=replace(
            _DECISION,
            reason=bad,
            tag=f"v{bad}",
            warnings=(bad,),
            commits=(Commit(sha="a" * 40, subject=bad, bump=Level.PATCH, rule=bad),),
            packages=(Package(name=bad, prior_version="1", version="2", outcome=bad, reason=bad),),
        ),
        edits=(Edit(path=bad, diff=f"--- a\n+++ b\n@@ -1 +1 @@\n-{bad}\n+{bad} more\n"),),
        release=replace(_RELEASE, title=bad, notes=bad, assets=(Asset(name=bad, size=1),)),
        images=(replace(_IMAGES[0], name=bad, tags=(bad,), digest=bad, pull=bad, platforms=(bad,)),),
        spans=(Span(name=bad, started=0, seconds=1),),
        events=(Event(at=0, cause=bad, started=bad, rule=bad),),
        links=(Link(label=bad, target=f"javascript:{bad}", lives=bad), Link(label=bad, target=f"/{bad}")),
        problems=(Problem(what=bad, why=bad, fix=bad, yaml=bad, place=bad),),
        logs=(Log(title=bad, text=bad),),
    )

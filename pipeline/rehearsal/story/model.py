"""What there is to tell about a rehearsal, as values; texts in it may come from anybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from actionkit.semver import Level


class Outcome(StrEnum):
    """How the rehearsal ended."""

    SUCCEEDED = "succeeded"
    NOTHING_TO_RELEASE = "nothing to release"
    IMAGES_ONLY_PLANNED = "images only planned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit since the prior release: what it asks for and, in ``rule``, why.

    ``bump`` is ``Level.NONE`` for a commit that was ignored; ``decided`` marks the one whose bump won.
    """

    sha: str
    subject: str
    bump: Level
    rule: str
    decided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package; ``version`` equals ``prior_version`` when it stays. ``outcome`` is one word."""

    name: str
    prior_version: str
    version: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The version and who decided it.

    ``prior_version`` and ``prior_tag`` are empty for a first release. When there is nothing to release,
    ``version`` and ``tag`` are empty. ``reason`` is the line that decided; ``commits`` are in the order in
    which they are shown; ``warnings`` are sentences.
    """

    version: str = ""
    tag: str = ""
    prior_version: str = ""
    prior_tag: str = ""
    bump: Level = Level.NONE
    reason: str = ""
    commits: tuple[Commit, ...] = ()
    packages: tuple[Package, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """The rehearsal ended before a version was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One file's change as a unified diff, as ``release.edits.FileEdit.diff`` writes it."""

    path: str
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file attached to the release; ``size`` in bytes."""

    name: str
    size: int
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The GitHub Release; ``notes`` is its body, in GitHub's markdown."""

    title: str
    tag: str
    url: str
    notes: str
    prerelease: bool = False
    draft: bool = False
    latest: bool = False
    assets: tuple[Asset, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReleased:
    """No GitHub Release was made; ``reason`` is a sentence, or empty when the outcome says it."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A published image.

    ``name`` is registry/namespace/name, ``digest`` whole (``sha256:…``), ``size`` the compressed bytes of
    one platform, ``prior_size`` the same of the release before, 0 when there is none. ``pull`` is the
    command.
    """

    name: str
    tags: tuple[str, ...]
    digest: str
    size: int
    platforms: tuple[str, ...]
    pull: str
    prior_size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedImage:
    """An image that would be built and published."""

    name: str
    tags: tuple[str, ...]
    platforms: tuple[str, ...] = ()


class SpanKind(StrEnum):
    """What took the time: making ready, a workflow's job, a step of it, or an effect within a step."""

    ENGINE = "engine"
    JOB = "job"
    STEP = "step"
    EFFECT = "effect"


class SpanOutcome(StrEnum):
    """How a span ended, in the words of the runner."""

    SUCCESS = "success"
    FAILURE = "failure"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time: ``started`` seconds after the beginning, ``seconds`` long.

    Spans are given in the order in which they are shown; ``depth`` indents, 0 for the outermost.
    """

    name: str
    started: float
    seconds: float
    outcome: SpanOutcome = SpanOutcome.SUCCESS
    depth: int = 0
    kind: SpanKind = SpanKind.STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What started what: ``cause`` is a clause, ``started`` the workflow's file, empty when it started none.

    ``rule`` says why; ``at`` is in seconds after the beginning.
    """

    at: float
    cause: str
    started: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where to look: ``target`` is an address or an absolute path; ``lives`` says how long it is there."""

    label: str
    target: str
    lives: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What failed, why, what to change and the YAML to paste; ``place`` is file:line:column or empty."""

    what: str
    why: str = ""
    fix: str = ""
    yaml: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What a step printed."""

    title: str
    text: str


AnyDecision: TypeAlias = Decision | Undecided
AnyRelease: TypeAlias = Release | NotReleased
AnyImage: TypeAlias = Image | PlannedImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A whole rehearsal.

    ``repository`` is owner/name, ``title`` a few words, ``head`` the commit it started from, ``started`` an
    ISO 8601 time, ``reason`` the sentence behind ``outcome``. ``stopped`` are origins such as
    ``http://127.0.0.1:8080`` that answer no more when the page is read: addresses there are shown and not
    linked.
    """

    repository: str
    title: str
    head: str
    started: str
    outcome: Outcome
    reason: str = ""
    decision: AnyDecision = field(default_factory=Undecided)
    edits: tuple[Edit, ...] = ()
    release: AnyRelease = field(default_factory=NotReleased)
    images: tuple[AnyImage, ...] = ()
    spans: tuple[Span, ...] = ()
    events: tuple[Event, ...] = ()
    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()
    logs: tuple[Log, ...] = ()
    stopped: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it took: until the last span ends."""
        return max((span.started + span.seconds for span in self.spans), default=0.0)

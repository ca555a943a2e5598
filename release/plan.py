"""The plan: what will be released and why, as a value. No clock, no network, no files."""

from __future__ import annotations

from dataclasses import dataclass

from actionkit.semver import NotARelease, TagFormat, Version
from release import cargo
from release.cargo import PackageDecision
from release.cargo.version_files import plan_version_files
from release.commits import Judgement, judge
from release.edits import FileEdit, NewCommit
from release.inputs import FromManifests
from release.latest import make_latest
from release.notes import fit_body
from release.publication import Publication, tag_message
from release.situation import Situation
from release.snapshot import FirstRelease, Merged
from release.texts import write_changelog, write_commit_message, write_notes
from release.version import Decision, NoPrior, NothingToRelease, Prior, PriorRelease, next_version


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelease:
    """A version to release: the decision, every edit, the commit to make and the release to publish."""

    decision: Decision
    prior: Prior
    judgements: tuple[Judgement, ...]
    packages: tuple[PackageDecision, ...]
    warnings: tuple[str, ...]
    commit: NewCommit
    publication: Publication

    @property
    def edits(self) -> tuple[FileEdit, ...]:
        """Every file that the commit changes."""
        return self.commit.edits


@dataclass(frozen=True, slots=True, kw_only=True)
class NoNewRelease:
    """Nothing is released, and why."""

    reason: str
    prior: Prior
    judgements: tuple[Judgement, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """An earlier run died after its push: what it left is published first, and newer commits wait."""

    commit_sha: str
    prior: PriorRelease | FirstRelease
    publication: Publication


Plan = NewRelease | NoNewRelease | Finish


def make_plan(situation: Situation) -> NewRelease | NoNewRelease:
    """Decide what to release; raise ActionError where that cannot be."""
    snapshot, settings = situation.snapshot, situation.settings
    prior = _prior(situation)
    judgements = judge(snapshot.commits, rules=settings.rules)
    decision = next_version(
        prior=prior,
        judgements=judgements,
        bump=settings.bump,
        prerelease=settings.prerelease,
        existing=snapshot.existing,
        merged_prereleases=snapshot.merged_prereleases,
        branch=snapshot.branch,
        zero=settings.zero_version,
        stated=_stated(situation),
    )
    reason = decision.reason if isinstance(decision, NothingToRelease) else settings.closed
    if isinstance(decision, NothingToRelease) or reason:
        return NoNewRelease(reason=reason, prior=prior, judgements=judgements, warnings=settings.warnings)
    return _release(situation, prior, judgements, decision)


def make_finish(situation: Situation, merged: Merged, *, notes: str, prior_tag: str, draft: bool) -> Finish:
    """Plan to publish a tag that an earlier run pushed, with the notes that the tag remembers."""
    publication = _publication(situation, merged.version, prior_tag, notes, draft=draft)
    return Finish(
        commit_sha=merged.tag.commit_sha,
        prior=_remembered_prior(situation.settings.tag_format, prior_tag),
        publication=publication,
    )


def _release(
    situation: Situation, prior: Prior, judgements: tuple[Judgement, ...], decision: Decision
) -> NewRelease:
    settings, files, version = situation.settings, situation.snapshot.files, decision.version
    prior_tag = prior.tag if isinstance(prior, PriorRelease) else ""
    links = situation.links(prior_tag, settings.tag_format.tag(version))
    notes = write_notes(situation, judgements, version, links)
    manifests = cargo.plan_bump(files, version=version, selection=settings.selection)
    edits = (
        *plan_version_files(
            files, version=version, version_files=settings.version_files, edits=manifests.edits
        ),
        *write_changelog(situation, judgements, version, links),
    )
    publication = _publication(situation, version, prior_tag, notes, draft=settings.draft)
    return NewRelease(
        decision=decision,
        prior=prior,
        judgements=judgements,
        packages=manifests.packages,
        warnings=(*settings.warnings, *manifests.warnings),
        commit=_commit(situation, edits, publication),
        publication=publication,
    )


def _publication(
    situation: Situation, version: Version, prior_tag: str, notes: str, *, draft: bool
) -> Publication:
    settings = situation.settings
    tag = settings.tag_format.tag(version)
    return Publication(
        version=version,
        tag=tag,
        prior_tag=prior_tag,
        notes=notes,
        body=fit_body(notes, link=_rest_of_notes(situation, prior_tag, tag)),
        make_latest=make_latest(settings.make_latest, version, situation.snapshot.existing),
        draft=draft,
    )


def _rest_of_notes(situation: Situation, prior_tag: str, tag: str) -> str:
    """Say where what is cut off the notes can be read: the changelog, else the commits themselves."""
    home = f"{situation.place.server_url}/{situation.place.repository}"
    if situation.settings.changelog:
        return f"{home}/blob/{tag}/{situation.settings.changelog}"
    return f"{home}/compare/{prior_tag}...{tag}" if prior_tag else f"{home}/commits/{tag}"


def _commit(situation: Situation, edits: tuple[FileEdit, ...], publication: Publication) -> NewCommit:
    return NewCommit(
        branch=situation.snapshot.branch,
        head=situation.snapshot.head,
        edits=edits,
        message=write_commit_message(situation, publication.version, publication.tag, publication.notes),
        tag=publication.tag,
        tag_message=tag_message(publication),
    )


def _prior(situation: Situation) -> Prior:
    match situation.snapshot.prior:
        case Merged(version=version, tag=tag):
            return PriorRelease(version=version, tag=tag.name)
        case FirstRelease():
            return _first(situation)


def _remembered_prior(tag_format: TagFormat, tag: str) -> PriorRelease | FirstRelease:
    version = tag_format.version(tag)
    return FirstRelease() if isinstance(version, NotARelease) else PriorRelease(version=version, tag=tag)


def _first(situation: Situation) -> NoPrior:
    settings = situation.settings
    if isinstance(settings.initial_version, FromManifests):
        stated = cargo.workspace_version(situation.snapshot.files, selection=settings.selection)
        return NoPrior(manifest=stated, source="Cargo.toml")
    return NoPrior(manifest=settings.initial_version, source="initial-version")


def _stated(situation: Situation) -> Version:
    """Take the version that the manifests state; 0.0.0 where there is no manifest."""
    files = situation.snapshot.files
    if not any(cargo.is_input(path) for path in files):
        return Version(0)
    return cargo.workspace_version(files, selection=situation.settings.selection)

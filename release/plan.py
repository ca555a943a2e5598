"""The plan: what will be released and why, as a value. No clock, no network, no files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never

from actionkit.forge.releases import MakeLatest
from actionkit.semver import Version
from release import cargo
from release.cargo import PackageDecision
from release.cargo.version_files import plan_version_files
from release.changelog import insert_release
from release.commits import CommitRules, Judgement, judge
from release.edits import FileEdit
from release.effects import NewCommit
from release.inputs import Choices, FromManifests, MakeLatestInput
from release.notes import Links, fit_body, render_notes, render_section
from release.publication import Publication, tag_message
from release.snapshot import FirstRelease, Merged, Snapshot
from release.version import Decision, NoPrior, NothingToRelease, Prior, PriorRelease, next_version

_RULES: Final = CommitRules()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """An earlier run died after its push: what it left is published first, and newer commits wait."""

    commit_sha: str
    publication: Publication


Plan = NewRelease | NoNewRelease | Finish


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the plan needs to know beside the repository: the day (ISO 8601) and where links lead."""

    date: str
    server_url: str
    repository: str


def make_plan(snapshot: Snapshot, choices: Choices, setting: Setting) -> NewRelease | NoNewRelease:
    """Decide what to release from ``snapshot``; raise ActionError where that cannot be."""
    prior = _prior(snapshot, choices)
    judgements = judge(snapshot.commits, rules=_RULES)
    decision = next_version(
        prior=prior,
        judgements=judgements,
        bump=choices.bump,
        prerelease=choices.prerelease,
        existing=snapshot.existing,
        merged_prereleases=snapshot.merged_prereleases,
        branch=snapshot.branch,
        zero=choices.zero_version,
        stated=_stated(snapshot, choices),
    )
    if isinstance(decision, NothingToRelease):
        return NoNewRelease(reason=decision.reason, prior=prior, judgements=judgements)
    return _release(snapshot, choices, setting, prior, judgements, decision)


def make_publication(
    *,
    version: Version,
    prior_tag: str,
    notes: str,
    draft: bool,
    snapshot: Snapshot,
    choices: Choices,
    setting: Setting,
) -> Publication:
    """Put together the GitHub Release of ``version``."""
    tag = choices.tag_format.tag(version)
    page = (
        f"{setting.server_url}/{setting.repository}/blob/{tag}/{choices.changelog}"
        if choices.changelog
        else ""
    )
    return Publication(
        version=version,
        tag=tag,
        prior_tag=prior_tag,
        notes=notes,
        body=fit_body(notes, link=page),
        make_latest=_latest(version, snapshot, choices),
        draft=draft,
    )


def _prior(snapshot: Snapshot, choices: Choices) -> Prior:
    match snapshot.prior:
        case Merged(version=version, tag=tag):
            return PriorRelease(version=version, tag=tag.name)
        case FirstRelease():
            return _first(snapshot, choices)


def _first(snapshot: Snapshot, choices: Choices) -> NoPrior:
    if isinstance(choices.initial_version, FromManifests):
        stated = cargo.workspace_version(snapshot.files, selection=choices.selection)
        return NoPrior(manifest=stated, source="Cargo.toml")
    return NoPrior(manifest=choices.initial_version, source="initial-version")


def _stated(snapshot: Snapshot, choices: Choices) -> Version:
    """Take the version that the manifests state; 0.0.0 where there is no manifest."""
    if not any(cargo.is_input(path) for path in snapshot.files):
        return Version(0)
    return cargo.workspace_version(snapshot.files, selection=choices.selection)


def _release(
    snapshot: Snapshot,
    choices: Choices,
    setting: Setting,
    prior: Prior,
    judgements: tuple[Judgement, ...],
    decision: Decision,
) -> NewRelease:
    version, prior_tag = decision.version, prior.tag if isinstance(prior, PriorRelease) else ""
    manifests = cargo.plan_bump(snapshot.files, version=version, selection=choices.selection)
    others = plan_version_files(snapshot.files, version=version, version_files=choices.version_files)
    links = _links(setting, prior_tag, choices.tag_format.tag(version))
    notes = render_notes(judgements, version=version, date=setting.date, links=links)
    section = render_section(judgements, version=version, date=setting.date, links=links)
    publication = make_publication(
        version=version,
        prior_tag=prior_tag,
        notes=notes,
        draft=choices.draft,
        snapshot=snapshot,
        choices=choices,
        setting=setting,
    )
    edits = (*manifests.edits, *others, *_changelog(snapshot, choices, section, version))
    return NewRelease(
        decision=decision,
        prior=prior,
        judgements=judgements,
        packages=manifests.packages,
        warnings=manifests.warnings,
        commit=_commit(snapshot, edits, publication),
        publication=publication,
    )


def _commit(snapshot: Snapshot, edits: tuple[FileEdit, ...], publication: Publication) -> NewCommit:
    return NewCommit(
        branch=snapshot.branch,
        head=snapshot.head,
        edits=edits,
        message=f"chore(release): {publication.tag}\n",
        tag=publication.tag,
        tag_message=tag_message(publication),
    )


def _changelog(snapshot: Snapshot, choices: Choices, section: str, version: Version) -> tuple[FileEdit, ...]:
    if not choices.changelog:
        return ()
    before = snapshot.files.get(choices.changelog, "")
    after = insert_release(before, section, version=version, path=choices.changelog)
    return (FileEdit(path=choices.changelog, before=before, after=after),) if after != before else ()


def _links(setting: Setting, prior_tag: str, tag: str) -> Links:
    return Links(server_url=setting.server_url, repository=setting.repository, prior_tag=prior_tag, tag=tag)


def _latest(version: Version, snapshot: Snapshot, choices: Choices) -> MakeLatest:
    match choices.make_latest:
        case MakeLatestInput.TRUE:
            return "true"
        case MakeLatestInput.FALSE:
            return "false"
        case MakeLatestInput.LEGACY:
            return "legacy"
        case MakeLatestInput.AUTO:
            return "true" if _is_highest_stable(version, snapshot) else "false"
        case _:
            assert_never(choices.make_latest)


def _is_highest_stable(version: Version, snapshot: Snapshot) -> bool:
    stable = [known for known in snapshot.existing if not known.prerelease]
    return not version.prerelease and all(known <= version for known in stable)

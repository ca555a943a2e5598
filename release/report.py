"""Tell people and programs: the plan as JSON, the job summary, the outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, assert_never

from actionkit.markdown import cell, code_block, details, table
from actionkit.workflow import Workflow
from release.apply import Released
from release.cargo import Outcome, PackageDecision
from release.commits import Judgement
from release.outputs import notes_output, plan_output
from release.plan import Finish, NewRelease, NoNewRelease, Plan
from release.snapshot import FirstRelease
from release.version import Prior, PriorRelease

_SHORT: Final = 7
_LINES_SHOWN: Final = 400


def plan_as_json(plan: Plan) -> Mapping[str, Any]:
    """Describe a plan for programs; the keys are part of the interface (docs/command-line.md)."""
    match plan:
        case NewRelease(decision=decision):
            return {
                "release": True,
                "reason": decision.reason,
                **_prior(plan.prior),
                "version": str(decision.version),
                "tag": plan.publication.tag,
                "bump": decision.level.value,
                "commits": [_commit(judgement, decision.decisive) for judgement in plan.judgements],
                "packages": [_package(package) for package in plan.packages],
                "edits": [{"path": edit.path, "diff": edit.diff()} for edit in plan.edits],
                "notes": plan.publication.notes,
                "warnings": list(plan.warnings),
            }
        case NoNewRelease():
            return _unreleased(plan.reason) | {
                **_prior(plan.prior),
                "commits": [_commit(judgement, ()) for judgement in plan.judgements],
                "warnings": list(plan.warnings),
            }
        case Finish(publication=publication):
            return _unreleased(f"{publication.tag} was pushed and not published: finishing it") | {
                "release": True,
                **_prior(plan.prior),
                "version": str(publication.version),
                "tag": publication.tag,
                "notes": publication.notes,
            }
        case _:
            assert_never(plan)


def report_plan(workflow: Workflow, plan: Plan, *, dry_run: bool) -> None:
    """Write the plan to the log, the job summary and the outputs."""
    told = plan_as_json(plan)
    workflow.info(_headline(told))
    workflow.quote(_log_table(told["commits"]))
    for warning in told["warnings"]:
        workflow.warning(warning)
    workflow.summarize(plan_as_markdown(told, dry_run=dry_run))
    workflow.set_output("plan", plan_output(told))
    workflow.set_output("released", "false")
    _set_version_outputs(workflow, told)


def report_released(workflow: Workflow, plan: NewRelease | Finish, released: Released) -> None:
    """Write what stands on GitHub now to the job summary and the outputs."""
    release = released.release
    state = "Drafted" if release.draft else "Released"
    workflow.set_output("released", "true")
    workflow.set_output("commit-sha", released.commit_sha)
    workflow.set_output("release-id", str(release.identity))
    workflow.set_output("release-url", release.url)
    workflow.set_output("upload-url", release.upload_url)
    workflow.summarize(
        f"**{state} [{cell(release.tag)}]({release.url})** from commit `{released.commit_sha[:_SHORT]}`"
    )
    workflow.notice(f"{release.url}", title=f"{state} {plan.publication.tag}")


def plan_as_markdown(told: Mapping[str, Any], *, dry_run: bool) -> str:
    """Render the plan as the page of the job summary."""
    parts = [f"## {_headline(told)}", "_Dry run: nothing was changed._" if dry_run else "", _why(told)]
    if told["commits"]:
        parts.append(table(("Commit", "Subject", "Rule", "Bump"), _commit_rows(told["commits"])))
    if told["packages"]:
        parts.append(
            details("Packages", table(("Package", "From", "Decision"), _package_rows(told["packages"])))
        )
    parts += [details(edit["path"], code_block("diff", _shortened(edit["diff"]))) for edit in told["edits"]]
    if told["notes"]:
        parts.append(details("Release notes", told["notes"]))
    return "\n\n".join(part for part in parts if part)


def _unreleased(reason: str) -> dict[str, Any]:
    return {
        "release": False,
        "reason": reason,
        "prior_version": "",
        "prior_tag": "",
        "version": "",
        "tag": "",
        "bump": "none",
        "commits": [],
        "packages": [],
        "edits": [],
        "notes": "",
        "warnings": [],
    }


def _prior(prior: Prior | FirstRelease) -> dict[str, str]:
    if isinstance(prior, PriorRelease):
        return {"prior_version": str(prior.version), "prior_tag": prior.tag}
    return {"prior_version": "", "prior_tag": ""}


def _commit(judgement: Judgement, decisive: Sequence[str]) -> dict[str, Any]:
    return {
        "sha": judgement.commit.sha,
        "subject": judgement.commit.subject,
        "bump": judgement.level.value,
        "rule": judgement.rule,
        "treatment": judgement.treatment.value,
        "decided": judgement.commit.sha in decisive,
    }


def _package(package: PackageDecision) -> dict[str, str]:
    return {
        "name": package.name,
        "manifest": package.manifest,
        "prior_version": str(package.prior_version),
        "outcome": package.outcome.value,
        "reason": package.reason,
    }


def _headline(told: Mapping[str, Any]) -> str:
    if not told["release"]:
        return "Nothing to release"
    return f"{told['prior_version'] or 'first release'} → {told['version']}"


def _why(told: Mapping[str, Any]) -> str:
    return f"{cell(told['reason'])}"


def _commit_rows(commits: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            f"`{commit['sha'][:_SHORT]}`",
            cell(commit["subject"]),
            cell(commit["rule"]),
            f"**{commit['bump']}** ◀ decided" if commit["decided"] else commit["bump"],
        )
        for commit in commits
    )


def _package_rows(packages: Iterable[Mapping[str, str]]) -> tuple[tuple[str, ...], ...]:
    shown = {Outcome.BUMPED.value: "**bumped**"}
    return tuple(
        (
            f"`{package['name']}`",
            package["prior_version"],
            f"{shown.get(package['outcome'], package['outcome'])}: {cell(package['reason'])}",
        )
        for package in packages
    )


def _set_version_outputs(workflow: Workflow, told: Mapping[str, Any]) -> None:
    """Set them all, also when empty: an attempt before this one may have set others."""
    for name in ("version", "tag", "bump"):
        workflow.set_output(name, told[name])
    workflow.set_output("notes", notes_output(told))
    workflow.set_output("prior-version", told["prior_version"])


def _log_table(commits: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(
        f"{'▶' if commit['decided'] else ' '} {commit['sha'][:_SHORT]}  {commit['bump']:<5}  "
        f"{commit['subject'][:72]:<72}  {commit['rule']}"
        for commit in commits
    )


def _shortened(diff: str) -> str:
    lines = diff.splitlines()
    rest = len(lines) - _LINES_SHOWN
    return "\n".join([*lines[:_LINES_SHOWN], *([f"… {rest} more lines"] if rest > 0 else [])])

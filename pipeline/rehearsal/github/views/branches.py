"""Branches and their rules as JSON."""

from __future__ import annotations

from pipeline.rehearsal.github.gitstore import Ref
from pipeline.rehearsal.github.links import Links
from pipeline.rehearsal.github.records import Json, Repository
from pipeline.rehearsal.github.rules import matching


def short_branch(repo: Repository, ref: Ref, links: Links) -> dict[str, Json]:
    """Describe a branch in a list (``short-branch``)."""
    url = f"{links.repo(repo.full_name)}/commits/{ref.commit}"
    return {
        "name": ref.name.removeprefix("refs/heads/"),
        "commit": {"sha": ref.commit, "url": url},
        "protected": bool(matching(repo, ref.name)),
    }


def branch(repo: Repository, ref: Ref, commit: Json, links: Links) -> dict[str, Json]:
    """Describe a branch itself (``branch-with-protection``)."""
    name = ref.name.removeprefix("refs/heads/")
    url = f"{links.repo(repo.full_name)}/branches/{name}"
    classic = [one for one in matching(repo, ref.name) if one.style == "classic"]
    return {
        "name": name,
        "commit": commit,
        "_links": {"self": url, "html": f"{links.html(repo.full_name)}/tree/{name}"},
        "protected": bool(matching(repo, ref.name)),
        "protection": {"enabled": bool(classic)},
        "protection_url": f"{url}/protection",
    }


def rules(repo: Repository, name: str) -> list[Json]:
    """List the rules of rulesets for a branch; classic protection is not told here, as on GitHub."""
    return [
        {
            **_rule(rule),
            "ruleset_source_type": "Repository",
            "ruleset_source": repo.full_name,
            "ruleset_id": protection.id,
        }
        for protection in matching(repo, f"refs/heads/{name}")
        if protection.style == "ruleset"
        for rule in protection.rules
    ]


def _rule(rule: str) -> dict[str, Json]:
    kind, _, detail = rule.partition(":")
    match kind:
        case "pull_request":
            needs = dict.fromkeys(
                (
                    "dismiss_stale_reviews_on_push",
                    "require_code_owner_review",
                    "require_last_push_approval",
                    "required_review_thread_resolution",
                ),
                False,
            )
            return {"type": kind, "parameters": {"required_approving_review_count": 1, **needs}}
        case "required_status_checks":
            checks = [{"context": detail or "ci"}]
            parameters = {"required_status_checks": checks, "strict_required_status_checks_policy": False}
            return {"type": kind, "parameters": parameters}
        case "update":
            return {"type": kind, "parameters": {"update_allows_fetch_and_merge": False}}
        case _:
            return {"type": kind}

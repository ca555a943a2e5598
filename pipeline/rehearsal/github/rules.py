"""What stands between a token and a ref: branch rules, burned tags, workflow files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal
from urllib.parse import quote

from pipeline.rehearsal.github.gitstore import ZERO, Commit, GitStore
from pipeline.rehearsal.github.records import Protection, Repository, Token, TokenKind
from pipeline.rehearsal.github.tokens import allows

_WORKFLOWS: Final = ".github/workflows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A wish to change a ref; ZERO stands for a ref that is not there."""

    ref: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a move is refused: GitHub's code (empty when it gives none) and its lines."""

    code: Literal["GH006", "GH013", ""]
    ref: str
    lines: tuple[str, ...]

    def told(self, page: str) -> tuple[str, ...]:
        """The lines that git shows after ``remote:``; ``page`` is the repository's address."""
        bullets = tuple(line for text in self.lines for line in (f"- {text}", ""))
        match self.code:
            case "GH006":
                return (f"error: GH006: Protected branch update failed for {self.ref}.", "", *bullets[:-1])
            case "GH013":
                link = f"Review all repository rules at {page}/rules?ref={quote(self.ref, safe='')}"
                return (f"error: GH013: Repository rule violations found for {self.ref}.", link, "", *bullets)
            case "":
                return ()

    def reason(self) -> str:
        """The words in brackets behind ``[remote rejected]``."""
        match self.code:
            case "GH006":
                return "protected branch hook declined"
            case "GH013":
                return "push declined due to repository rule violations"
            case "":
                return self.lines[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Nothing stands in the way."""


def judge(repo: Repository, token: Token, move: Move, git: GitStore) -> Refusal | Granted:
    """Decide on one ref; the new objects must be readable in ``git``."""
    if move.ref.startswith("refs/tags/") and move.ref[10:] in repo.burned_tags:
        return Refusal(code="GH013", ref=move.ref, lines=(_burned(move),))
    if path := _workflow_changed(repo, token, move, git):
        return Refusal(code="", ref=move.ref, lines=(_workflow_refused(token, path),))
    for protection in matching(repo, move.ref):
        lines = tuple(_violations(repo, protection, move, git))
        if lines and token.kind not in protection.bypass:
            code: Literal["GH006", "GH013"] = "GH006" if protection.style == "classic" else "GH013"
            return Refusal(code=code, ref=move.ref, lines=lines)
    return Granted()


def matching(repo: Repository, ref: str) -> tuple[Protection, ...]:
    """The protections of a branch, by its full ref name."""
    if not ref.startswith("refs/heads/"):
        return ()
    return tuple(one for one in repo.protections if fnmatchcase(ref[11:], one.pattern))


def touches_workflows(git: GitStore, commit: str) -> str:
    """A workflow file that a commit changes against its first parent; empty when it changes none."""
    argv = ("diff-tree", "--no-commit-id", "--name-only", "-r", "--root", commit, "--", _WORKFLOWS)
    return git.git(*argv).decode().partition("\n")[0]


def _workflow_changed(repo: Repository, token: Token, move: Move, git: GitStore) -> str:
    if move.after == ZERO or allows(token, repo.full_name, "workflows", "write"):
        return ""
    new = git.git("rev-list", f"{move.after}^{{commit}}", "--not", "--all").decode().split()
    return next(filter(None, (touches_workflows(git, sha) for sha in new)), "")


def _workflow_refused(token: Token, path: str) -> str:
    if token.kind is TokenKind.PAT:
        who, lacking = "Personal Access Token", "`workflow` scope"
    else:
        who, lacking = "GitHub App", "`workflows` permission"
    return f"refusing to allow a {who} to create or update workflow `{path}` without {lacking}"


def _burned(move: Move) -> str:
    if move.before == ZERO:
        return "Cannot create ref due to creations being restricted."
    return "Cannot update this protected ref." if move.after != ZERO else "Cannot delete this protected ref."


def _violations(repo: Repository, protection: Protection, move: Move, git: GitStore) -> Iterator[str]:
    # Classic protection always forbids deletion and force pushes.
    classic = ("deletion", "non_fast_forward") if protection.style == "classic" else ()
    for rule in dict.fromkeys((*protection.rules, *classic)):
        name, _, detail = rule.partition(":")
        yield from _CHECKS[name](repo, move, git, detail)


def _deletion(_repo: Repository, move: Move, _git: GitStore, _detail: str) -> Iterator[str]:
    if move.after == ZERO:
        yield "Cannot delete this branch"


def _non_fast_forward(_repo: Repository, move: Move, git: GitStore, _detail: str) -> Iterator[str]:
    if ZERO not in (move.before, move.after) and not git.is_ancestor(move.before, move.after):
        yield "Cannot force-push to this branch"


def _pull_request(_repo: Repository, move: Move, _git: GitStore, _detail: str) -> Iterator[str]:
    if ZERO not in (move.before, move.after):
        yield "Changes must be made through a pull request."


def _update(_repo: Repository, move: Move, _git: GitStore, _detail: str) -> Iterator[str]:
    if ZERO not in (move.before, move.after):
        yield "Cannot update this protected ref."


def _creation(_repo: Repository, move: Move, _git: GitStore, _detail: str) -> Iterator[str]:
    if move.before == ZERO:
        yield "Cannot create ref due to creations being restricted."


def _required_status_checks(_repo: Repository, move: Move, _git: GitStore, detail: str) -> Iterator[str]:
    if move.after != ZERO:
        yield f'Required status check "{detail or "ci"}" is expected.'


def _required_signatures(repo: Repository, move: Move, git: GitStore, _detail: str) -> Iterator[str]:
    bad = [one for one in _new(move, git) if not one.signature and one.sha not in repo.verified_commits]
    if bad:
        yield "Commits must have verified signatures."


def _required_linear_history(_repo: Repository, move: Move, git: GitStore, _detail: str) -> Iterator[str]:
    if any(len(one.parents) > 1 for one in _new(move, git)):
        yield "This branch must not contain merge commits."


def _new(move: Move, git: GitStore) -> tuple[Commit, ...]:
    return () if move.after == ZERO else git.commits(move.after, "--not", "--all")


_Check = Callable[[Repository, Move, GitStore, str], Iterator[str]]
_CHECKS: Final[Mapping[str, _Check]] = {
    "creation": _creation,
    "deletion": _deletion,
    "non_fast_forward": _non_fast_forward,
    "pull_request": _pull_request,
    "required_linear_history": _required_linear_history,
    "required_signatures": _required_signatures,
    "required_status_checks": _required_status_checks,
    "update": _update,
}
KNOWN_RULES: Final = tuple(_CHECKS)

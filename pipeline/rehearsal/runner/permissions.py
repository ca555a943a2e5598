"""What a job's token may do.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from actionkit.errors import InputError
from pipeline.rehearsal.runner.yamlfile import Section

Access: TypeAlias = Literal["none", "read", "write"]

SCOPES: Final = (
    *("actions", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues"),
    *("models", "packages", "pages", "pull-requests", "security-events", "statuses"),
)

#: What a repository's token may do when no workflow says anything: GitHub's restricted setting.
DEFAULT: Final[Mapping[str, Access]] = {"contents": "read", "packages": "read"}

_ORDER: Final[tuple[Access, ...]] = get_args(Access)


@dataclass(frozen=True, slots=True)
class Inherited:
    """Nothing is said: what holds one level up holds here."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What is granted; a scope that is not named has no access."""

    scopes: Mapping[str, Access]


Permissions: TypeAlias = Inherited | Granted


def read_permissions(section: Section) -> Permissions:
    """Read ``permissions`` of a workflow or a job."""
    if "permissions" not in section.items:
        return Inherited()
    match section.items["permissions"]:
        case "read-all":
            return Granted({scope: "read" for scope in SCOPES if scope != "id-token"})
        case "write-all":
            return Granted(dict.fromkeys(SCOPES, "write"))
        case _:
            written = section.section("permissions").only(*SCOPES)
            return Granted({scope: _access(written, scope) for scope in written.items})


def effective(permissions: Permissions, above: Mapping[str, Access]) -> Mapping[str, Access]:
    """Give what holds, scopes without access left out; ``above`` is what holds one level up."""
    if isinstance(permissions, Inherited):
        return above
    return {scope: access for scope, access in permissions.scopes.items() if access != "none"}


def require_within(wanted: Mapping[str, Access], allowed: Mapping[str, Access], job: str) -> None:
    """Refuse a called workflow's job that wants more than its caller has, as GitHub does at the start."""
    excess = {
        scope: access
        for scope, access in wanted.items()
        if _ORDER.index(access) > _ORDER.index(allowed.get(scope, "none"))
    }
    if excess:
        held = ", ".join(f"{scope}: {allowed.get(scope, 'none')}" for scope in excess)
        raise InputError(
            f"the called job {job!r} asks for more than its caller may do",
            why=f"the caller has {held}",
            fix="grant it in the calling job",
            yaml="permissions:\n" + "\n".join(f"  {scope}: {access}" for scope, access in excess.items()),
        )


def _access(section: Section, scope: str) -> Access:
    written = section.text(scope)
    if written not in _ORDER:
        raise section.problem(f"{scope} cannot be {written!r}", fix="use read, write or none")
    return written

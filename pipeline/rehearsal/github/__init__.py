"""A GitHub on this machine: REST, GraphQL and git over HTTP, with its state on disk."""

from pipeline.rehearsal.github.faults import Effect, Fault, rate_limited, secondary_rate_limited
from pipeline.rehearsal.github.local import LocalGitHub, RunHandle
from pipeline.rehearsal.github.records import Event, PullRequest, Suppressed, TokenKind

__all__ = [
    "Effect",
    "Event",
    "Fault",
    "LocalGitHub",
    "PullRequest",
    "RunHandle",
    "Suppressed",
    "TokenKind",
    "rate_limited",
    "secondary_rate_limited",
]

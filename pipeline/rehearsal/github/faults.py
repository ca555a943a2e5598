"""Faults on demand: the Nth request that matches is answered badly, or not at all."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.rehearsal.github.exchange import Request, Response, json_response

_RATE_DOCS = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"


class Effect(StrEnum):
    """Whether the request does its work, and whether its reply arrives."""

    ANSWER = "answer"
    RESET = "reset"
    REPLY_LOST = "reply lost"
    HALF_UPLOADED = "half uploaded"
    SLOW = "slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Answer the ``nth`` request (1-based) of ``method`` whose path matches ``path``, ``times`` times.

    ``path`` is a regular expression searched in the path without query; ``method`` may be ``*``.
    ANSWER: ``status``, ``headers`` and ``message`` instead of the work. RESET: the connection breaks before
    the work. REPLY_LOST: the work is done, then the connection breaks. HALF_UPLOADED: an asset stays in
    state ``starter`` and the answer is ``status``. SLOW: the work is done and answered. In each case
    ``delay`` seconds pass first, while other requests go on.
    """

    method: str = "*"
    path: str = ""
    nth: int = 1
    times: int = 1
    effect: Effect = Effect.ANSWER
    status: int = 502
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "Server Error"
    documentation: str = "https://docs.github.com/rest"
    delay: float = 0.0

    def response(self) -> Response:
        """The answer that is sent instead of the real one."""
        body = {"message": self.message, "documentation_url": self.documentation, "status": str(self.status)}
        return json_response(body, self.status, self.headers)


def rate_limited(method: str = "*", path: str = "", *, reset: int, nth: int = 1, times: int = 1) -> Fault:
    """The primary rate limit is used up until ``reset`` (seconds since 1970)."""
    return Fault(
        method=method,
        path=path,
        nth=nth,
        times=times,
        status=403,
        headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)},
        message="API rate limit exceeded for installation.",
        documentation=_RATE_DOCS,
    )


def secondary_rate_limited(
    method: str = "*", path: str = "", *, retry_after: int = 60, nth: int = 1, times: int = 1
) -> Fault:
    """A secondary rate limit with ``Retry-After`` in seconds."""
    return Fault(
        method=method,
        path=path,
        nth=nth,
        times=times,
        status=403,
        headers={"Retry-After": str(retry_after)},
        message="You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        documentation=f"{_RATE_DOCS}#about-secondary-rate-limits",
    )


NO_FAULT = Fault(nth=0, times=0)


class Faults:
    """The faults that are still to come; counts requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault; counting starts now."""
        with self._lock:
            self._planned.append((fault, 0))

    def clear(self) -> None:
        """Forget every planned fault."""
        with self._lock:
            self._planned.clear()

    def next(self, request: Request) -> Fault:
        """Count a request and return the fault it meets, or NO_FAULT."""
        with self._lock:
            counted = [(fault, seen + _matches(fault, request)) for fault, seen in self._planned]
            due = [
                fault
                for fault, seen in counted
                if _matches(fault, request) and fault.nth <= seen < fault.nth + fault.times
            ]
            self._planned = counted
            return due[0] if due else NO_FAULT


def _matches(fault: Fault, request: Request) -> bool:
    return fault.method in ("*", request.method) and re.search(fault.path, request.path) is not None

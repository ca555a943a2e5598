"""The primary rate limit: a budget of requests an hour for each token."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pipeline.rehearsal.github.records import Json, Token, TokenKind
from pipeline.rehearsal.github.state import Clock

# https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
_PER_HOUR: Final = {
    TokenKind.ANONYMOUS: 60,
    TokenKind.GITHUB_TOKEN: 1000,
    TokenKind.APP: 5000,
    TokenKind.PAT: 5000,
}
_WINDOW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a token has: ``reset`` is in seconds since 1970."""

    limit: int
    used: int
    reset: int

    @property
    def remaining(self) -> int:
        """Requests left before ``reset``."""
        return max(self.limit - self.used, 0)

    def headers(self) -> dict[str, str]:
        """The budget as every answer tells it."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Resource": "core",
        }

    def json(self) -> dict[str, Json]:
        """The budget as ``GET /rate_limit`` tells it."""
        return {"limit": self.limit, "used": self.used, "remaining": self.remaining, "reset": self.reset}


class Limits:
    """Counts requests by token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._budgets: dict[str, Budget] = {}

    def look(self, token: Token) -> Budget:
        """The budget as it stands."""
        with self._lock:
            return self._current(token)

    def spend(self, token: Token) -> Budget:
        """Count one request and return the budget after it."""
        with self._lock:
            before = self._current(token)
            after = Budget(limit=before.limit, used=before.used + 1, reset=before.reset)
            self._budgets[token.value] = after
            return after

    def _current(self, token: Token) -> Budget:
        now = self._clock()
        fresh = Budget(limit=_PER_HOUR[token.kind], used=0, reset=int((now + _WINDOW).timestamp()))
        kept = self._budgets.get(token.value, fresh)
        return kept if kept.reset > now.timestamp() else fresh

"""Do it again, after a while, when the trouble is one that passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from actionkit.errors import CommandFailed
from actionkit.registry.answers import Answer, understand

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait between tries: ``delays`` in seconds, one per further try; ``sleep`` waits."""

    sleep: Callable[[float], None]
    delays: tuple[float, ...] = (1, 2, 4, 8, 16)

    def attempt(self, call: Callable[[], Value], *, also: tuple[Answer, ...] = ()) -> Value:
        """Return what ``call`` returns; raise its last CommandFailed when patience ends.

        Only transient answers are tried again; ``also`` names others, such as MISSING for a manifest
        that was written a moment ago.
        """
        for delay in self.delays:
            try:
                return call()
            except CommandFailed as error:
                if understand(error.stderr) not in (Answer.TRANSIENT, *also):
                    raise
            self.sleep(delay)
        return call()

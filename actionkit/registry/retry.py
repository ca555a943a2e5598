"""Do it again, after a while, when the trouble is one that passes.

How long it takes until the last try, besides the tries themselves: half a minute for a passing trouble; three
minutes for too many requests, which registries count by the minute; six seconds where a program was ended for
taking too long, because each such try took minutes. A registry that says how long to wait is obeyed, up to
two minutes a try. skopeo itself obeys it within one try, but not for what it sends in a body, such as
manifests, and it does not tell what it was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

from actionkit.errors import CommandFailed
from actionkit.registry.answers import Answer, understand

Value = TypeVar("Value")

_LONGEST: Final = 120.0


class AskedToWait(CommandFailed):
    """A registry said how many ``seconds`` to wait until it wants to be asked again."""

    def __init__(self, what: str, *, stderr: str, seconds: float) -> None:
        super().__init__(what, returncode=1, stderr=stderr)
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait between tries, in seconds, one number per further try; ``sleep`` waits.

    ``delays`` are for passing troubles, ``limited`` for too many requests, ``hung`` for programs that were
    ended because they took too long.
    """

    sleep: Callable[[float], None]
    delays: tuple[float, ...] = (1, 2, 4, 8, 16)
    limited: tuple[float, ...] = (5, 15, 30, 60, 60)
    hung: tuple[float, ...] = (2, 4)

    def attempt(self, call: Callable[[], Value], *, also: tuple[Answer, ...] = ()) -> Value:
        """Return what ``call`` returns; raise its last CommandFailed when patience ends.

        Only troubles that pass are tried again; ``also`` names other answers, such as MISSING for a manifest
        that was written a moment ago.
        """
        tries = 0
        while True:
            try:
                return call()
            except CommandFailed as error:
                delays = self._delays(error, also)
                if tries >= len(delays):
                    raise
                delay = delays[tries]
            tries += 1
            self.sleep(delay)

    def _delays(self, error: CommandFailed, also: tuple[Answer, ...]) -> tuple[float, ...]:
        if isinstance(error, AskedToWait):
            return tuple(max(delay, min(error.seconds, _LONGEST)) for delay in self.delays)
        match understand(error.stderr):
            case Answer.LIMITED:
                return self.limited
            case Answer.HUNG:
                return self.hung
            case Answer.TRANSIENT:
                return self.delays
            case answer:
                return self.delays if answer in also else ()


def seconds_until(retry_after: str, now: datetime) -> float:
    """Read a ``Retry-After`` header, seconds or a date; what is neither is no wait at all.

    Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds())

"""Take settings out of a table one by one, with their types checked; what is left over is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from actionkit.errors import ActionError
from release.config.model import Unset

T = TypeVar("T")


def given(value: T | Unset, default: T) -> T:
    """A setting, or what holds where the file does not say."""
    return default if isinstance(value, Unset) else value


class Settings:
    """A table of settings that remembers what was asked for."""

    def __init__(self, path: str, values: Mapping[str, object], *, prefix: str = "") -> None:
        self.path = path
        self._values = values
        self._prefix = prefix
        self._asked: set[str] = set()

    def text(self, key: str) -> str | Unset:
        """A string."""
        value = self.any(key)
        if not isinstance(value, str | Unset):
            raise self.wrong(key, "a text")
        return value

    def flag(self, key: str) -> bool | Unset:
        """True or false."""
        value = self.any(key)
        if not isinstance(value, bool | Unset):
            raise self.wrong(key, "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...] | Unset:
        """A list of strings; a single one is a list of one."""
        value = self.any(key)
        if isinstance(value, Unset):
            return value
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            raise self.wrong(key, "a list of texts")
        return tuple(str(one) for one in values)

    def inner(self, key: str) -> Settings:
        """A table within this one, empty when it is left out."""
        value = self.any(key)
        if isinstance(value, Unset):
            value = {}
        if not isinstance(value, dict):
            raise self.wrong(key, "a table")
        return Settings(self.path, value, prefix=f"{self._prefix}{key}.")

    def any(self, key: str) -> object:
        """Whatever stands there, Unset when nothing does."""
        self._asked.add(key)
        value = self._values.get(key)
        return Unset() if value is None else value

    def keys(self) -> tuple[str, ...]:
        """The keys that stand there."""
        return tuple(self._values)

    def elsewhere(self, reasons: Mapping[str, str]) -> tuple[str, ...]:
        """Warnings for keys that are known but have no effect here, with what to do instead."""
        self._asked.update(reasons)
        return tuple(
            f"{self.path}: {self._prefix}{key} has no effect here: {reason}"
            for key, reason in reasons.items()
            if key in self._values and reason
        )

    def unknown(self) -> tuple[str, ...]:
        """Warnings for keys that nobody asked for."""
        return tuple(
            f"{self.path}: {self._prefix}{key} is not known" for key in self._values if key not in self._asked
        )

    def wrong(self, key: str, wanted: str) -> ActionError:
        """The error for a value that cannot be."""
        return ActionError(
            f"{self._prefix}{key} in {self.path} must be {wanted}",
            why=f"it is {self._values.get(key)!r}",
            fix="correct it, or leave it out for the default",
            file=self.path,
        )

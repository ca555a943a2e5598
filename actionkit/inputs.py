"""Read the ``INPUT_*`` variables of an action once, and report every problem together.

The runner upper-cases an input's id, turns spaces into ``_`` and keeps hyphens; an input left out arrives
as its declared default or as an empty string, and ``required`` is not enforced.
Source: https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from actionkit.errors import ActionError, InputError, Problems, raise_all

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

_FLAGS: Final = {"true": True, "false": False}


def input_variable(name: str) -> str:
    """Name the environment variable that carries the input ``name``: ``dry-run`` → ``INPUT_DRY-RUN``."""
    return f"INPUT_{name.replace(' ', '_').upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputReader:
    """Reads inputs from ``environ``, keeps every problem, and raises them together in ``finish``."""

    environ: Mapping[str, str]
    problems: list[ActionError] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Read an input without surrounding white space; an input left out is an empty string."""
        return self.environ.get(input_variable(name), "").strip()

    def lines(self, name: str) -> tuple[str, ...]:
        """Read one value a line, blank lines left out."""
        return tuple(line.strip() for line in self.text(name).splitlines() if line.strip())

    def column(self, name: str) -> tuple[str, ...]:
        """Read lines that stand beside those of another input: an empty one keeps its place."""
        return tuple(line.strip() for line in self.environ.get(input_variable(name), "").splitlines())

    def words(self, name: str) -> tuple[str, ...]:
        """Read values separated by commas or line ends."""
        return tuple(part.strip() for line in self.lines(name) for part in line.split(",") if part.strip())

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read ``true`` or ``false`` in any case; left out is ``default``.

        A workflow passes an input of its own that an event does not have as an empty string, and the runner
        fills in no default for that.
        """
        text = self.text(name).lower()
        if text and text not in _FLAGS:
            self.problems.append(_unknown(name, self.text(name), _FLAGS))
        return _FLAGS.get(text, default)

    def choice(self, name: str, options: type[Choice]) -> Choice:
        """Read one of the values of a StrEnum in any case; left out is the first one."""
        text = self.text(name).lower()
        values = tuple(options)
        if text not in values and text:
            self.problems.append(_unknown(name, self.text(name), values))
        return options(text) if text in values else values[0]

    def parsed(self, name: str, parse: Callable[[str], Value], fallback: Value) -> Value:
        """Read an input through ``parse``; where it raises ActionError, keep the problem and go on."""
        try:
            return parse(self.text(name))
        except Problems as several:
            self.problems.extend(_named(name, error) for error in several.problems)
            return fallback
        except ActionError as error:
            self.problems.append(_named(name, error))
            return fallback

    def require(self, name: str, *, why: str) -> str:
        """Read an input that must not be empty."""
        text = self.text(name)
        if not text:
            self.problems.append(
                InputError(f"input {name} is empty", why=why, fix="give it", yaml=f"with:\n  {name}: …")
            )
        return text

    def finish(self) -> None:
        """Raise what was found wrong, everything together."""
        raise_all(self.problems)


def _unknown(name: str, text: str, options: Iterable[str]) -> InputError:
    known = ", ".join(options)
    return InputError(
        f"input {name} is {text!r}",
        why=f"it takes one of: {known}",
        fix=f"change {name} under with:",
        yaml=f"with:\n  {name}: {next(iter(known.split(', ')))}",
    )


def _named(name: str, error: ActionError) -> ActionError:
    if error.what.startswith((name, f"input {name}")):
        return error
    return InputError(f"input {name}: {error.what}", why=error.why, fix=error.fix, yaml=error.yaml)

"""Errors a user can act on: what failed, why we think so, what to change, the YAML to paste."""

from __future__ import annotations

from collections.abc import Sequence


class ActionError(Exception):
    """A failure with everything a stranger needs to mend it.

    ``what`` is one sentence; ``why`` the evidence; ``fix`` the change to make; ``yaml`` a snippet to
    paste into a workflow or configuration. ``file``, ``line`` and ``column`` (1-based, 0 = unknown) place
    the annotation.
    """

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        fix: str = "",
        yaml: str = "",
        file: str = "",
        line: int = 0,
        column: int = 0,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix
        self.yaml = yaml
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        """All parts as the log shows them, one paragraph a part."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        parts = [f"{place}: {self.what}" if place else self.what]
        parts += [f"why: {self.why}"] if self.why else []
        parts += [f"fix: {self.fix}"] if self.fix else []
        parts += [_indented(self.yaml)] if self.yaml else []
        return "\n".join(parts)


class InputError(ActionError):
    """The user asked for something that cannot be: an unknown value, a version that does not parse."""


class PermissionDenied(ActionError):
    """A token, a login or a branch rule says no."""


class Transient(ActionError):
    """The other side did not answer, or answered that it cannot just now; the same call may work later."""


class CommandFailed(ActionError):
    """A command ended with a non-zero status.

    ``stderr`` is its text with secrets removed, ``stdout`` what it had written until then, as it is.
    """

    def __init__(
        self, what: str, *, returncode: int, stderr: str, stdout: bytes = b"", why: str = "", fix: str = ""
    ) -> None:
        super().__init__(what, why=why or stderr.strip(), fix=fix)
        self.returncode = returncode
        self.stderr = stderr
        self.stdout = stdout


class Problems(ActionError):
    """Several failures reported together, so that one run shows everything there is to mend."""

    def __init__(self, problems: Sequence[ActionError]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Every problem, numbered."""
        return "\n".join(f"{number}. {problem}" for number, problem in enumerate(self.problems, 1))


def raise_all(problems: Sequence[ActionError]) -> None:
    """Raise nothing, the one problem, or all of them together."""
    match tuple(problems):
        case ():
            return
        case (only,):
            raise only
        case several:
            raise Problems(several)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip("\n").splitlines())

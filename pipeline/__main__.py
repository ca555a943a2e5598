"""The command ``release-pipeline``: the release on your own machine, without token and without network.

Exit status: 0 done (also when there is nothing to release), 1 something to mend, 2 wrong usage, 70 a bug,
130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from actionkit.errors import ActionError
from actionkit.main import BUG, FAILED, INTERRUPTED, OK
from pipeline.options import add_options

_DECIDING: Final = (
    "bump",
    "prerelease",
    "zero-version",
    "initial-version",
    "tag-format",
    "paths",
    "scopes",
    "packages",
    "exclude",
    "version-files",
    "changelog",
    "notes-template",
    "changelog-template",
)
_BUMPING: Final = ("packages", "exclude", "version-files")
_PRESSING: Final = ("bump", "prerelease", "tag-format")


class _Parser(argparse.ArgumentParser):
    """Lets options stand between VERSION and DIR: argparse alone takes DIR for missing by then."""

    _entered = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._entered or not any(action.nargs == "?" for action in self._get_positional_actions()):
            return super().parse_known_args(args, namespace)
        self._entered = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._entered = False


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status. Results go to stdout, messages to stderr."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except ActionError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command line speaks through stderr
        return FAILED
    except BrokenPipeError:
        return OK
    except OSError as error:  # a file that cannot be read or written
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - as above
        return FAILED
    except KeyboardInterrupt:
        print("interrupted: what was started is stopped", file=sys.stderr)  # noqa: T201 - as above
        return INTERRUPTED
    except Exception:
        traceback.print_exc()
        return BUG
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="release-pipeline",
        description="Plan, bump and rehearse the release of a Rust workspace.",
        epilog="Exit status: 0 done, 1 something to mend, 2 wrong usage, 70 a bug, 130 interrupted.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_plan(commands)
    _add_bump(commands)
    _add_rehearse(commands)
    return parser


def _add_plan(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("plan", help="say what would be released and why; changes nothing")
    parser.add_argument("directory", nargs="?", type=Path, default=Path(), metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")
    add_options(parser, _DECIDING)
    parser.set_defaults(run=_plan)


def _add_bump(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("bump", help="write a version into every manifest and lock")
    parser.add_argument("version", metavar="VERSION")
    parser.add_argument("directory", nargs="?", type=Path, default=Path(), metavar="DIR")
    parser.add_argument("--dry-run", action="store_true", help="only show the difference")
    add_options(parser, _BUMPING)
    parser.set_defaults(run=_bump)


def _add_rehearse(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("rehearse", help="run the whole pipeline on this machine, for nobody to see")
    parser.add_argument(
        "directory", nargs="?", type=Path, metavar="DIR", help="a repository (default: the sample)"
    )
    parser.add_argument("--output", type=Path, default=Path("rehearsal-out"), help="where the page goes")
    add_options(parser, _PRESSING)
    parser.set_defaults(run=_rehearse)


def _plan(arguments: argparse.Namespace) -> None:
    from pipeline.plan import plan_command

    plan_command(arguments, _DECIDING, sys.stdout, sys.stderr)


def _bump(arguments: argparse.Namespace) -> None:
    from pipeline.bump import bump_command

    bump_command(arguments, _BUMPING, sys.stdout, sys.stderr)


def _rehearse(arguments: argparse.Namespace) -> None:
    from pipeline.rehearsal.rehearse import rehearse_command

    rehearse_command(arguments, sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

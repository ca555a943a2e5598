"""Choose one releasable part of a repository, by the paths and the scopes of its commits."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache

from release.commits.model import Change, Commit, CommitRules


def touches(commit: Commit, rules: CommitRules) -> bool:
    """Whether one of the commit's paths belongs to the part; ``!`` globs take paths out again."""
    wanted = [glob for glob in rules.paths if not glob.startswith("!")] or ["**"] * bool(rules.paths)
    unwanted = [glob[1:] for glob in rules.paths if glob.startswith("!")]
    return any(
        any(_glob(glob).fullmatch(path) for glob in wanted)
        and not any(_glob(glob).fullmatch(path) for glob in unwanted)
        for path in commit.paths
    )


def in_scope(change: Change, rules: CommitRules) -> bool:
    """Whether the change's scope belongs to the part."""
    return has_scope(change.scope, rules)


def has_scope(scope: str, rules: CommitRules) -> bool:
    """Whether a scope is one of the part's."""
    return any(fnmatchcase(scope.lower(), glob.lower()) for glob in rules.scopes)


@lru_cache
def _glob(glob: str) -> re.Pattern[str]:
    """``*`` and ``?`` stay in a folder, ``**`` does not; a folder's name means all that is in it."""
    pieces = re.split(r"(\*\*/?|\*|\?)", glob.strip("/").removeprefix("./"))
    spelled = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(spelled.get(piece, re.escape(piece)) for piece in pieces) + r"(?:/.*)?")

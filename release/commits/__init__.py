"""Judge commits: which count, how much each raises the version, and by which rule.

python-semantic-release's conventional-commit parser decides what a message is; the rules here stand around
it where it leaves the specification (https://www.conventionalcommits.org/en/v1.0.0/) or where history is
more than a list of messages: merges, reverts, cherry-picks, bots, repositories of several parts.
"""

from release.commits.judge import judge
from release.commits.model import (
    Change,
    Commit,
    CommitRules,
    Judgement,
    LevelRule,
    Reference,
    ReferenceKind,
    Treatment,
)

__all__ = [
    "Change",
    "Commit",
    "CommitRules",
    "Judgement",
    "LevelRule",
    "Reference",
    "ReferenceKind",
    "Treatment",
    "judge",
]

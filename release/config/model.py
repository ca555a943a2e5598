"""What a configuration file can say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from actionkit.semver import TagFormat
from release.commits.model import CommitRules
from release.notes.model import DEFAULT_SECTIONS, Section
from release.version.model import ZeroRule


@dataclass(frozen=True, slots=True)
class Unset:
    """The file does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch that releases: a regular expression for its name, its pre-release token or nothing."""

    pattern: str
    prerelease: str = ""

    def matches(self, name: str) -> bool:
        """Whether the rule is for this branch."""
        return re.fullmatch(self.pattern, name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one file; ``source`` is its path, empty when there is none.

    ``changelog`` is a path, empty for none wanted; ``exclude`` are regular expressions for messages that the
    notes leave out; ``version_files`` are in the spelling of the input; ``assets`` are globs of files to
    attach to the release.
    """

    source: str = ""
    tag_format: TagFormat | Unset = Unset()
    zero_version: ZeroRule | Unset = Unset()
    rules: CommitRules = field(default_factory=CommitRules)
    sections: tuple[Section, ...] = DEFAULT_SECTIONS
    branches: tuple[Branch, ...] = ()
    changelog: str | Unset = Unset()
    insertion_flag: str | Unset = Unset()
    exclude: tuple[str, ...] = ()
    version_files: tuple[str, ...] = ()
    commit_message: str | Unset = Unset()
    assets: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def closes(self, branch: str) -> bool:
        """Whether the file names branches that release, and this one is none of them."""
        return bool(branch and self.branches) and isinstance(self.prerelease_on(branch), Unset)

    def prerelease_on(self, branch: str) -> str | Unset:
        """The pre-release token of a branch; Unset where the file has no rule for it."""
        return next((rule.prerelease for rule in self.branches if rule.matches(branch)), Unset())

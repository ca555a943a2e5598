"""The one door to git: reading history, writing objects, talking to the remote."""

from actionkit.git.command import Git
from actionkit.git.history import Commit, Tag

__all__ = ["Commit", "Git", "Tag"]

"""The one door to GitHub's API, through PyGithub."""

from actionkit.errors import Transient
from actionkit.forge.client import Forge
from actionkit.forge.releases import Asset, NoRelease, Release, ReleaseText

__all__ = ["Asset", "Forge", "NoRelease", "Release", "ReleaseText", "Transient"]

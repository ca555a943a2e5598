"""The one door to GitHub's API, through PyGithub."""

from actionkit.forge.client import Forge, Transient
from actionkit.forge.releases import Asset, NoRelease, Release, ReleaseText

__all__ = ["Asset", "Forge", "NoRelease", "Release", "ReleaseText", "Transient"]

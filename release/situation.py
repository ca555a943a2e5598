"""Everything a plan is made from, as one value: what is there, what is wanted, where and when."""

from __future__ import annotations

from dataclasses import dataclass

from release.notes import Contributor, Links
from release.settings import Settings
from release.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The day of the release (YYYY-MM-DD) and where links lead; without ``repository`` nothing is linked."""

    date: str
    server_url: str
    repository: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A snapshot, the settled settings, the place, and who contributed as far as GitHub knows."""

    snapshot: Snapshot
    settings: Settings
    place: Place
    contributors: tuple[Contributor, ...] = ()

    def links(self, prior_tag: str, tag: str) -> Links:
        """Say where the links of the notes of ``tag`` lead."""
        return Links(
            server_url=self.place.server_url,
            repository=self.place.repository,
            prior_tag=prior_tag,
            tag=tag,
        )

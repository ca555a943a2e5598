"""The addresses of one local GitHub."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below ``root`` (``http://host:port``), laid out as on GitHub Enterprise Server."""

    root: str

    @property
    def api(self) -> str:
        """The REST API's base."""
        return f"{self.root}/api/v3"

    @property
    def uploads(self) -> str:
        """The base of asset uploads."""
        return f"{self.root}/api/uploads"

    @property
    def graphql(self) -> str:
        """The GraphQL endpoint."""
        return f"{self.root}/api/graphql"

    def repo(self, full_name: str) -> str:
        """A repository in the REST API."""
        return f"{self.api}/repos/{full_name}"

    def html(self, full_name: str) -> str:
        """A repository's page."""
        return f"{self.root}/{full_name}"

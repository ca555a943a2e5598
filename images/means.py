"""The doors that one run goes through, opened once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actionkit.context import Context
from actionkit.forge.client import Forge
from actionkit.git import Git
from actionkit.workflow import Workflow
from images.publish.registries import Registries


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """``url`` is the repository's address for git; ``environ`` are this step's variables."""

    context: Context
    workflow: Workflow
    environ: Mapping[str, str]
    git: Git
    url: str
    forge: Forge
    registries: Registries

"""What an image says about itself: OCI labels, the same as annotations, and what it was built from. Pure.

Keys: https://github.com/opencontainers/image-spec/blob/main/annotations.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from images.declared.document import Target
from images.inputs import Inputs
from images.state import FINGERPRINT, REVISION, Source

_OCI: Final = "org.opencontainers.image."


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about the project; empty where nobody said it."""

    repository_url: str
    description: str
    licenses: str


def image_labels(inputs: Inputs, source: Source, facts: Facts, target: Target) -> Mapping[str, str]:
    """Describe an image; what the project says itself wins, except where only the release knows."""
    offered = {
        f"{_OCI}title": target.image,
        f"{_OCI}description": facts.description or f"{target.image}, from {facts.repository_url}",
        f"{_OCI}url": facts.repository_url,
        f"{_OCI}licenses": facts.licenses,
    }
    fixed = {
        f"{_OCI}source": facts.repository_url,
        f"{_OCI}version": str(inputs.version),
        f"{_OCI}created": source.created,
        REVISION: source.commit,
        FINGERPRINT: fingerprint(inputs, source, target),
    }
    own = {key: value for key, value in target.labels.items() if value}
    return {key: value for key, value in {**offered, **own, **fixed}.items() if value}


def fingerprint(inputs: Inputs, source: Source, target: Target) -> str:
    """Name what decides an image's content: the commit, the folder's changes, what bake resolved."""
    parts = (source.commit, source.changes, target.fingerprint_source, *inputs.platforms)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()

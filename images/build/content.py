"""What of an image counts as its content. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from actionkit.registry.layout import Layout
from images.state import FINGERPRINT

Configuration = Mapping[str, object]
"""An image's configuration: https://github.com/opencontainers/image-spec/blob/main/config.md"""


def labels_of(configuration: Configuration) -> Mapping[str, str]:
    """Read the labels of an image."""
    config = configuration.get("config")
    labels = config.get("Labels") if isinstance(config, dict) else None
    return labels if isinstance(labels, dict) else {}


def contents_of(configurations: Iterable[Configuration]) -> tuple[str, ...]:
    """Name the content of an image for each of its platforms, sorted.

    A configuration lists the layers by the digests of what is in them. What does not run does not count: the
    history, the time, attestations, and the label that names what the image was built from. Two builds from
    other inputs may run the same.
    """
    return tuple(sorted(_content_of(configuration) for configuration in configurations))


def contents_of_layout(layout: Layout) -> tuple[str, ...]:
    """Name the content of an image that was built."""
    return contents_of(layout.configuration(image) for _, image in layout.images())


def _content_of(configuration: Configuration) -> str:
    running = {key: value for key, value in configuration.items() if key not in ("history", "created")}
    config = running.get("config")
    if isinstance(config, dict):
        labels = {name: value for name, value in labels_of(configuration).items() if name != FINGERPRINT}
        running["config"] = {**config, "Labels": labels}
    return f"sha256:{hashlib.sha256(json.dumps(running, sort_keys=True).encode()).hexdigest()}"

"""What forbids a publication before anything is built. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from actionkit.errors import ActionError
from images.declared.document import Declared
from images.state import Published, Snapshot, Source

_NAME: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
"""The last part of a repository: https://github.com/opencontainers/distribution-spec/blob/main/spec.md"""

_HOW_NAMED: Final = "an image's name is the last part of its first tag's repository, else the target's name"


def name_problems(declared: Declared) -> tuple[ActionError, ...]:
    """Find images that have no name a registry takes, or one name for several."""
    names: dict[str, list[str]] = {}
    for target in declared.targets:
        names.setdefault(target.image, []).append(target.name)
    return (*_unfit(names), *_shared(names))


def published_problems(snapshot: Snapshot, source: Source) -> tuple[ActionError, ...]:
    """Refuse version tags that are of another commit, or no longer whole."""
    published = (
        (state.repository, state.published)
        for states in snapshot.repositories.values()
        for state in states
        if isinstance(state.published, Published)
    )
    return tuple(problem for where, what in published for problem in _published(where, what, source))


def _unfit(names: dict[str, list[str]]) -> Iterator[ActionError]:
    for image, targets in names.items():
        if not _NAME.fullmatch(image):
            yield ActionError(
                f"{image!r} is no name for an image, and the target {targets[0]} would be published as that",
                why=f"{_HOW_NAMED}; it takes lower-case letters and digits, with single '.', '_', '__' or '-'"
                " between them",
                fix="give the target a tags entry with a name that fits",
            )


def _shared(names: dict[str, list[str]]) -> Iterator[ActionError]:
    for image, targets in names.items():
        if len(targets) > 1:
            yield ActionError(
                f"the targets {', '.join(targets)} would all be published as {image}",
                why=_HOW_NAMED,
                fix="give each target a tags entry of its own, or name the ones to publish in input targets",
            )


def _published(repository: str, published: Published, source: Source) -> Iterator[ActionError]:
    if published.gone:
        yield ActionError(
            f"{repository}:{published.tag} is broken",
            why=f"{published.digest} lists images that the registry does not have any more:"
            f" {', '.join(published.gone)}",
            fix="something deleted them; let the version be built and replaced",
            yaml="with:\n  overwrite: true",
        )
    elif published.revision != source.commit:
        yield ActionError(
            f"{repository}:{published.tag} exists with other content",
            why=f"it is {published.digest}, built from commit {published.revision or 'unknown'};"
            f" this release is commit {source.commit}",
            fix="release a new version; a published version is never replaced unless you insist",
            yaml="with:\n  overwrite: true",
        )

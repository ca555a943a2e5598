"""What BuildKit records about a build, beside the image. Pure.

Source: https://docs.docker.com/build/metadata/attestations/
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from images.declared.options import as_text

_PROVENANCE: Final = "type=provenance"
_USUAL: Final = f"{_PROVENANCE},mode=min"
_DISABLED: Final = "disabled=true"


class Attestations(StrEnum):
    """What the input may ask for."""

    PROVENANCE = "provenance"
    PROVENANCE_MAX = "provenance-max"
    SBOM = "sbom"
    NONE = "none"


def attestation_options(wanted: tuple[Attestations, ...], declared: Iterable[Any]) -> tuple[str, ...]:
    """Write what shall be recorded: what is ``wanted``, else what a target declares, at least provenance."""
    if not wanted:
        own = tuple(as_text(entry) for entry in declared)
        return own if any(_is_provenance(text) for text in own) else (_USUAL, *own)
    if Attestations.PROVENANCE_MAX in wanted:
        provenance = f"{_PROVENANCE},mode=max"
    elif Attestations.PROVENANCE in wanted:
        provenance = _USUAL
    else:
        provenance = f"{_PROVENANCE},{_DISABLED}"
    return (provenance, *(("type=sbom",) if Attestations.SBOM in wanted else ()))


def are_recorded(options: tuple[str, ...]) -> bool:
    """Tell whether anything is recorded: then even an image for one platform is an index."""
    return any(_DISABLED not in option.split(",") for option in options)


def _is_provenance(option: str) -> bool:
    return _PROVENANCE in option.split(",")

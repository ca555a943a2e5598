"""What BuildKit is told to record beside an image."""

from __future__ import annotations

from typing import Any

import pytest

from images.build.attestations import Attestations, are_recorded, attestation_options

MINIMAL, MAXIMAL, NONE = (f"type=provenance,{how}" for how in ("mode=min", "mode=max", "disabled=true"))
SBOM = {"type": "sbom", "generator": "scanner:1"}


@pytest.mark.parametrize(
    ("declared", "options", "recorded"),
    [
        ([], (MINIMAL,), True),
        ([MAXIMAL, "type=sbom"], (MAXIMAL, "type=sbom"), True),
        ([{"mode": "max", "type": "provenance"}], ("mode=max,type=provenance",), True),
        ([SBOM], (MINIMAL, "type=sbom,generator=scanner:1"), True),
        ([{"type": "provenance", "disabled": True}], (NONE,), False),
        ([NONE, {"type": "sbom", "disabled": "true"}], (NONE, "type=sbom,disabled=true"), False),
    ],
)
def test_what_a_target_declares_is_recorded(
    declared: list[Any], options: tuple[str, ...], recorded: bool
) -> None:
    written = attestation_options((), declared)
    assert (written, are_recorded(written)) == (options, recorded)


@pytest.mark.parametrize(
    ("wanted", "options", "recorded"),
    [
        ("provenance", (MINIMAL,), True),
        ("provenance-max sbom", (MAXIMAL, "type=sbom"), True),
        ("sbom", (NONE, "type=sbom"), True),
        ("none", (NONE,), False),
    ],
)
def test_the_input_wins(wanted: str, options: tuple[str, ...], recorded: bool) -> None:
    written = attestation_options(tuple(Attestations(word) for word in wanted.split()), [SBOM])
    assert (written, are_recorded(written)) == (options, recorded)

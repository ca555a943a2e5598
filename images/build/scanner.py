"""The scanner by which BuildKit lists an image's packages, and what its failures mean. Pure.

It is an image of its own, fetched when an SBOM is asked for. Source:
https://github.com/moby/buildkit/blob/master/docs/attestations/sbom-protocol.md
"""

from __future__ import annotations

import re
from typing import Final

from actionkit.errors import ActionError

_FETCHING: Final = re.compile(
    r"^ERROR: .*?(?P<image>\S*buildkit-syft-scanner[\w.-]*:[\w.-]+): (?P<reason>.*)$"
)
_STEP: Final = re.compile(r"^#(?P<step>\d+) \[[^\]]*\] generating sbom using (?P<image>\S+)$")
_FAILED: Final = re.compile(r"^#(?P<step>\d+) ERROR: ")
_OUTPUT: Final = re.compile(r"^#(?P<step>\d+) (?P<text>\d+\.\d+ .*)$")


def scanner_failures(lines: tuple[str, ...], target: str) -> tuple[ActionError, ...]:
    """Look in the log of a build that failed whether it was the scanner; ``target`` is empty for several."""
    fetching = [match for line in lines if (match := _FETCHING.match(line))]
    failed = {match["step"] for line in lines if (match := _FAILED.match(line))}
    running = [match for line in lines if (match := _STEP.match(line)) and match["step"] in failed]
    what = f"the packages of {f'the image {target}' if target else 'the images'} cannot be listed"
    if fetching:
        return (
            ActionError(
                what,
                why=f"the builder cannot fetch the scanner {fetching[-1]['image']}: {fetching[-1]['reason']}",
                fix="nothing was published; let the builder reach docker.io or a mirror, or leave sbom out",
                yaml="with:\n  attestations: provenance",
            ),
        )
    if running:
        written = (match for line in lines if (match := _OUTPUT.match(line)))
        said = [match["text"] for match in written if match["step"] == running[-1]["step"]]
        return (
            ActionError(
                what,
                why="\n".join((f"the scanner {running[-1]['image']} failed", *said)),
                fix="nothing was published; see what it says about the image, or leave sbom out",
                yaml="with:\n  attestations: provenance",
            ),
        )
    return ()

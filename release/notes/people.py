"""Who else made a commit: the co-authors that its trailers name."""

from __future__ import annotations

import re
from typing import Final

from release.commits.model import Commit

_CO_AUTHOR: Final = re.compile(
    r"^Co-authored-by:[ \t]*(?P<name>[^<\n]+?)[ \t]*<(?P<email>[^>\n]+)>", re.MULTILINE | re.IGNORECASE
)
# https://docs.github.com/en/account-and-profile/reference/email-addresses-reference#your-noreply-email-address
_NO_REPLY: Final = re.compile(
    r"(?:\d+\+)?(?P<login>[A-Za-z0-9-]+)@users\.noreply\.github\.com", re.IGNORECASE
)


def co_authors(commit: Commit) -> tuple[tuple[str, str], ...]:
    """Name and address of everybody whom the message names as a co-author."""
    return tuple((found["name"], found["email"]) for found in _CO_AUTHOR.finditer(commit.message))


def login_of(email: str) -> str:
    """The account that GitHub gave a no-reply address to, empty for any other address."""
    found = _NO_REPLY.fullmatch(email)
    return found["login"] if found else ""

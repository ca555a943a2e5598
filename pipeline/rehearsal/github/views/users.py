"""Accounts as JSON, and how a commit's e-mail address leads to one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable

from pipeline.rehearsal.github.gitstore import Person
from pipeline.rehearsal.github.links import Links
from pipeline.rehearsal.github.records import Json, User

_NOREPLY = re.compile(r"(?:\d+\+)?(?P<login>[A-Za-z0-9-]+(?:\[bot\])?)@users\.noreply\.github\.com")
_KNOWN_IDS = {"github-actions[bot]": 41898282, "web-flow": 19864447}


def user_id(login: str) -> int:
    """A number that stays the same for a login."""
    return _KNOWN_IDS.get(login, zlib.crc32(login.lower().encode()))


def node_id(kind: str, number: int | str) -> str:
    """An opaque id as GraphQL has it."""
    return f"{kind}_{number}"


def simple_user(login: str, links: Links) -> dict[str, Json]:
    """Describe an account (``simple-user``)."""
    api, html = f"{links.api}/users/{login}", f"{links.root}/{login}"
    return {
        "login": login,
        "id": user_id(login),
        "node_id": node_id("U", user_id(login)),
        "avatar_url": f"{html}.png",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{links.root}/apps/{login[:-5]}" if login.endswith("[bot]") else html,
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": "Bot" if login.endswith("[bot]") else "User",
        "user_view_type": "public",
        "site_admin": False,
    }


def public_user(login: str, links: Links, now: str) -> dict[str, Json]:
    """Describe the account that asks (``public-user``)."""
    empty = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    return {**simple_user(login, links), **empty, **counts, "created_at": now, "updated_at": now}


def login_of(person: Person, users: Iterable[User]) -> str:
    """Find the login behind a commit's author; empty when no account has the address."""
    if match := _NOREPLY.fullmatch(person.email):
        return match.group("login")
    return next((user.login for user in users if person.email in user.emails), "")

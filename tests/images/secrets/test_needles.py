"""The forms in which a secret is looked for."""

from __future__ import annotations

import base64
import json
import random
from urllib.parse import quote

import pytest

from images.secrets.needles import make_needles, telling_parts
from images.secrets.search import search_for

VALUE = 'pa&ss<"word>/1+2 é'
PRIVATE_KEY = """-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACBleGFtcGxlLWtleS10aGF0LW9wZW5zLW5vdGhpbmchIQAAAIg
-----END OPENSSH PRIVATE KEY-----
"""
ACCOUNT = """{
  "type": "service_account",
  "private_key_id": "1f2e3d4c5b6a79881f2e3d4c5b6a7988",
  "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs"
}"""
NPMRC = (
    "registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=correct-horse\nalways-auth=true\n"
)
SETTINGS = """<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">
  <servers>
    <server><password>Tr0ub4dor1and3</password></server>
  </servers>
</settings>"""
CERTIFICATE = (
    "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUJx\n-----END CERTIFICATE-----\nline-one\nproduction\n"
)


@pytest.mark.parametrize(
    "written",
    [
        VALUE,
        json.dumps({"a": VALUE}),
        json.dumps({"a": VALUE}, ensure_ascii=False),
        json.dumps(VALUE).replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e"),
        f"https://u:{quote(VALUE, safe='')}@example.org",
        *(base64.b64encode(f"{user}:{VALUE}".encode()).decode() for user in ("x", "xy", "xyz")),
        base64.urlsafe_b64encode(VALUE.encode()).decode(),
    ],
)
def test_a_value_is_found_however_it_is_written(written: str) -> None:
    assert search_for(make_needles([f"{VALUE}\n"])).finds(written.encode())


def test_a_long_value_is_found_in_base64_that_is_broken_into_lines() -> None:
    value = "".join(random.Random(1).choices("abcdef0123456789", k=200))  # noqa: S311 - no secret
    assert search_for(make_needles([value])).finds(base64.encodebytes(value.encode()))


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("just-one-line-1234", ()),
        (PRIVATE_KEY, ("QyNTUxOQAAACBleGFtcGxlLWtleS10aGF0LW9wZW5zLW5vdGhpbmchIQAAAIg",)),
        (ACCOUNT, ("1f2e3d4c5b6a79881f2e3d4c5b6a7988",)),
        (NPMRC, ("correct-horse",)),
        (SETTINGS, ("Tr0ub4dor1and3",)),
        (CERTIFICATE, ("line-one",)),
        ("machine git.example.com\n  login bot\n  password tulip-Window.rain", ("tulip-Window.rain",)),
        ("machine a login bot password tulip-Window.rain\nmachine b", ("tulip-Window.rain",)),
        ("machine a login bot password tulip-Window.rain", ("tulip-Window.rain",)),
        ("//npm.example.com/:_authToken tulip-Window.rain\nx=y", ("tulip-Window.rain",)),
        ("_authToken = tulip-Window.rain\nx=y", ("tulip-Window.rain",)),
        ("Accept: */*\nAuthorization: Bearer tulip-Window.rain", ("tulip-Window.rain",)),
        ('silent\nheader = "Authorization: Bearer tulip-Window.rain"', ("tulip-Window.rain",)),
        (
            "[global]\nindex-url = https://bot:tulip-Window.rain@pypi.example.com/simple",
            ("tulip-Window.rain",),
        ),
        ("postgres://bot:tulip%2DWindow@db.example.com/x", ("tulip%2DWindow", "tulip-Window")),
        ("https://bot:rain@example.com/simple", ("bot:rain",)),
        ('{"auths": {"a": {"auth": "Ym90OnR1bGlw", "email": "somebody"}}}', ("Ym90OnR1bGlw",)),
        ("<server>\n<password>tulip-Window.rain</password></server>", ("tulip-Window.rain",)),
        ("password = ${THE_PASSWORD}\nurl = https://bot:${THE_PASSWORD}@example.com\ntoken $TOKEN_OF_CI", ()),
        ("# the password is somewhere\nauth: https://example.com/auth\nsend no secret things to them", ()),
    ],
)
def test_of_a_value_only_what_is_in_no_other_file_is_looked_for(value: str, parts: tuple[str, ...]) -> None:
    assert telling_parts(value) == parts


@pytest.mark.parametrize("leaked", ["tulip-Window@rain", "tulip-Window%40rain"])
def test_a_password_within_an_address_is_found_as_it_is_written_and_as_it_is_meant(leaked: str) -> None:
    value = "https://bot:tulip-Window%40rain@example.com"
    assert search_for(make_needles([value])).finds(leaked.encode())


def test_what_is_short_is_not_looked_for() -> None:
    assert make_needles(["seven77", "a\nb\nc"]) == ()


@pytest.mark.parametrize("count", [1, 100])
def test_one_value_of_few_or_many_is_found_wherever_it_stands(count: int) -> None:
    numbers = random.Random(2)  # noqa: S311 - no secret
    values = tuple(numbers.randbytes(numbers.randint(8, 60)) for _ in range(count))
    search, noise = search_for(values), bytes(500)
    assert not search.finds(noise)
    assert all(search.finds(noise[:place] + value + noise) for value in values for place in range(9))

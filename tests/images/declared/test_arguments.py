"""Which build arguments are taken for secrets by their names."""

from __future__ import annotations

import json

import pytest

from images.declared.arguments import check_arguments, looks_secret
from images.declared.document import read_declared

SECRET = """
    NPM_TOKEN GITHUB_TOKENS githubToken GITHUB_PAT API_KEY APIKEY APIKey SSH_KEY DEPLOY_KEY SIGNING_KEY
    NPM_AUTH AUTH DOCKER_AUTH_CONFIG DB_PASS DB_PWD DB_PASSWORD HOST_PASSWORD PASSPHRASE JWT SECRET_KEY_BASE
    secret_message NPM_TOKEN_2 CARGO_REGISTRY_TOKEN client-secret
    PGPASSWORD MYSQLPASSWORD SECRETKEYBASE NPMTOKEN AZURE_PRIMARY_KEY
"""
OPEN = """
    TOKEN_ADDRESS TOKEN_CONTRACT NEXT_PUBLIC_TOKEN PUBLIC_KEY MAX_TOKEN_COUNT MAX_TOKENS NPM_TOKEN_FILE PWD
    TOKENIZER PASSWORDLESS KEYRING KEY_VERSION AUTH_URL ACCESS_KEY_ID AUTHOR COMPASS MONKEY
    CARGO_REGISTRIES_X_INDEX PASS_RATE SKIP_AUTH PRIMARY_KEY SECRETARY TOKENS_PATH
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_a_name_with_a_secret_s_word_looks_like_a_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", OPEN.split())
def test_a_name_that_only_speaks_of_one_does_not(name: str) -> None:
    assert not looks_secret(name)


def test_arguments_of_images_and_of_what_they_build_upon_are_refused_unless_somebody_vouches_for_them() -> (
    None
):
    document = {
        "group": {"default": {"targets": ["app"]}},
        "target": {
            "app": {"contexts": {"base": "target:base"}, "args": {"COLOR": "red", "SECRET_SANTA": "ada"}},
            "base": {"args": {"NPM_TOKEN": "abc", "DB_PASS": "", "ENABLE_AUTH": "true", "KEY": None}},
        },
    }
    declared = read_declared(json.dumps(document).encode())
    found = {
        public: [error.what for error in check_arguments(declared, public)]
        for public in ((), ("SECRET_SANTA",))
    }
    on_base = "the build argument NPM_TOKEN of the target base looks like a secret"
    assert found == {
        (): ["the build argument SECRET_SANTA of the target app looks like a secret", on_base],
        ("SECRET_SANTA",): [on_base],
    }

"""Options as bake prints them, as text or as objects."""

from __future__ import annotations

from images.declared.options import as_text, fields


def test_text_and_objects_are_read_alike() -> None:
    written = {"type": "gha", "scope": "x", "ignore-error": "true"}
    assert fields("type=gha,scope=x,ignore-error=true") == written
    assert fields({"type": "gha", "scope": "x", "ignore-error": True}) == written
    assert fields("ghcr.io/acme/cache") == {}


def test_an_object_is_written_as_buildkit_takes_it() -> None:
    assert (
        as_text({"type": "gha", "mode": "max", "ignore-error": True}) == "type=gha,mode=max,ignore-error=true"
    )
    assert as_text("ghcr.io/acme/cache") == "ghcr.io/acme/cache"

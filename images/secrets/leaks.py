"""Search what was built for secret values before any of it leaves the machine.

A secret mount leaves nothing in an image, but a Dockerfile may copy its value, and ``COPY . .`` takes the
``.git/config`` in which actions/checkout keeps the job's token.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from actionkit.errors import ActionError
from actionkit.registry.layout import Layout
from actionkit.registry.oci import Descriptor
from images.secrets.needles import make_needles
from images.secrets.search import Search, search_for
from images.secrets.unpacked import open_layer, without_zstd

_SHOWN: Final = 200
_SUBJECT: Final = "subject.name"
_STRING: Final = re.compile(rb'(?P<text>"(?:[^"\\]|\\.)*")(?P<is_key>\s*:)?')
"""A text of a JSON document; one before a colon is a key."""

_FIX: Final = (
    "nothing was published; use RUN --mount=type=secret, write its value into no file,"
    " and keep .git out of the image with a .dockerignore; if everybody may read the value,"
    " write the secret's id into input public-secrets"
)
_OF_A_BASE: Final = (
    "; a layer that your Dockerfile does not make comes with its base image: take another one,"
    " or another value if this one is no secret there"
)


def find_leaks(
    name: str, layout: Layout, secrets: Iterable[str], ours: frozenset[str] = frozenset()
) -> tuple[ActionError, ...]:
    """Find secret values in manifests, configurations, attestations and the files of every layer.

    ``secrets`` are values; their usual encodings are looked for too (needles.py). A layer is named
    with the instruction that made it. What is found within texts of ``ours``, such as the repository's name
    in a label, or in the name that an attestation gives the image is no leak: everybody reads it there.
    """
    search = search_for(make_needles(secrets))
    if not search.needles:
        return ()
    texts = ((place, _FIX) for place in dict.fromkeys(_in_texts(layout, search, ours)))
    layers = ((place, f"{_FIX}{_OF_A_BASE}") for place in _in_layers(layout, search))
    return tuple(
        ActionError(f"a secret is in the image {name}", why=f"its value stands in {place}", fix=fix)
        for place, fix in (*texts, *layers)
    )


def _in_texts(layout: Layout, search: Search, ours: frozenset[str]) -> Iterator[str]:
    for place, whole in _texts(layout):
        known = ours | {text for key, text in _strings(whole) if key == _SUBJECT}
        data = _without(whole, known)
        strings = tuple((key, text) for key, text in _strings(data) if text)
        if search.finds(data) or search.finds(_bytes("\0".join(text for _, text in strings))):
            keys = (key for key, text in strings if search.finds(_bytes(text)))
            key = search.without(next(keys, ""))
            yield f"{place} ({key})" if key else place


def _without(data: bytes, texts: frozenset[str]) -> bytes:
    """Empty the strings of a JSON document that are one of ``texts``, however they are escaped."""

    def emptied(match: re.Match[bytes]) -> bytes:
        try:
            is_known = not match["is_key"] and json.loads(match["text"]) in texts
        except ValueError:
            return match[0]
        return b'""' if is_known else match[0]

    return _STRING.sub(emptied, data)


def _texts(layout: Layout) -> Iterator[tuple[str, bytes]]:
    yield "the manifest", layout.root.raw
    for platform, image in layout.images():
        yield f"the manifest for {platform}", image.raw
        yield f"the configuration or history for {platform}", layout.blob(image.config)
    for attestation in layout.attestations():
        for statement in attestation.layers:
            yield "the provenance or SBOM", layout.blob(statement)


def _strings(data: bytes) -> Iterator[tuple[str, str]]:
    """List every text of a document as it is meant, keys too, with its place: ``config.Env``."""
    try:
        document = json.loads(data)
    except ValueError:
        return
    todo: list[tuple[tuple[str, ...], Any]] = [((), document)]
    while todo:
        path, value = todo.pop()
        match value:
            case str():
                yield ".".join(path[:2]), value
            case list():
                todo += [(path, entry) for entry in value]
            case dict():
                todo += [((*path, key), entry) for key, entry in value.items()]
                yield from ((".".join((*path, key)[:2]), key) for key in value)


def _in_layers(layout: Layout, search: Search) -> Iterator[str]:
    made_by = _instructions(layout)
    layers = {layer.digest: layer for _, image in layout.images() for layer in image.layers}
    with TemporaryDirectory(dir=layout.folder.parent) as folder:
        for layer, path in without_zstd(layout, tuple(layers.values()), Path(folder)):
            with open_layer(path) as stream:
                found = search.finds_in(stream)
            if found:
                yield _described(layer, _file(path, search), made_by.get(layer.digest, ""), search)


def _described(layer: Descriptor, file: str, instruction: str, search: Search) -> str:
    place = f" ({search.without(file)})" if file else ""
    origin = f", made by: {search.without(instruction)[:_SHOWN]}" if instruction else ""
    return f"the files of layer {layer.digest}{place}{origin}"


def _instructions(layout: Layout) -> dict[str, str]:
    """Map each layer to the instruction that the history says made it."""
    found: dict[str, str] = {}
    for _, image in layout.images():
        history = layout.configuration(image).get("history")
        entries = [entry for entry in history if isinstance(entry, dict)] if isinstance(history, list) else []
        made = [str(entry.get("created_by") or "") for entry in entries if not entry.get("empty_layer")]
        if len(made) == len(image.layers):
            found |= {layer.digest: text for layer, text in zip(image.layers, made, strict=True)}
    return found


def _file(path: Path, search: Search) -> str:
    """Name the file of a layer that holds a secret; nothing where none alone does."""
    try:
        with open_layer(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content and search.finds_in(content):
                    return member.name
    except tarfile.TarError:
        return ""
    return ""


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")

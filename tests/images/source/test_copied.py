"""What of its context a Dockerfile takes."""

from __future__ import annotations

import pytest

from images.source.copied import ALL, taken_by


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("FROM scratch\nCOPY api.txt /\n", {"api.txt"}),
        (
            "FROM a AS b\ncopy --chown=1:1 --link ./src/ Cargo.toml /w/\r\nADD /x/../y.tar /\r\n",
            {"src", "Cargo.toml", "y.tar"},
        ),
        ('COPY ["src", "lib/x", "/"]', {"src", "lib/x"}),
        ("COPY\tsrc\t/", {"src"}),
        ("COPY a \\\n  # a comment \\\n\n  b \\\n  /\nUSER x", {"a", "b"}),
        ("RUN echo \\\\\nCOPY a /", {"a"}),
        ("COPY --from=build / /", set()),
        ("COPY --from= src /", {"src"}),
        ("RUN make --mount=type=bind", set()),
        ("RUN --mount=type=cache,target=/c --mount=type=secret,id=t make", set()),
        ("RUN --mount=type=bind,from=build,target=/b make", set()),
        ("RUN --mount=type=bind,source=Cargo.toml,target=Cargo.toml make", {"Cargo.toml"}),
        ("RUN --network=none --mount=target=/src make", {ALL}),
        ("RUN --mount=type=bind,from=,target=/src make", {ALL}),
        ("RUN --mount=type=$TYPE,target=/src make", {ALL}),
        ("RUN --mount=type=cache,target=/c \\\n --mount=target=. make", {ALL}),
        ("# syntax=docker/dockerfile:1.7\nFROM scratch", set()),
        ("# syntax=acme/own:1\nFROM scratch", {ALL}),
        ("# escape=`\nFROM scratch", {ALL}),
        ("COPY . /", {ALL}),
        ("COPY ../.. /", {ALL}),
        ("COPY src/.. /", {ALL}),
        ("COPY $WHAT /", {ALL}),
        ("COPY te*s /", {ALL}),
        ("COPY [a-z] /", {ALL}),
        ('COPY "a b" /', {ALL}),
        ("COPY <<EOF /x\nCOPY\nEOF", {ALL}),
        ("RUN <<EOF\nmake\nEOF", {ALL}),
        ("COPY --from=b <<EOF /x\nmake \\\nEOF\nCOPY src /", {ALL}),
        ("RUN --mount=source=a,src=b,target=/x make", {"a", "b"}),
        ("COPY src", {ALL}),
        ("COPY", {ALL}),
        ("ONBUILD COPY a /", {ALL}),
        ("INCLUDE other\nFROM scratch", {ALL}),
    ],
)
def test_what_is_not_plainly_known_takes_all(text: str, taken: set[str]) -> None:
    assert taken_by(text) == taken

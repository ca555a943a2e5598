"""What a ``.dockerignore`` keeps out of a build context."""

from __future__ import annotations

import pytest

from images.source.ignored import is_left_out, read_rules


@pytest.mark.parametrize(
    ("text", "path", "left_out"),
    [
        ("", "a", False),
        ("# a\n\n!\n", "a", False),
        ("a", "a", True),
        ("/a/", "a/b/c", True),
        ("./a", "a", True),
        ("a", "b/a", False),
        ("**/a", "b/c/a", True),
        ("**/a", "a", True),
        ("a/**", "a/b", True),
        ("*.bin", "model.bin", True),
        ("*.bin", "data/model.bin", False),
        ("**/*.bin", "data/model.bin", True),
        ("data/*", "data/model.bin", True),
        ("mode?.bin", "model.bin", True),
        ("mode[a-m].bin", "model.bin", True),
        ("mode[a-k].bin", "model.bin", False),
        ("a.b", "axb", False),
        (r"a\*", "a*", True),
        ("*\n!src", "src/main.rs", False),
        ("*\n!src", "vendor/sub", True),
        ("!src\n*", "src", True),
        ("*\n!vendor/sub/include", "vendor/sub", False),
        ("*\n!vendor/*/include", "vendor/sub", False),
        ("*\n!vendor/other/include", "vendor/sub", True),
        ("*\n!**/*.h", "vendor/sub", False),
        ("vendor\n!**/*.h\nvendor/sub", "vendor/sub", True),
        ("[]", "a", False),
        ("[z-a]\na", "a", True),
        ("a\n![z-a]", "a", False),
    ],
)
def test_the_last_line_about_a_path_decides(text: str, path: str, left_out: bool) -> None:
    assert is_left_out(path, read_rules(text)) is left_out

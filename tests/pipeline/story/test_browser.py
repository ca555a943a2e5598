"""The page in a real browser, opened from the disk."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pipeline.rehearsal.story.model import Release, Story
from pipeline.rehearsal.story.page import write_page

pytestmark = pytest.mark.browser

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

Browse = Callable[..., str]


@pytest.fixture
def browse(need: Callable[[str], str], tmp_path: Path) -> Browse:
    """Open a file with more flags, and return what the browser prints."""
    browser = need("chromium")

    def open_file(path: Path, *flags: str) -> str:
        profile = tmp_path / f"profile-{len(list(tmp_path.iterdir()))}"
        profile.mkdir()
        argv = (browser, *_FLAGS, f"--user-data-dir={profile}", *flags, path.as_uri())
        return subprocess.run(argv, check=True, capture_output=True, timeout=60).stdout.decode()

    return open_file


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server's address, and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_the_browser_shows_version_images_and_timeline(
    story: Story, browse: Browse, tmp_path: Path, read_page: Callable[[str], Any]
) -> None:
    page = read_page(browse(write_page(story, tmp_path / "rehearsal.html"), "--dump-dom"))
    assert "v0.5.0 minor 1f6b2a9 is breaking" in page.text
    assert "kms-server 0.5.0 0.5 latest sha256:8d0f7a11c28d 31.4 MB +1.2 MB" in page.text
    assert sum(tag == "rect" for tag, _ in page.elements) == len(story.spans)


@pytest.mark.parametrize("flags", [(), ("--blink-settings=preferredColorScheme=0",)])
def test_the_browser_draws_it(story: Story, browse: Browse, tmp_path: Path, flags: tuple[str, ...]) -> None:
    picture = tmp_path / "page.png"
    browse(
        write_page(story, tmp_path / "rehearsal.html"),
        f"--screenshot={picture}",
        "--window-size=1280,4000",
        *flags,
    )
    assert size(picture.read_bytes()) == (1280, 4000)
    assert picture.stat().st_size > 100_000  # an empty page of that size takes a twentieth of it


def test_the_browser_asks_nobody_for_anything(
    hostile_story: Story, browse: Browse, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    address, asked = listener
    assert isinstance(hostile_story.release, Release)
    markup = f'![a]({address}/1.png) <img src="{address}/2.png"> <script src="{address}/3.js"></script>'
    release = replace(hostile_story.release, notes=f"{markup}\n\n{markup}\n", title=markup)
    story = replace(hostile_story, release=release, title=f'"><link rel=stylesheet href="{address}/4.css">')
    dom = browse(write_page(story, tmp_path / "rehearsal.html"), "--dump-dom")
    assert f"{address}/1.png" in dom
    assert asked == []


def test_the_listener_would_have_noticed(
    browse: Browse, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    address, asked = listener
    page = tmp_path / "fetching.html"
    page.write_text(f'<img src="{address}/1.png">', "utf-8")
    browse(page, "--dump-dom")
    assert asked == ["/1.png"]


def size(png: bytes) -> tuple[int, ...]:
    """Width and height of a PNG (https://www.w3.org/TR/png-3/#11IHDR)."""
    return struct.unpack(">II", png[16:24])

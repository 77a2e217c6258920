"""The phone's page in Chromium: opened from a folder that `python -m convert --web` wrote, and asked to read."""

import base64
import functools
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect, sync_playwright

from edge_app.web.access import Access
from edge_app.web.phone import KINDS, phone_app
from edge_app.web.server import WebServer

from .browser import FLAGS, PATIENCE_MS
from .parts import find_program

# In bytes sent to the page at once.
CHUNK = 1000
READ = """async ([site, encoded]) => {
  const { readPicture } = await import(`${site}photo.js`);
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const page = await readPicture(new Blob([bytes]));
  URL.revokeObjectURL(page.address);
  const digit = ({ label, confidence, guess, box }) => ({ label, confidence, guess, box });
  const lines = page.lines.map(({ text, digits }) => ({ text, digits: digits.map(digit) }));
  return { lines, width: page.width, height: page.height, latency_ms: page.latency_ms };
}"""
CLASSIFY = """async ([site, encoded]) => {
  const { ask } = await import(`${site}client.js`);
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const images = Array.from({ length: bytes.length / 784 }, (_, at) => bytes.slice(784 * at, 784 * (at + 1)));
  return ask("images", { images });
}"""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The site's address, on this machine alone."""
    server = WebServer(phone_app(site, Access()), "127.0.0.1", 0)
    server.start()
    try:
        yield server.url
    finally:
        server.close()


class _PlainHandler(SimpleHTTPRequestHandler):
    def guess_type(self, path: str | os.PathLike[str]) -> str:
        """As every host's: a browser runs nothing else as a script."""
        return KINDS.get(Path(path).suffix) or super().guess_type(path)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def hosted(site: Path) -> Iterator[str]:
    """The site's address on a plain static host, which sends no policy of its own."""
    handler = functools.partial(_PlainHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@contextmanager
def opened(site: Path) -> Iterator["PhonePage"]:
    """The page in a Chromium of its own, its networks loaded."""
    with served(site) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_program("chromium"), args=FLAGS, timeout=5 * PATIENCE_MS
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_default_timeout(5 * PATIENCE_MS)
        page.goto(url, wait_until="domcontentloaded")
        wait_until_ready(page)
        yield PhonePage(page, url)
        browser.close()


def wait_until_ready(page: Page) -> None:
    """The networks are loaded."""
    expect(page.locator("#state-text")).to_have_text(re.compile("^Ready"), timeout=5 * PATIENCE_MS)


class PhonePage:
    """Asks an opened page, as its own buttons do.

    Args:
        page: in the browser.
        url: its address.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._url = page, url

    def read(self, picture: bytes) -> dict[str, Any]:
        """An image file's page, as `edge_app read --json` has it."""
        record: dict[str, Any] = self.page.evaluate(READ, [self._url, base64.b64encode(picture).decode()])
        return record

    def classify(self, images: NDArray[np.uint8]) -> dict[str, NDArray[np.int64]]:
        """The best digit of each image, uint8 (N, 28, 28), by both networks: int64 (N,) for "int8" and "float32"."""
        parts = [
            self.page.evaluate(CLASSIFY, [self._url, base64.b64encode(part.tobytes()).decode()])
            for part in np.array_split(images, max(1, -(-len(images) // CHUNK)))
        ]
        return {kind: np.array([digit for part in parts for digit in part[kind]]) for kind in ("int8", "float32")}

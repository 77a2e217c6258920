"""A real browser for tests: Debian's Chromium."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .parts import find_program, require

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# A busy machine takes its time.
PATIENCE_MS = 60_000
PHONE, DESKTOP = (375, 700), (1280, 800)

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without its talk to the outside."""
    require(["chromium"])
    expect.set_options(timeout=PATIENCE_MS)
    program = find_program("chromium")
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=program, args=FLAGS) as opened:
        yield opened


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens pages; whatever goes wrong in their scripts, or breaks the content policy, fails the test at its end."""
    troubles: list[str] = []
    contexts = []

    def open_page(url: str, size: tuple[int, int], **options: Any) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.goto(url, wait_until="domcontentloaded")
        return page

    yield open_page
    for context in contexts:
        context.close()
        # The network's own refusals are told in the console too.
    assert [each for each in troubles if not each.startswith("Failed to load resource")] == []

"""The review page in Chromium, by the keyboard alone, and who may see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from starlette.testclient import TestClient

from edge_app.review.archive import ArchiveReview
from edge_app.review.corrections import Corrections
from edge_app.web.access import Access
from edge_app.web.review import create_review_app
from edge_app.web.server import WebServer

from ...browser import DESKTOP, PHONE, Visit, browser, visit
from ..review.drawn import make_result, open_result

__all__ = ["browser", "visit"]


@pytest.fixture
def review(tmp_path: Path) -> Iterator[ArchiveReview]:
    """Of three sheets, two fields each."""
    result = make_result(tmp_path, 3)
    opened = ArchiveReview(result, Corrections(result.corrections))
    yield opened
    opened.close()


@pytest.fixture
def server(review: ArchiveReview) -> Iterator[WebServer]:
    """Of the page alone, on loopback."""
    opened = WebServer(create_review_app(review, Access()), "127.0.0.1", 0)
    opened.start()
    yield opened
    opened.close()


def said(folder: Path) -> list[tuple[str, str | None]]:
    """What is on disk."""
    return [(each.field, each.text) for each in Corrections(open_result(folder).corrections).all()]


def asks(page: Tab, sheet: int, field: str) -> None:
    """Waits until a field is asked for, its picture is there, and the keyboard is in the box."""
    expect(page.locator("#where")).to_contain_text(f"sheet{sheet:03d}.png")
    expect(page.locator("#field")).to_have_text(field)
    expect(page.locator("#ink")).to_be_visible()
    expect(page.locator("#text")).to_be_focused()


def test_by_keyboard_alone(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """Take, correct, leave for later, go back, blank, unreadable, take back: each is on disk before the next field."""
    page = visit(server.url, PHONE)
    asks(page, 0, "code")
    expect(page.locator("#text")).to_have_value("10009")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.keyboard.type("10007")
    page.keyboard.press("Enter")
    asks(page, 0, "pieces")
    assert said(tmp_path) == [("code", "10007")]
    page.keyboard.press("Enter")
    asks(page, 1, "code")
    page.keyboard.press("Tab")
    asks(page, 1, "pieces")
    assert said(tmp_path) == [("code", "10007"), ("pieces", "111")]
    page.keyboard.press("Shift+Tab")
    asks(page, 1, "code")
    page.keyboard.press("b")
    asks(page, 1, "pieces")
    page.keyboard.press("?")
    asks(page, 2, "code")
    assert said(tmp_path)[2:] == [("code", ""), ("pieces", None)]
    page.keyboard.press("z")
    asks(page, 1, "pieces")
    page.keyboard.type("149")
    page.keyboard.press("Tab")
    asks(page, 2, "code")
    assert said(tmp_path)[2:] == [("code", ""), ("pieces", "149")]
    expect(page.locator("#count")).to_have_text("2 to look at, 4 done")
    page.keyboard.press("Enter")
    asks(page, 2, "pieces")
    page.keyboard.press("Enter")
    expect(page.locator("#none-text")).to_have_text("All is looked at.")
    assert len(said(tmp_path)) == 6


def test_what_the_rules_forbid_takes_a_second_enter(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """Nothing is kept before; other digits are a new first one. An empty box is not taken for an answer."""
    page = visit(server.url, DESKTOP)
    asks(page, 0, "code")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_contain_text("Type what stands there")
    for text in ("12", "123"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.locator("#outcome")).to_contain_text(f"got {text}; correct it, or press Enter again")
        expect(page.locator("#outcome")).to_have_css("color", "rgb(179, 38, 30)")
    assert said(tmp_path) == []
    page.keyboard.press("Enter")
    asks(page, 0, "pieces")
    assert said(tmp_path) == [("code", "123")]


def test_what_is_typed_ahead_is_for_the_next_field(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """However long the answer before it takes."""
    page = visit(server.url, DESKTOP)
    asks(page, 0, "code")
    page.keyboard.type("10007\n112\n\n")
    asks(page, 1, "pieces")
    assert said(tmp_path) == [("code", "10007"), ("pieces", "112"), ("code", "20014")]


def test_a_reload_goes_on_where_it_was_and_an_app_that_is_away_loses_nothing(
    visit: Visit, server: WebServer, tmp_path: Path
) -> None:
    """The page says that the answer is not kept, and stays at its field."""
    page = visit(server.url, DESKTOP)
    asks(page, 0, "code")
    page.keyboard.press("Enter")
    asks(page, 0, "pieces")
    page.reload()
    asks(page, 0, "pieces")
    server.close()
    page.keyboard.type("112")
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_contain_text("Not kept: no connection to the app")
    expect(page.locator("#text")).to_have_value("112")
    assert said(tmp_path) == [("code", "10009")]


def test_strangers_see_nothing(review: ArchiveReview) -> None:
    """The same rules as for the live page: this machine's names, or a token; no POST from another site."""
    with TestClient(create_review_app(review, Access()), base_url="http://evil.example") as stranger:
        assert stranger.get("/api/review").status_code == 421
    with TestClient(create_review_app(review, Access("a-token-of-the-tests")), base_url="http://pi.local") as client:
        assert client.get("/").status_code == 401
        assert client.get("/review.csv").status_code == 401
        answer = client.post(
            "/api/review/0-0-0?text=1", headers={"Authorization": "Bearer a-token-of-the-tests", "Origin": "http://x"}
        )
        assert answer.status_code == 403
    assert review.done == 0

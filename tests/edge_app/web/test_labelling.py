"""The page on which crops are labelled, through its API and in Chromium."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect
from starlette.testclient import TestClient

from edge_app.collect.folder import read_crops
from edge_app.collect.queue import CropQueue, WaitingCrop
from edge_app.live.state import LiveState
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.info import Info
from edge_app.web.server import WebServer

from ..pages import write
from .feed import make_reader
from .test_browser import DESKTOP, PHONE, Visit, browser, visit

__all__ = ["browser", "visit"]


@pytest.fixture
def crops(tmp_path: Path) -> CropQueue:
    """Four crops, of 1, 4, 7 and a scribble."""
    queue = CropQueue(tmp_path / "digits", "ann")
    for number, text in enumerate("147#"):
        image = write(np.zeros((28, 28), np.uint8), text, (5, 24), 20, 255)
        raw = 255 - cv2.resize(image, (56, 56))
        crop_id = hashlib.sha256(image.tobytes()).hexdigest()[:16]
        known = WaitingCrop(crop_id, (1, 9, 7, 8)[number], 0.6, "unsure", number, "ab", (1, 2, 3, 4), (640, 480), "12")
        queue.add(known, image, np.asarray(raw, np.uint8))
    return queue


@pytest.fixture
def client(crops: CropQueue) -> TestClient:
    """A client of an app that collects."""
    app = create_app(LiveState(), make_reader, Access(), Info("", ""), crops=crops)
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def server(crops: CropQueue) -> Iterator[WebServer]:
    """The same on a real socket."""
    opened = WebServer(create_app(LiveState(), make_reader, Access(), Info("", ""), crops=crops), "127.0.0.1", 0)
    opened.start()
    yield opened
    opened.close()


def labels(folder: Path) -> list[int]:
    """The labels that teaching would read."""
    return sorted(crop.label for crop in read_crops(folder / "digits"))


def test_crops_are_listed_labelled_and_taken_back(client: TestClient, tmp_path: Path) -> None:
    """By hand, as the page does it."""
    listed = client.get("/api/crops").json()
    assert (listed["waiting"], listed["labelled"], [crop["guess"] for crop in listed["crops"]]) == (4, 0, [1, 9, 7, 8])
    first = listed["crops"][0]["id"]
    assert client.get(f"/crops/{first}.png").content.startswith(b"\x89PNG")
    assert client.post(f"/api/crops/{first}/1").json() == {"labelled": 1}
    assert labels(tmp_path) == [1]
    assert client.post("/api/crops/undo").json() == {"id": first, "labelled": 0}
    assert client.post("/api/crops/undo").json()["labelled"] == 0
    assert labels(tmp_path) == []


def test_what_is_wrong_is_said(client: TestClient) -> None:
    """Unknown crops, labels that are none, another label meanwhile; no path leads out."""
    first = client.get("/api/crops").json()["crops"][0]["id"]
    assert client.post(f"/api/crops/{'0' * 16}/4").status_code == 409
    assert client.post(f"/api/crops/{first}/12").status_code == 409
    client.post(f"/api/crops/{first}/1")
    assert "labelled 1" in client.post(f"/api/crops/{first}/2").json()["error"]
    for path in ("/crops/..%2f..%2fpyproject.png", f"/crops/{'0' * 16}.png", "/crops/x.png"):
        assert client.get(path).status_code == 404
    assert client.post(f"/api/crops/{first}/1", headers={"Origin": "http://elsewhere"}).status_code == 403


def test_many_at_once_lose_nothing(client: TestClient, tmp_path: Path) -> None:
    """Four tabs label the same four crops alike: each crop has one label."""
    listed = [crop["id"] for crop in client.get("/api/crops").json()["crops"]]

    def tab() -> None:
        for number, crop_id in enumerate(listed):
            assert client.post(f"/api/crops/{crop_id}/{number}").status_code == 200

    threads = [threading.Thread(target=tab) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert labels(tmp_path) == [0, 1, 2, 3]


def test_without_collecting_there_is_no_page() -> None:
    """It is off unless asked for."""
    app = create_app(LiveState(), make_reader, Access(), Info("", ""))
    assert TestClient(app, base_url="http://localhost").get("/label").status_code == 404


def test_the_keyboard_labels_all(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """Enter takes a right guess, a digit mends a wrong one, x is no digit, z takes back, and a reload loses nothing."""
    page = visit(server.url + "label", DESKTOP)
    expect(page.locator("#crops li")).to_have_count(4)
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("3 to do, 1 done")
    page.keyboard.press("4")
    expect(page.locator("#count")).to_have_text("2 to do, 2 done")
    page.reload()
    expect(page.locator("#count")).to_have_text("2 to do, 2 done")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(page.locator("#count")).to_have_text("1 to do, 3 done")
    page.keyboard.press("z")
    expect(page.locator("#count")).to_have_text("2 to do, 2 done")
    page.keyboard.press("x")
    expect(page.locator("#count")).to_have_text("1 to do, 3 done")
    page.keyboard.press("7")
    expect(page.locator("#none")).to_be_visible()
    assert labels(tmp_path) == [1, 4, 7, 10]


def test_a_phone_labels_with_its_thumbs(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """Keys on the page, no scrolling sideways."""
    page = visit(server.url + "label", PHONE)
    expect(page.locator("#crops li")).to_have_count(4)
    page.locator("#keys").get_by_role("button", name="1", exact=True).click()
    expect(page.locator("#count")).to_have_text("3 to do, 1 done")
    page.locator("#keys").get_by_role("button", name="no digit").click()
    expect(page.locator("#count")).to_have_text("2 to do, 2 done")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    page.screenshot(path=str(tmp_path / "phone.png"))
    assert labels(tmp_path) == [1, 10]

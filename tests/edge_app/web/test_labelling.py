"""The page on which crops are labelled, through its API and in Chromium."""

import hashlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from starlette.testclient import TestClient

from edge_app import DigitClassifier
from edge_app.bench.sample_page import ROWS, draw_page
from edge_app.cameras.files import FileCamera
from edge_app.collect.collector import Collector
from edge_app.collect.folder import read_crops
from edge_app.collect.queue import CropQueue
from edge_app.collect.waiting import WaitingCrop
from edge_app.errors import LabelledFolderError
from edge_app.live.photographs import Photographs
from edge_app.live.state import LiveState
from edge_app.page.drawing import save_image
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.info import Info
from edge_app.web.server import WebServer

from ...browser import DESKTOP, PHONE, Visit, browser, visit
from ...mosquitto import wait_until
from ..collect.sheets import filled, photographed
from ..pages import write
from .feed import Feed, make_reader

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
    app = create_app(LiveState(), make_reader, Access(), Info("", ""), collector=Collector(crops))
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def server(crops: CropQueue) -> Iterator[WebServer]:
    """The same on a real socket."""
    app = create_app(LiveState(), make_reader, Access(), Info("", ""), collector=Collector(crops))
    opened = WebServer(app, "127.0.0.1", 0)
    opened.start()
    yield opened
    opened.close()


def labels(folder: Path) -> list[int]:
    """The labels that fine-tuning would read."""
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


def test_damaged_files_are_no_bug_of_the_app(client: TestClient, tmp_path: Path) -> None:
    """Whatever a card made of the records, the page lists, labels and takes back."""
    first, second, third, fourth = (crop["id"] for crop in client.get("/api/crops").json()["crops"])
    folder = tmp_path / "digits"
    for crop_id, content in ((third, '{"time_s": "today", "box": null}'), (fourth, "")):
        (folder / "unlabelled" / f"{crop_id}.known").write_text(content)
    assert client.post(f"/api/crops/{first}/1").json() == {"labelled": 1}
    (folder / "labelled" / f"{first}.json").write_text("[]")
    assert [crop["id"] for crop in client.get("/api/crops").json()["crops"]] == [second]
    assert client.post(f"/api/crops/{second}/4").json() == {"labelled": 2}
    assert client.post(f"/api/crops/{first}/2").status_code == 409
    assert [client.post("/api/crops/undo").json()["id"] for _ in range(3)] == [second, first, None]


def test_a_writer_with_enough_gets_no_more(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by labels nor by sheets, in words; a browser cannot fill the card."""
    monkeypatch.setattr("edge_app.collect.folder.MAX_OF_WRITER", 1)
    first, second, *_ = (crop["id"] for crop in client.get("/api/crops").json()["crops"])
    client.post(f"/api/crops/{first}/1")
    photo = cv2.imencode(".png", photographed(filled()))[1].tobytes()
    refused = [
        client.post(f"/api/crops/{second}/4"),
        client.post("/api/sheet", content=photo, headers={"Content-Type": "image/png"}),
    ]
    for answer in refused:
        assert answer.status_code == 507
        assert "expected at most 1 labelled crops of ann, got 1 and" in answer.json()["error"]
        assert "another --to DIR" in answer.json()["error"]
    assert labels(tmp_path) == [1]


def send_page(client: TestClient) -> Any:
    """What the page of ten digits reads as."""
    photo = cv2.imencode(".png", draw_page((1280, 960)))[1].tobytes()
    return client.post("/api/read", content=photo, headers={"Content-Type": "image/png"}).json()


def test_a_digit_of_a_photo_is_fixed(client: TestClient, tmp_path: Path) -> None:
    """Its crop, cut as reading cuts it, is labelled; another label replaces the former, and undo takes it back."""
    place = f"/api/photos/{send_page(client)['photo']}"
    assert client.post(f"{place}/5/9").json() == {"labelled": 1}
    [crop] = read_crops(tmp_path / "digits")
    predicted = DigitClassifier.load(runtime="litert").classify(crop.image)
    assert (crop.label, str(predicted.label)) == (9, "".join(ROWS)[5])
    assert client.post(f"{place}/5/9").json() == {"labelled": 1}
    assert client.post(f"{place}/5/x").json() == {"labelled": 1}
    assert labels(tmp_path) == [10]
    assert client.post(f"{place}/0/4").json() == {"labelled": 2}
    assert labels(tmp_path) == [4, 10]
    assert client.post("/api/crops/undo").json()["labelled"] == 1
    assert client.get("/api/crops").json()["crops"][0]["reason"] == "corrected"


def test_a_photo_that_nobody_sent_is_not_fixed(client: TestClient, tmp_path: Path) -> None:
    """Nor is a digit that it does not have, nor with a label that is none, nor from another site."""
    assert client.post("/api/photos/0123456789abcdef/0/4").status_code == 409
    place = f"/api/photos/{send_page(client)['photo']}"
    for wrong in (f"{place}/10/4", f"{place}/0/12", f"{place}/0/?", f"/api/photos/{'0' * 16}/0/4"):
        answer = client.post(wrong.replace("?", "%3f"))
        assert answer.status_code == 409
        assert answer.json()["error"].startswith("expected ")
    assert client.post(f"{place}/-1/4").status_code == 404
    assert client.post(f"{place}/0/4", headers={"Origin": "http://elsewhere"}).status_code == 403
    assert labels(tmp_path) == []


def test_without_collecting_no_photo_is_kept() -> None:
    """And there is nowhere to fix one."""
    app = create_app(LiveState(), make_reader, Access(), Info("", ""))
    client = TestClient(app, base_url="http://localhost")
    assert "photo" not in send_page(client)
    assert client.post(f"/api/photos/{'0' * 16}/0/4").status_code == 404


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
    """Enter takes a right guess, a digit corrects a wrong one, x is no digit, z undoes, and a reload loses nothing."""
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


def test_what_was_typed_ahead_of_a_failure_labels_nothing_else(
    visit: Visit, server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was meant for the crops after the one that got no label; then all goes on."""
    page, typed = visit(server.url + "label", DESKTOP), threading.Event()
    expect(page.locator("#crops li")).to_have_count(4)

    def fail(*_: object) -> None:
        typed.wait(60)
        raise LabelledFolderError("expected a crop, got none")

    with monkeypatch.context() as patched:
        patched.setattr(CropQueue, "label", fail)
        for key in "147":
            page.keyboard.press(key)
        typed.set()
        expect(page.locator("#outcome")).to_contain_text("Not labelled")
        expect(page.locator("#count")).to_have_text("4 to do, 0 done")
    page.keyboard.press("1")
    expect(page.locator("#count")).to_have_text("3 to do, 1 done")
    assert labels(tmp_path) == [1]


def test_a_key_held_down_labels_one_crop(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """However often the keyboard repeats it; and no picture comes twice."""
    page = visit(server.url + "label", DESKTOP)
    expect(page.locator("#crops li")).to_have_count(4)
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(3):
        page.keyboard.down("1")
    page.keyboard.up("1")
    expect(page.locator("#count")).to_have_text("3 to do, 1 done")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(page.locator("#count")).to_have_text("2 to do, 2 done")
    assert labels(tmp_path) == [1, 10]
    assert [url for url in asked if url.endswith(".png")] == []


def test_new_crops_come_by_themselves(visit: Visit, tmp_path: Path) -> None:
    """A page that has nothing to do shows what is collected meanwhile."""
    queue = CropQueue(tmp_path / "digits", "ann")
    app = create_app(LiveState(), make_reader, Access(), Info("", ""), collector=Collector(queue))
    server = WebServer(app, "127.0.0.1", 0)
    server.start()
    page = visit(server.url + "label", DESKTOP)
    expect(page.locator("#none")).to_be_visible()
    image = np.full((28, 28), 9, np.uint8)
    queue.add(WaitingCrop("ab" * 8, 3, 0.5, "unsure", 0.0, "ab", (1, 2, 3, 4), (640, 480), ""), image, image)
    expect(page.locator("#crops li")).to_have_count(1)
    server.close()


def is_free(url: str) -> bool:
    """Whether a server could listen there."""
    try:
        socket.create_server(("127.0.0.1", urlsplit(url).port or 0)).close()
    except OSError:
        return False
    return True


def test_the_app_may_go_away_between_two_keys(visit: Visit, crops: CropQueue, tmp_path: Path) -> None:
    """It is said in words, and once it is back the next key counts."""
    app = create_app(LiveState(), make_reader, Access(), Info("", ""), collector=Collector(crops))
    first = WebServer(app, "127.0.0.1", 0)
    first.start()
    page = visit(first.url + "label", DESKTOP)
    expect(page.locator("#crops li")).to_have_count(4)
    first.close()
    assert wait_until(lambda: is_free(first.url))
    page.keyboard.press("1")
    expect(page.locator("#outcome")).to_have_text("Not labelled: no connection to the app; try again when it runs")
    again = WebServer(app, "127.0.0.1", urlsplit(first.url).port or 0)
    again.start()
    page.keyboard.press("1")
    expect(page.locator("#count")).to_have_text("3 to do, 1 done")
    again.close()
    assert labels(tmp_path) == [1]


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


def test_a_phone_takes_the_guess_with_one_tap(
    visit: Visit, server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button says which it is; tapped twice it takes none that nobody saw on it."""
    page = visit(server.url + "label", PHONE, is_mobile=True, has_touch=True)
    take = page.get_by_role("button", name="Take the guess")
    expect(take).to_have_text("✓ 1")
    tapped, label = threading.Event(), CropQueue.label

    def slowly(queue: CropQueue, crop_id: str, asked: str) -> None:
        tapped.wait(60)
        label(queue, crop_id, asked)

    monkeypatch.setattr(CropQueue, "label", slowly)
    take.tap()
    take.tap()
    tapped.set()
    expect(page.locator("#count")).to_have_text("3 to do, 1 done")
    expect(take).to_have_text("✓ 9")
    page.locator("#crops li").nth(1).tap()
    expect(take).to_have_text("✓ 7")
    take.tap()
    expect(page.locator("#count")).to_have_text("2 to do, 2 done")
    assert labels(tmp_path) == [1, 7]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_have_no_bars_of_another_colour(visit: Visit, server: WebServer, scheme: str) -> None:
    """Those that are no squares lie on the ground of their button."""
    page = visit(server.url + "label", PHONE, color_scheme=scheme)
    expect(page.locator("#crops img")).to_have_count(4)
    found = page.locator("#crops img").evaluate_all("all => all.map((each) => getComputedStyle(each).backgroundColor)")
    assert set(found) == {"rgba(0, 0, 0, 0)"}


@pytest.mark.parametrize("size", [(320, 568), PHONE, (667, 375)], ids=["small", "phone", "on its side"])
def test_keys_cover_no_crop_on_a_phone(size: tuple[int, int], visit: Visit, server: WebServer) -> None:
    """Whatever is scrolled to; the marked one is in view whole; and no key's word is wider than the key."""
    page = visit(server.url + "label", size, is_mobile=True, has_touch=True)
    expect(page.locator("#crops li")).to_have_count(4)
    keys = page.locator("#keys").bounding_box()
    assert keys is not None
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        marked = page.locator("#crops [aria-current=true]").bounding_box()
        assert marked is not None
        assert 0 <= marked["y"] <= keys["y"] - marked["height"]
    # Where the keys are there is nothing else, scrolled or not.
    page.evaluate("document.querySelector('.work').scrollTo(0, 1e6)")
    work = page.locator(".work").bounding_box()
    assert work is not None
    assert work["y"] + work["height"] <= keys["y"]
    assert keys["y"] + keys["height"] <= size[1]
    assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
    wide = page.locator("#keys button").evaluate_all("all => all.filter((each) => each.scrollWidth > each.clientWidth)")
    assert wide == []


@pytest.mark.parametrize("touch", [True, False], ids=["touch", "mouse"])
def test_hints_fit_the_hand(touch: bool, visit: Visit, server: WebServer) -> None:
    """Keys of a keyboard are spoken of only where there is one."""
    page = visit(server.url + "label", PHONE, is_mobile=touch, has_touch=touch)
    expect(page.locator("#crops li")).to_have_count(4)
    for text, seen in (("Type 0 to 9", not touch), ("Tap what the marked crop is", touch)):
        expect(page.get_by_text(text)).to_be_visible(visible=seen)


def numbers(folder: Path) -> str:
    """The digits that fine-tuning would read, in the order of their labels."""
    return "".join(map(str, labels(folder)))


def test_a_number_is_fixed_from_the_live_view(visit: Visit, tmp_path: Path) -> None:
    """Its digits come first on the page for labels, from left to right, before crops that waited longer."""
    state, queue = LiveState(), CropQueue(tmp_path / "digits", "ann")
    collector = Collector(queue)
    server = WebServer(create_app(state, make_reader, Access(), Info("", ""), collector=collector), "127.0.0.1", 0)
    server.start()
    old = np.full((28, 28), 9, np.uint8)
    queue.add(WaitingCrop("ab" * 8, 3, 0.5, "unsure", 0.0, "ab", (1, 2, 3, 4), (640, 480), ""), old, old)
    with Feed(state, collector) as feed:
        page = visit(server.url, DESKTOP)
        page.get_by_role("button", name=f"Fix {feed.texts[1]}").click()
        expect(page.locator("#crops li")).to_have_count(len(feed.texts[1]) + 1)
    guesses = [item.get_attribute("data-guess") for item in page.locator("#crops li").all()]
    assert guesses == [*feed.texts[1], "3"]
    for left in range(len(guesses), 1, -1):
        expect(page.locator("#count")).to_contain_text(f"{left} to do")
        page.keyboard.press(guesses[-left] or "")
    expect(page.locator("#count")).to_contain_text("1 to do")
    assert numbers(tmp_path) == "".join(sorted(feed.texts[1]))
    server.close()


def test_a_number_that_left_is_not_fixed(client: TestClient, crops: CropQueue) -> None:
    """It is said, and nothing waits forever."""
    answer = client.post("/api/numbers/7/wrong")
    assert answer.status_code == 409
    assert "has left" in answer.json()["error"]
    assert client.post("/api/numbers/x/wrong").status_code == 404


def test_a_number_that_is_not_seen_again_is_said(
    crops: CropQueue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The camera hangs: no frame comes in which its digits could be cut."""
    monkeypatch.setattr("edge_app.web.labelling.FIX_S", 0.1)
    state = LiveState()
    app = create_app(state, make_reader, Access(), Info("", ""), collector=Collector(crops))
    with Feed(state) as feed:
        feed.shown.wait(60)
    answer = TestClient(app, base_url="http://localhost").post("/api/numbers/0/wrong")
    assert (answer.status_code, len(crops.waiting())) == (409, 4)


def test_a_sheet_is_photographed_in_the_browser(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """The printed sheet comes from the page, its photo goes to it; what is no sheet is refused in words."""
    save_image(photographed(filled(frozenset({(0, 0), (9, 9)}))), tmp_path / "sheet.png")
    save_image(np.full((480, 640), 200, np.uint8), tmp_path / "other.png")
    page = visit(server.url + "label", PHONE)
    assert page.request.get(server.url + "template.pdf").body().startswith(b"%PDF")
    page.set_input_files("#sheet-file", tmp_path / "other.png")
    expect(page.locator("#sheet-outcome")).to_contain_text("Not done: expected 4 or more of the sheet's six marks")
    page.set_input_files("#sheet-file", tmp_path / "sheet.png")
    expect(page.locator("#sheet-outcome")).to_have_text("98 digits cut, 98 new, 2 empty boxes.")
    expect(page.locator("#collected")).to_have_text("98 labelled digits of ann in all.")
    page.set_input_files("#sheet-file", tmp_path / "sheet.png")
    expect(page.locator("#sheet-outcome")).to_have_text(
        "98 digits cut, 0 new, 2 empty boxes. This photo was there before."
    )
    with Image.open(tmp_path / "sheet.png") as sheet:
        sheet.save(tmp_path / "sheets.tif", save_all=True, append_images=[sheet])
    page.set_input_files("#sheet-file", tmp_path / "sheets.tif")
    expect(page.locator("#sheet-outcome")).to_contain_text("Page 1 of 2; send the others one by one.")
    assert len(labels(tmp_path)) == 98


def test_the_camera_photographs_the_sheet(crops: CropQueue, tmp_path: Path) -> None:
    """At its full size, by the live loop's hand."""
    photographs, stop = Photographs(), threading.Event()
    save_image(photographed(filled()), tmp_path / "sheet.png")

    def loop() -> None:
        with FileCamera(tmp_path / "sheet.png", (640, 480), 30.0) as camera:
            while not stop.wait(0.01):
                photographs.take(camera)

    thread = threading.Thread(target=loop)
    thread.start()
    app = create_app(LiveState(), make_reader, Access(), Info("", ""), photographs, Collector(crops))
    answer = TestClient(app, base_url="http://localhost").post("/api/sheet/photograph")
    stop.set()
    thread.join()
    assert answer.json() == {"digits": 100, "new": 100, "empty": 0, "writer": "ann", "collected": 100}

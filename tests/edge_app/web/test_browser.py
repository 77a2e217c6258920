"""The page in a real browser: Debian's Chromium, against a real server that a thread feeds with frames."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from edge_app.bench.sample_page import ROWS, draw_page
from edge_app.cameras.camera import Frame
from edge_app.files import heif
from edge_app.live.state import LiveState
from edge_app.page.drawing import save_image
from edge_app.page.result import Digit, Line, Page
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.info import Info
from edge_app.web.server import WebServer

from ...browser import DESKTOP, PHONE, Visit, browser, visit
from .doubt import ROWS as DOUBTED
from .doubt import doubt
from .feed import CAMERA, Feed, event_of, make_reader, numbers_of, show

__all__ = ["browser", "visit"]


TOKEN = "a-token-of-the-tests"


@pytest.fixture
def state() -> LiveState:
    """What the page shows."""
    return LiveState()


@pytest.fixture
def server(state: LiveState) -> Iterator[WebServer]:
    """On loopback, without a token."""
    opened = WebServer(create_app(state, make_reader, Access(), Info("litert", "1.2.3")), "127.0.0.1", 0)
    opened.start()
    yield opened
    opened.close()


@pytest.fixture
def feed(state: LiveState) -> Iterator[Feed]:
    """Frames of a drawn page."""
    with Feed(state) as running:
        yield running


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_live_view_shows_the_numbers(
    size: tuple[int, int], scheme: str, visit: Visit, server: WebServer, feed: Feed
) -> None:
    """The camera's picture, the numbers in view and the history, on any width, in both schemes."""
    page = visit(server.url, size, color_scheme=scheme)
    expect(page.locator("#numbers .value")).to_have_text(list(ROWS))
    expect(page.locator("#history tr")).to_have_count(len(ROWS))
    expect(page.locator("#history td.value").first).to_have_text(ROWS[1])
    expect(page.locator("#state-text")).to_have_text("Live")
    expect(page.locator("#rate")).to_contain_text(CAMERA)
    expect(page.locator("#about")).to_contain_text("1.2.3")
    expect(page.locator("#veil")).to_be_hidden()
    expect(page.locator("#stream")).to_have_js_property("naturalWidth", 640)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(18, 21, 18)") == (scheme == "dark")


def hears(page: Tab) -> None:
    """Waits until the page follows the app: what happens from now on is news to it."""
    expect(page.locator("#state-text")).not_to_have_text("Connecting…")


def test_a_doubtful_digit_is_amber_and_says_what_it_may_be(visit: Visit, server: WebServer, state: LiveState) -> None:
    """In the numbers in view and in the history, in words too, as a phone shows no tooltip."""
    luma = draw_page((640, 480))
    page_read = doubt(make_reader().read(luma))
    numbers = numbers_of(page_read)
    page = visit(server.url, PHONE)
    expect(page.locator("#no-history")).to_be_visible()
    hears(page)
    show(state, luma, page_read, 0, list(reversed(numbers)))
    for place in ("#numbers", "#history"):
        mark = page.locator(f"{place} .doubtful")
        expect(mark).to_have_text("?")
        expect(mark).to_have_attribute("title", "Perhaps 4")
        expect(mark).to_have_css("color", "rgb(138, 83, 0)")
    expect(page.locator("#numbers .value", has_text=DOUBTED[0])).to_be_visible()
    expect(page.locator("#numbers")).to_contain_text("perhaps 4")
    expect(page.locator("#history")).to_contain_text("perhaps 38472")
    expect(page.locator("#news")).to_have_text(f"{DOUBTED[0]} read, perhaps 38472")


def test_only_what_is_certain_is_said_to_be_100_percent_sure(visit: Visit, server: WebServer, state: LiveState) -> None:
    """Shares are rounded down, in the numbers in view and where a digit of a photo is described."""
    digits = tuple(Digit(7, confidence, (50, 50, 40, 60)) for confidence in (0.9999, 0.57, 1.0))
    page_read = Page(tuple(Line((digit,)) for digit in digits), 640, 480)
    show(state, np.full((480, 640), 200, np.uint8), page_read, 0, numbers_of(page_read))
    page, shares = visit(server.url, PHONE), ["99 % sure", "57 % sure", "100 % sure"]
    expect(page.locator("#numbers .quiet")).to_have_text(shares)
    described = page.evaluate("[0.9999, 0.57, 1].map((confidence) => describe({ label: 7, confidence }))")
    assert [text.split(" ", 3)[3].removeprefix("only ") for text in described] == shares


def test_the_stream_has_boxes_on_the_digits(visit: Visit, server: WebServer, feed: Feed) -> None:
    """What the browser shows is the frame with green boxes in it."""
    page = visit(server.url, DESKTOP)
    expect(page.locator("#stream")).to_have_js_property("naturalWidth", 640)
    green = """() => {
        const image = document.getElementById('stream'), canvas = document.createElement('canvas');
        canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
        let count = 0;
        for (let i = 0; i < pixels.length; i += 4) count += pixels[i + 1] > pixels[i] + 60;
        return count;
    }"""
    assert page.evaluate(green) > 1000


def test_a_new_number_is_spoken(visit: Visit, server: WebServer, state: LiveState) -> None:
    """A screen reader hears what happens, but not what had happened before the page was opened."""
    page = visit(server.url, DESKTOP)
    expect(page.locator("#no-numbers")).to_be_visible()
    expect(page.locator("#veil")).to_contain_text("Waiting for the first picture")
    hears(page)
    with Feed(state):
        expect(page.locator("#news")).to_have_text(f"{ROWS[-1]} read")
    assert page.locator("#news").get_attribute("aria-live") == "polite"


def test_the_camera_going_away_is_shown(
    visit: Visit, server: WebServer, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers of a camera that is away do not look live; when it is back they do again."""
    page = visit(server.url, PHONE)
    expect(page.locator("#numbers .value")).to_have_text(list(ROWS))
    monkeypatch.setattr("edge_app.web.view.AWAY_S", -1.0)
    expect(page.locator("#state-text")).to_have_text("Camera is away")
    expect(page.locator("#veil")).to_contain_text("The camera is away")
    expect(page.locator("#numbers")).to_have_attribute("data-stale", "true")
    monkeypatch.undo()
    expect(page.locator("#state-text")).to_have_text("Live")


def test_the_app_going_away_is_shown(visit: Visit, server: WebServer, feed: Feed) -> None:
    """Without a connection the page says so."""
    page = visit(server.url, PHONE)
    expect(page.locator("#state-text")).to_have_text("Live")
    server.close()
    expect(page.locator("#state-text")).to_have_text("No connection")


def test_a_phone_photographs_a_page(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """The picture comes back with a box on each digit, and the numbers as text."""
    save_image(draw_page((1280, 960)), tmp_path / "page.png")
    page = visit(server.url, PHONE, has_touch=True, is_mobile=True)
    shot = page.locator("#shot")
    assert (shot.get_attribute("capture"), shot.get_attribute("accept")) == ("environment", "image/*")
    page.on("filechooser", lambda chooser: chooser.set_files(tmp_path / "page.png"))
    page.get_by_text("Take a photo").click()
    expect(page.locator("#photo-lines li")).to_have_text(list(ROWS))
    expect(page.locator("#photo-state")).to_contain_text("10 digits in 2 lines")
    expect(page.locator("#photo-boxes rect")).to_have_count(10)
    expect(page.locator("#photo")).to_have_js_property("naturalWidth", 1280)
    sheet, first = page.locator("#photo").bounding_box(), page.locator("#photo-boxes rect").first.bounding_box()
    assert sheet is not None
    assert first is not None
    assert 0.1 < (first["x"] - sheet["x"]) / sheet["width"] < 0.3
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_picture_that_the_browser_cannot_show_is_read(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """Chromium shows no HEIC: its boxes stand alone, and the next picture is shown again."""
    heif.load_plugin()
    Image.fromarray(draw_page((640, 480))).save(tmp_path / "page.heic", quality=95)
    save_image(draw_page((640, 480)), tmp_path / "page.png")
    page = visit(server.url, PHONE)
    assert page.get_attribute("#file", "accept") == "image/*,.heic,.heif"
    for name, shown in (("page.heic", False), ("page.png", True)):
        page.set_input_files("#file", tmp_path / name)
        expect(page.locator("#photo-lines li")).to_have_text(list(ROWS))
        expect(page.locator("#photo")).to_be_visible(visible=shown)


def test_what_cannot_be_read_is_said(visit: Visit, server: WebServer, tmp_path: Path) -> None:
    """No image, and one that is too large, which is not even sent."""
    (tmp_path / "page.png").write_text("no image")
    with (tmp_path / "large.png").open("wb") as large:
        large.truncate(21_000_000)
    page = visit(server.url, PHONE)
    page.set_input_files("#file", tmp_path / "page.png")
    expect(page.locator("#photo-state")).to_contain_text("could not be read: expected an image file")
    page.set_input_files("#file", tmp_path / "large.png")
    expect(page.locator("#photo-state")).to_contain_text("larger than 20 MB")


# The outline of a file input is drawn around its label.
OUTLINED = """[document.activeElement, document.activeElement.nextElementSibling].some(
    (element) => element && getComputedStyle(element).outlineStyle !== 'none')"""


def test_keyboard_alone(visit: Visit, server: WebServer, feed: Feed, tmp_path: Path) -> None:
    """Every control is reached with Tab, shows that it has the focus, and works with Enter or Space."""
    save_image(draw_page((640, 480)), tmp_path / "page.png")
    page = visit(server.url, DESKTOP)
    page.on("filechooser", lambda chooser: chooser.set_files(tmp_path / "page.png"))
    expect(page.locator("#numbers .value")).to_have_text(list(ROWS))
    expect(page.locator("#stream")).to_have_js_property("naturalWidth", 640)
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert page.evaluate(OUTLINED), reached[-1]
        if reached[-1] == "pause":
            page.keyboard.press("Space")
            expect(page.locator("#pause")).to_have_attribute("aria-pressed", "true")
            expect(page.locator("#still")).to_be_visible()
            page.keyboard.press("Enter")
            expect(page.locator("#stream")).to_be_visible()
        if reached[-1] == "file":
            page.keyboard.press("Enter")
    assert reached == ["skip", "pause", "shot", "file", "camera-shot", "scroll"]
    expect(page.locator("#photo-lines li")).to_have_text(list(ROWS))


def test_landmarks_and_names(visit: Visit, server: WebServer) -> None:
    """What assistive technology finds its way by: landmarks, headings in order, a name for every control."""
    page = visit(server.url, DESKTOP)
    for role in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    assert [heading.inner_text() for heading in page.get_by_role("heading").all()] == [
        "Digits",
        "Camera",
        "In view",
        "Photograph a page",
        "History",
    ]
    expect(page.get_by_label("Take a photo")).to_have_count(1)
    expect(page.get_by_label("Choose a picture")).to_have_count(1)
    expect(page.get_by_role("button", name="Pause")).to_have_count(1)
    assert page.locator("html").get_attribute("lang") == "en"


def test_a_wrong_token_is_refused_and_the_right_one_stays_out_of_sight(
    visit: Visit, state: LiveState, feed: Feed
) -> None:
    """The sign-in page says that it is wrong; with the right one the page opens, without it in the address."""
    server = WebServer(create_app(state, make_reader, Access(TOKEN), Info("", "")), "127.0.0.1", 0)
    server.start()
    page = visit(f"{server.url}?token=wrong", PHONE)
    expect(page.get_by_role("alert")).to_have_text("That token is not the right one.")
    assert page.context.cookies() == []
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("#numbers .value")).to_have_text(list(ROWS))
    assert page.url == server.url
    assert TOKEN not in page.evaluate("document.cookie")
    server.close()


def test_many_doubtful_numbers_on_a_phone(visit: Visit, server: WebServer, state: LiveState) -> None:
    """That they are is said where the eye is, above them; none is broken in two lines."""
    digits = tuple(Digit(digit % 10, 0.5, (10 + 40 * digit, 10, 30, 50)) for digit in range(14))
    page_read = Page((Line(digits),), 640, 480)
    for number in range(30):
        frame = Frame(np.full((480, 640), 200, np.uint8), number, time.monotonic())
        told = [event_of(page_read.lines[0], number)]
        state.show(frame, page_read, told, told, 0.004)
    page = visit(server.url, PHONE)
    expect(page.locator("#drift")).to_contain_text("100 % of the last 300 digits were doubtful")
    drift, value = page.locator("#drift").bounding_box(), page.locator("#numbers .value").bounding_box()
    assert drift is not None
    assert value is not None
    assert drift["y"] < value["y"]
    assert value["height"] < 50
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

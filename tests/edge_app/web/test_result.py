"""What was read on a photo, in Chromium: fixed digit by digit, copied, saved and shared."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from edge_app.bench.sample_page import draw_page
from edge_app.collect.collector import Collector
from edge_app.collect.folder import read_crops
from edge_app.collect.queue import CropQueue
from edge_app.live.state import LiveState
from edge_app.model.contract import DOUBTFUL_BELOW
from edge_app.page.drawing import save_image
from edge_app.page.views import View, ViewReader
from edge_app.web.access import Access
from edge_app.web.app import create_app
from edge_app.web.info import Info
from edge_app.web.server import WebServer
from edge_app.web.static_files import STATIC

from ...browser import DESKTOP, PHONE, Visit, browser, visit
from .doubt import ROWS, make_doubting
from .feed import make_reader

__all__ = ["browser", "visit"]

FIXED = "38472"
# Of each digit of a record: what its label's character covers, or null, and whose a tap at its foot is.
DRAWN = """(record) => {
    const svg = document.getElementById('photo-boxes');
    document.getElementById('photo-result').hidden = false;
    showPhoto(false);
    drawBoxes(svg, record, () => {});
    svg.scrollIntoView();
    const groups = [...svg.querySelectorAll('g')];
    return record.lines[0].digits.map(({ box: [x, y, width, height] }, at) => {
        const text = groups[at].querySelector('text'), foot = svg.createSVGPoint();
        foot.x = x + width / 2;
        foot.y = y + height - 1;
        const { x: left, y: top } = foot.matrixTransform(svg.getScreenCTM());
        const tapped = groups.indexOf(document.elementFromPoint(left, top)?.closest('g'));
        if (!text) return [null, tapped];
        const { x: start, width: wide } = text.getBBox(), line = text.y.baseVal[0].value;
        // A digit is 0.73 of the font's size high.
        return [[start, line - 0.73 * parseFloat(text.getAttribute('font-size')), start + wide, line], tapped];
    });
}"""
# Of a canvas, row by row.
LUMA = """(canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]
    .filter((_, at) => at % 4 === 0)"""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A page of ten digits."""
    path = tmp_path / "page.png"
    save_image(draw_page((1280, 960)), path)
    return path


@pytest.fixture
def server() -> Iterator[WebServer]:
    """An app that does not collect, and doubts."""
    opened = WebServer(create_app(LiveState(), make_doubting, Access(), Info("", "")), "127.0.0.1", 0)
    opened.start()
    yield opened
    opened.close()


def send(page: Page, photo: Path) -> None:
    """Has a photo read."""
    page.set_input_files("#file", photo)
    expect(page.locator("#photo-lines li")).to_have_text(list(ROWS))


def stroke(page: Page, state: str) -> tuple[str, float]:
    """Colour and width on the screen of the first box of a state."""
    look = "(box) => [getComputedStyle(box).stroke, parseFloat(getComputedStyle(box).strokeWidth)]"
    colour, width = page.locator(f"#photo-boxes .{state} rect").first.evaluate(look)
    return colour, width


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_colours_tell_how_far_a_digit_is_believed(
    size: tuple[int, int], visit: Visit, server: WebServer, photo: Path
) -> None:
    """Green, another shade, amber; as lines that a phone shows; and a doubtful one says what it may be."""
    page = visit(server.url, size)
    send(page, photo)
    strokes = [stroke(page, state) for state in ("sure", "unsure", "doubtful")]
    assert [colour for colour, _ in strokes] == ["rgb(15, 138, 67)", "rgb(148, 156, 0)", "rgb(225, 130, 0)"]
    assert min(width for _, width in strokes) >= (3 if size == PHONE else 2.5)
    assert page.locator("#photo-boxes rect").evaluate_all("all => all.map((each) => each.parentNode.classList[0])") == [
        *("sure", "sure", "sure", "sure"),
        *("unsure", "sure", "sure", "sure", "sure"),
        # Over its neighbours.
        "doubtful",
    ]
    expect(page.locator("#photo-lines .doubtful")).to_have_attribute("title", "Doubtful; perhaps 4")
    expect(page.locator("#legend li:visible")).to_have_text(["sure", "less sure", "doubtful"])
    assert f"const SURE = {DOUBTFUL_BELOW};" in (STATIC / "digits.js").read_text()


def test_lines_stand_around_the_ink(visit: Visit, server: WebServer, photo: Path) -> None:
    """Even on a phone, where a digit is a few pixels, its box covers none of it."""
    page = visit(server.url, PHONE)
    with page.expect_response("**/api/read") as answer:
        send(page, photo)
    x, _, width, _ = answer.value.json()["lines"][0]["digits"][0]["box"]
    drawn = page.locator("#photo-boxes rect").first.evaluate("(box) => [box.x.baseVal.value, box.width.baseVal.value]")
    pixel = 1280 / page.locator("#photo").evaluate("(photo) => photo.clientWidth")
    # Half of a line of 3 pixels, but for rounding.
    assert drawn[0] + 1.49 * pixel <= x
    assert drawn[0] + drawn[1] - 1.49 * pixel >= x + width


def test_a_phone_fixes_a_digit(visit: Visit, server: WebServer, photo: Path) -> None:
    """A tap on it, a tap on what it is: text and picture have it; "no digit" drops it, and it comes back."""
    page = visit(server.url, PHONE, is_mobile=True, has_touch=True)
    send(page, photo)
    page.locator("#photo-lines .doubtful").tap()
    dialog = page.get_by_role("dialog", name="Which digit is it?")
    expect(dialog.get_by_text("Doubtful; perhaps 4")).to_be_visible()
    expect(dialog.locator(".primary")).to_have_text("4")
    expect(dialog.locator("canvas")).to_be_visible()
    dialog.get_by_role("button", name="4", exact=True).tap()
    expect(page.locator("#photo-lines li").first).to_have_text(FIXED)
    expect(page.locator("#photo-boxes .fixed text")).to_have_text("4")
    page.locator("#photo-boxes g").first.tap()
    dialog.get_by_role("button", name="no digit").tap()
    expect(page.locator("#photo-lines li").first).to_have_text(FIXED[1:])
    page.locator("#photo-boxes .dropped").tap()
    dialog.get_by_role("button", name="3", exact=True).tap()
    expect(page.locator("#photo-lines li").first).to_have_text(FIXED)
    expect(page.locator("#result-state")).to_have_text("Fixed: 3.")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_digit_of_a_turned_page_is_shown_as_it_was_read(turn: int, visit: Visit, tmp_path: Path) -> None:
    """A 6 that stands upside down in the photo is no 9 where it is fixed; and the turn is told."""
    upright = draw_page((1280, 960))
    save_image(upright, tmp_path / "page.png")
    save_image(np.rot90(upright, turn // 90), tmp_path / "turned.png")
    app = create_app(LiveState(), lambda: ViewReader(make_reader(), View("auto")), Access(), Info("", ""))
    server = WebServer(app, "127.0.0.1", 0)
    server.start()
    page = visit(server.url, PHONE)
    told, shown = f"This page was read turned by {turn} degrees.", []
    for name in ("page.png", "turned.png"):
        page.set_input_files("#file", tmp_path / name)
        expect(page.locator("#photo-state")).to_contain_text("10 digits" if name == "page.png" else told)
        expect(page.locator("#photo")).to_have_js_property("complete", value=True)
        assert ("turned" in page.locator("#photo-state").inner_text()) == (name == "turned.png")
        page.locator("#photo-lines li").nth(1).locator("button", has_text="6").click()
        shown.append(np.array(page.locator("#fix-crop").evaluate(LUMA)))
        page.keyboard.press("Escape")
    assert np.ptp(shown[0]) > 100
    assert np.abs(shown[0] - shown[1]).mean() < 10
    server.close()


def test_labels_cover_no_other_digit_and_take_no_tap(visit: Visit, server: WebServer) -> None:
    """On a phone the rows of a dense page are nearer than a label is high: where none has room, colours speak."""
    page, labels = visit(server.url, PHONE), 0
    boxes = [[400 + 40 * column, 100 + 60 * row, 30, 40] for row in range(10) for column in range(3)]
    digits = [{"label": at % 10, "confidence": 0.95, "box": box} for at, box in enumerate(boxes)]
    drawn = page.evaluate(DRAWN, {"width": 1280, "height": 960, "lines": [{"digits": digits}]})
    for at, (label, tapped) in enumerate(drawn):
        # At the foot of a digit, where the label of the one below would be.
        assert tapped == at
        labels += label is not None
        for other, (x, y, width, height) in enumerate(boxes):
            if label is not None and other != at:
                left, top, right, bottom = label
                assert right <= x or left >= x + width or bottom <= y or top >= y + height
    # The first row above, the last one below, the outer ones beside.
    assert 18 <= labels < 30


def test_the_keyboard_fixes_a_digit(visit: Visit, server: WebServer, photo: Path) -> None:
    """Enter opens, Escape changes nothing, a digit is one key, and the focus stays where it was."""
    page = visit(server.url, DESKTOP)
    send(page, photo)
    page.locator("#photo-lines .doubtful").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#fix")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#fix")).to_be_hidden()
    expect(page.locator("#photo-lines li").first).to_have_text(ROWS[0])
    page.keyboard.press("Enter")
    page.keyboard.press("4")
    expect(page.locator("#photo-lines li").first).to_have_text(FIXED)
    expect(page.locator("#photo-lines .fixed")).to_be_focused()


def test_the_text_is_copied_as_it_was_fixed(visit: Visit, server: WebServer, photo: Path) -> None:
    """With the clipboard, and without, as over plain HTTP from another machine."""
    page = visit(server.url, DESKTOP, permissions=["clipboard-read", "clipboard-write"])
    send(page, photo)
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#result-state")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").splitlines() == list(ROWS)
    page.locator("#photo-lines .doubtful").click()
    page.keyboard.press("4")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("addEventListener('copy', () => { window.copied = document.activeElement.value; })")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#result-state")).to_have_text("Copied.")
    assert page.evaluate("window.copied").split() == [FIXED, ROWS[1]]


def test_csv_is_saved(visit: Visit, server: WebServer, photo: Path, tmp_path: Path) -> None:
    """A row a number, named like the photo."""
    page = visit(server.url, DESKTOP)
    send(page, photo)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "page.csv"
    download.value.save_as(tmp_path / "saved.csv")
    with (tmp_path / "saved.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["number"], row["doubtful"]) for row in rows] == [("1", ROWS[0], "1"), ("2", ROWS[1], "0")]
    assert [float(row["confidence"]) for row in rows] == [0.31, 0.71]


def test_share_is_there_where_the_browser_can(visit: Visit, server: WebServer, photo: Path) -> None:
    """A phone's list of apps gets the text; elsewhere there is no button."""
    page = visit(server.url, DESKTOP)
    page.add_init_script("delete Navigator.prototype.share")
    page.reload()
    send(page, photo)
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    page.add_init_script("navigator.share = async (what) => { window.shared = what; }")
    page.reload()
    send(page, photo)
    page.get_by_role("button", name="Share").click()
    assert page.evaluate("window.shared.text").split() == list(ROWS)


def test_a_picture_that_the_browser_cannot_show(visit: Visit, server: WebServer, photo: Path, tmp_path: Path) -> None:
    """A TIFF, or in most browsers a HEIC: its boxes stand alone, in their places, and digits can be fixed."""
    with Image.open(photo) as image:
        image.save(tmp_path / "page.tiff")
    page = visit(server.url, PHONE)
    send(page, tmp_path / "page.tiff")
    expect(page.locator("#photo-unseen")).to_be_visible()
    expect(page.locator("#photo")).to_be_hidden()
    boxes = page.locator("#photo-boxes").bounding_box()
    assert boxes is not None
    assert boxes["height"] == pytest.approx(boxes["width"] * 0.75, abs=2)
    page.locator("#photo-boxes g").first.click()
    expect(page.locator("#fix canvas")).to_be_hidden()
    page.keyboard.press("9")
    expect(page.locator("#photo-lines li").first).to_have_text("9" + ROWS[0][1:])
    send(page, photo)
    expect(page.locator("#photo")).to_be_visible()
    expect(page.locator("#photo-unseen")).to_be_hidden()


def test_further_pages_are_told(visit: Visit, server: WebServer, photo: Path, tmp_path: Path) -> None:
    """Of a TIFF of three pages the first is read, and the page says how to read all."""
    with Image.open(photo) as image:
        image.save(tmp_path / "scan.tif", save_all=True, append_images=[image, image])
    page = visit(server.url, PHONE)
    send(page, tmp_path / "scan.tif")
    expect(page.locator("#photo-state")).to_contain_text("Page 1 of 3; read all with python -m edge_app read.")
    send(page, photo)
    expect(page.locator("#photo-state")).not_to_contain_text("Page 1")


def test_where_the_app_collects_a_fixed_digit_is_kept(visit: Visit, photo: Path, tmp_path: Path) -> None:
    """Its crop with its label; what is said of keeping is true; a forgotten photo is fixed on the page alone."""
    queue = CropQueue(tmp_path / "digits", "ann")
    app = create_app(LiveState(), make_doubting, Access(), Info("", ""), collector=Collector(queue))
    server = WebServer(app, "127.0.0.1", 0)
    server.start()
    page = visit(server.url, DESKTOP)
    expect(page.locator("#kept")).to_be_visible()
    expect(page.locator("#kept-not")).to_be_hidden()
    send(page, photo)
    for key in "94":
        page.locator("#photo-lines li").first.locator("button").nth(2).click()
        page.keyboard.press(key)
        expect(page.locator("#result-state")).to_have_text(f"Fixed: {key}, and kept to learn from.")
    assert [crop.label for crop in read_crops(tmp_path / "digits")] == [4]
    page.evaluate("result.photo = '0'.repeat(16)")
    page.locator("#photo-lines li").first.locator("button").first.click()
    page.keyboard.press("5")
    expect(page.locator("#result-state")).to_contain_text("Fixed here, but not kept to learn from: expected one of the")
    expect(page.locator("#photo-lines li").first).to_have_text("58472")
    server.close()

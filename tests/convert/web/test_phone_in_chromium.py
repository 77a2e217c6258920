"""The phone's page in Chromium, from a plain static host: it reads, also offline, and says what it cannot do."""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from convert.prove.gate import Limits
from convert.web.site import write_site
from edge_app.bench.sample_page import ROWS, draw_page
from tests.benchmarks.scoring import read_digits
from tests.browser import FLAGS, Visit, browser, visit
from tests.parts import find_program, require
from tests.phone_page import PhonePage, hosted, wait_until_ready
from train.data.mnist import load_mnist

__all__ = ["browser", "visit"]

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
SIZE = (390, 844)
EXAMPLE = ["6639031729", "826", "92650", "761045536", "30", "8", "14"]
WITHOUT_SIMD = "--js-flags=--no-enable-sse4-1 --no-enable-ssse3 --no-enable-sse4-2 --no-enable-avx --no-enable-avx2"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the shipped models; $DIGITS_SITE if one is built already."""
    require(["node", "npm", "chromium"])
    if "DIGITS_SITE" in os.environ:
        return Path(os.environ["DIGITS_SITE"])
    return write_site(None, tmp_path_factory.mktemp("site")).output


@pytest.fixture
def url(site: Path) -> Iterator[str]:
    """Its address."""
    with hosted(site) as address:
        yield address


def test_it_reads_with_the_network_cut(site: Path, visit: Visit) -> None:
    """After the first load: the host is gone, the browser offline; the page opens again and reads a photo."""
    asked: list[str] = []
    with hosted(site) as url:
        page = visit(url, SIZE)
        page.context.on("request", lambda request: asked.append(request.url))
        expect(page.locator("#state-text")).to_have_text("Ready, also offline", timeout=300_000)
    page.context.set_offline(True)
    page.reload()
    wait_until_ready(page)
    page.set_input_files("#file", ROOT / "tests" / "pages" / "example.jpg")
    expect(page.locator("#photo-state")).to_have_text(re.compile("^32 digits in 7 lines"), timeout=300_000)
    assert [line.replace("\n", "") for line in page.locator("#photo-lines li").all_inner_texts()] == EXAMPLE
    assert len(asked) > 20
    assert [each for each in asked if not each.startswith((url, "blob:"))] == []


def test_nothing_can_leave_the_phone(browser: Browser, url: str, site: Path) -> None:
    """A host that sends no policy: the page's own binds its worker, too; both may talk to their own host alone."""
    send = "(to) => fetch(to, { mode: 'no-cors' }).then(() => 'sent', () => 'refused')"
    with hosted(site) as elsewhere, browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        wait_until_ready(page)
        (worker,) = page.workers
        assert [each.evaluate(send, f"{url}icon.svg") for each in (page, worker)] == ["sent", "sent"]
        assert [each.evaluate(send, f"{elsewhere}icon.svg") for each in (page, worker)] == ["refused", "refused"]


def test_int8_agrees_with_its_parent(url: str, visit: Visit) -> None:
    """A part of what tests/benchmarks/phone.py measures on all test digits, with the gate's limit."""
    page = visit(url, SIZE)
    wait_until_ready(page)
    test = load_mnist().test.head(500)
    read = PhonePage(page, url).classify(test.images)
    assert 100 * np.mean(read["int8"] == read["float32"]) >= Limits().min_agreement_percent
    assert np.mean(read["int8"] == test.labels) > 0.98


def test_a_drawn_digit_shows_both_networks(url: str, visit: Visit) -> None:
    """Stroke by stroke: the picture that they see, each digit's likelihood, and a verdict; Clear empties it."""
    page = visit(url, SIZE)
    wait_until_ready(page)
    box = page.locator("#pad").bounding_box()
    assert box
    page.locator("#pad").scroll_into_view_if_needed()
    for x, y in ((0.3, 0.2), (0.7, 0.2), (0.45, 0.85)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
        page.mouse.down()
    page.mouse.up()
    expect(page.locator("#verdict")).to_have_text(re.compile("^Both see a 7; .* apart at most"))
    assert page.locator("#beliefs tr.best, #beliefs td.best").count() == 2
    page.click("#clear")
    expect(page.locator("#verdict")).to_have_text("Draw a digit above.")
    assert page.locator("#beliefs td.best").count() == 0


def test_what_cannot_be_read_is_said(url: str, visit: Visit, tmp_path: Path) -> None:
    """A text, a picture of 20 pixels, no camera: a sentence each; a photo is read all the same."""
    page = visit(url, SIZE)
    wait_until_ready(page)
    (tmp_path / "notes.jpg").write_text("no picture")
    Image.new("L", (20, 20), 255).save(tmp_path / "small.png")
    state = page.locator("#photo-state")
    page.set_input_files("#file", tmp_path / "notes.jpg")
    expect(state).to_have_text(re.compile("^That is no picture that this browser can open"))
    page.set_input_files("#file", tmp_path / "small.png")
    expect(state).to_have_text(re.compile("^That picture has only 20.20 pixels"))
    page.click("#camera")
    expect(state).to_have_text(re.compile(r"^(The camera was refused|There is no camera here)\. .* a photo works all"))
    Image.new("L", (64, 64), 255).save(tmp_path / "blank.png")
    page.set_input_files("#file", tmp_path / "blank.png")
    expect(state).to_have_text(re.compile("^No digit was read"))


def test_a_photo_of_48_megapixels_is_scaled_while_it_is_decoded(url: str, visit: Visit) -> None:
    """Its digits are read, and their boxes lie on the whole photo."""
    page = visit(url, SIZE)
    wait_until_ready(page)
    buffer = io.BytesIO()
    Image.fromarray(draw_page((2000, 1500))).resize((8000, 6000)).save(buffer, "JPEG", quality=85)
    read = PhonePage(page, url).read(buffer.getvalue())
    assert [line["text"] for line in read["lines"]] == list(ROWS)
    assert (round(read["width"]), round(read["height"])) == (8000, 6000)
    assert max(digit["box"][0] for digit in read_digits(read)) > 5000


def test_a_browser_without_simd_is_told(browser: Browser, url: str) -> None:
    """One sentence, and no error."""
    troubles: list[str] = []
    program = find_program("chromium")
    with browser.browser_type.launch(executable_path=program, args=[*FLAGS, WITHOUT_SIMD]) as old:
        page = old.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(url)
        expect(page.locator("#trouble")).to_have_text(re.compile("^This browser is too old .*WebAssembly SIMD"))
    assert troubles == []

"""Reading, explaining and collecting see the same ink: whatever its polarity and turn, and wherever they look."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app import DigitClassifier, PageReader
from edge_app.collect.cutting import Cutter
from edge_app.page.explain import explain
from edge_app.page.orientation import turned
from edge_app.page.regions import Region
from edge_app.page.result import Page
from edge_app.page.views import View, ViewReader

from ..pages import blank, write

LIGHT, MID, DARK = 200, 128, 70
WHOLE: tuple[Region, ...] = ()
PARTS = (Region("above", (0, 60, 640, 130)), Region("below", (0, 220, 640, 130)))


@pytest.fixture(scope="module")
def reader() -> PageReader:
    """The shipped models, keeping what they do."""
    return PageReader(DigitClassifier.load(), traced=True)


def drawn(ink: int, paper: int) -> NDArray[np.uint8]:
    """Two lines of numbers."""
    page = write(blank(paper=paper), "3 8 4 7 2", (60, 160), ink=ink)
    return write(page, "9 0 6 5 2", (60, 320), ink=ink)


@pytest.mark.parametrize(("ink", "paper"), [(40, 220), (LIGHT, MID), (LIGHT, 20), (DARK, MID)])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("regions", [WHOLE, PARTS], ids=["whole", "regions"])
def test_all_that_look_at_a_page_see_the_same_ink(
    reader: PageReader, ink: int, paper: int, turn: int, regions: Sequence[Region], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A digit's crop is what was classified, what is collected, and of the polarity that is explained."""
    # As on mottled grounds: which of the two is ink shows only by reading.
    monkeypatch.setattr("edge_app.page.ink.light_on_dark", lambda _: 1.0)
    upright = drawn(ink, paper)
    image = turned(upright, (360 - turn) % 360)
    places = tuple(Region(each.name, _turned_box(each, turn)) for each in regions)
    page = ViewReader(reader, View(str(turn) if turn else "none", places)).read(image)
    digits = [digit for line in page.lines for digit in line.digits]
    assert len(digits) == 10
    cutter = Cutter(image, page, reader.classifier, "abc")
    for digit in digits:
        cut = cutter.cut(digit.box, "corrected")
        assert cut is not None
        assert digit.crop is not None
        assert (cut[1] == digit.crop).all()
        assert cut[0].guess == digit.label
    assert len(page.traces) == max(1, len(regions))
    assert {trace.page_ink.inverted for trace in page.traces} == {ink > paper}
    assert len(explain(image, page)) == 7 * len(page.traces) + 1


def _turned_box(region: Region, turn: int) -> tuple[int, int, int, int]:
    """A region of the upright page, where it lies on the page that has to be turned clockwise by that turn."""
    x, y, width, height = region.box
    return {
        0: (x, y, width, height),
        90: (y, 640 - x - width, height, width),
        180: (640 - x - width, 480 - y - height, width, height),
        270: (480 - y - height, x, height, width),
    }[turn]


def test_a_page_keeps_traces_only_where_asked(reader: PageReader) -> None:
    """Ink maps are large; crops are not, and always there."""
    page: Page = PageReader(reader.classifier).read(drawn(40, 220))
    assert page.traces == ()
    assert all(digit.crop is not None for line in page.lines for digit in line.digits)

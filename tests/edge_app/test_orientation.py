"""Pages that lie on their side or upside down."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.orientation import read_turned
from edge_app.page import Digit, Line, Page

from .pages import blank


def find_corner(image: NDArray[np.uint8]) -> Page:
    """A reader that reads black ink as one digit, the more surely the nearer it is to the upper left corner."""
    rows, columns = np.nonzero(image < 128)
    box = (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
    confidence = 0.95 if box[0] < image.shape[1] / 2 and box[1] < image.shape[0] / 2 else 0.6
    return Page((Line((Digit(3, confidence, box),)),), image.shape[1], image.shape[0], (box,))


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("turn", ["auto", "fixed"])
def test_boxes_lie_on_the_image_as_given(quarters: int, turn: str) -> None:
    """However the page lies, it is read upright and the box is where the ink is in the file."""
    upright = blank(100, 160)
    upright[10:40, 20:35] = 0
    given = np.rot90(upright, quarters)
    fixed = ["none", "90", "180", "270"][quarters]
    page = read_turned(find_corner, given, "auto" if turn == "auto" else fixed)
    (digit,) = page.lines[0].digits
    assert digit.confidence == 0.95
    x, y, width, height = digit.box
    assert (given[y : y + height, x : x + width] == 0).all()
    assert width * height == 450
    assert page.refused == (digit.box,)
    assert (page.height, page.width) == given.shape


def test_as_it_is_wins_a_draw() -> None:
    """An empty page or one that reads both ways is not turned."""
    page = read_turned(lambda image: Page((), image.shape[1], image.shape[0]), blank(), "auto")
    assert (page.width, page.height) == (640, 480)

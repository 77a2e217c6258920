"""Where labels go on a picture."""

from itertools import combinations

import pytest

from edge_app.page.boxes import Box
from edge_app.page.captions import LEAST_PX, captions
from edge_app.page.result import Digit, Line, Page


def table(pitch_xy: tuple[int, int], height_px: int, confidence: float = 0.8) -> Page:
    """Digits in 8 columns and 6 rows, their corners so far apart."""

    def digit(column: int, row: int) -> Digit:
        x, y = height_px + column * pitch_xy[0], height_px + row * pitch_xy[1]
        return Digit(column, confidence, (x, y, height_px * 2 // 3, height_px))

    lines = tuple(Line(tuple(digit(column, row) for column in range(8))) for row in range(6))
    return Page(lines, 8 * pitch_xy[0] + 2 * height_px, 6 * pitch_xy[1] + 2 * height_px)


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share a pixel."""
    return all(one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2] for axis in (0, 1))


@pytest.mark.parametrize(
    ("pitch_xy", "height_px"), [((70, 100), 60), ((24, 32), 20), ((21, 30), 30), ((300, 400), 300)]
)
def test_labels_cover_no_neighbour(pitch_xy: tuple[int, int], height_px: int) -> None:
    """On sparse and dense pages, where boxes touch, and on small and large ones; each digit has its label."""
    page = table(pitch_xy, height_px)
    digits = [digit for line in page.lines for digit in line.digits]
    drawn = list(captions(page))
    assert [each.text for each in drawn[: len(digits)]] == [str(digit.label) for digit in digits]
    for caption in drawn:
        assert not any(overlap(caption.box, digit.box) for digit in digits if digit is not caption.digit)
    assert not any(overlap(one.box, other.box) for one, other in combinations(drawn, 2))


def test_labels_scale_with_the_picture() -> None:
    """Half as high as the digits, on a phone's photo as on a thumbnail, but never unreadably small."""
    heights = [next(captions(table((3 * px, 3 * px), px))).box[3] for px in (6, 40, 160)]
    assert heights[0] >= LEAST_PX
    assert heights[1] / 40 == pytest.approx(heights[2] / 160, abs=0.15)
    assert heights[2] > 3 * heights[1]


def test_confidences_are_told_where_they_say_something() -> None:
    """Not of what is sure; of a doubtful digit with the guess."""
    assert {each.text for each in list(captions(table((120, 100), 30, 0.8)))[48:]} == {"80%"}
    assert len(list(captions(table((120, 100), 30, 0.999)))) == 48
    doubtful = Page((Line((Digit(None, 0.31, (50, 50, 20, 30), 7),)),), 200, 200)
    assert [each.text for each in captions(doubtful)] == ["?", "7? 31%"]


def test_a_label_lies_beside_no_digit_of_another_row() -> None:
    """Rows that touch, the lower one a little to the right: its label is in its own row, at its side."""
    upper, lower = Digit(6, 0.999, (100, 100, 30, 45)), Digit(3, 0.999, (104, 145, 38, 45))
    page = Page((Line((upper,)), Line((lower,))), 300, 300)
    _, label = captions(page)
    middle_y = label.box[1] + label.box[3] / 2
    assert 145 <= middle_y < 190

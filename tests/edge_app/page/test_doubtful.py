"""Which ink is a doubtful digit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_app.page.boxes import Box
from edge_app.page.candidates import connect
from edge_app.page.doubtful import free_ink, in_lines
from edge_app.page.ink import find_ink
from edge_app.page.lines import arrange
from edge_app.page.result import Digit

from ..pages import blank, write

READ = [Digit(int(text), 0.99, (100 + 40 * at, 100, 24, 40)) for at, text in enumerate("427")]


def doubtful(x: int, y: int = 100, height: int = 40, width: int = 24) -> Digit:
    """A digit that may be one."""
    return Digit(None, 0.4, (x, y, width, height), 8)


@pytest.mark.parametrize(
    ("digit", "text"),
    [
        (doubtful(60), "?427"),
        (doubtful(220), "427?"),
        # Small zeros are usual between digits, and as high as dots and commas they are none at the end.
        (doubtful(125, 120, 16, 12), "4?27"),
        (doubtful(220, 124, 16, 12), "427"),
        # Too far, on another line, and much larger.
        (doubtful(260), "427"),
        (doubtful(220, 130), "427"),
        (doubtful(220, 60, 120, 60), "427"),
    ],
)
def test_a_doubtful_digit_continues_a_line(digit: Digit, text: str) -> None:
    """By its place and size among the digits that are read."""
    placed = in_lines([digit], arrange(READ))
    assert [line.text for line in arrange([*READ, *placed])] == [text]


def test_doubtful_digits_stand_behind_doubtful_ones() -> None:
    """The farther one counts once the nearer one has closed the gap; without it, it is left out."""
    near, far = doubtful(225), doubtful(295)
    assert in_lines([far, near], arrange(READ)) == [near, far]
    assert in_lines([far], arrange(READ)) == []


def test_of_two_lines_the_nearer_one_is_continued() -> None:
    """Where both are near enough."""
    below = [Digit(9, 0.99, (100 + 40 * at, 145, 24, 40)) for at in range(3)]
    placed = in_lines([doubtful(220, 140)], arrange(READ + below))
    assert [line.text for line in arrange([*READ, *below, *placed])] == ["427", "999?"]


def test_a_slanted_line_is_continued_along_its_slant() -> None:
    """Level with its last digit is off the line, which runs downhill."""
    slanted = [Digit(5, 0.99, (100 + 40 * at, 100 + 28 * at, 24, 40)) for at in range(4)]
    assert in_lines([doubtful(260, 212)], arrange(slanted)) != []
    assert in_lines([doubtful(260, 160)], arrange(slanted)) == []


def as_floats(*boxes: Box) -> NDArray[np.float32]:
    """As the detector gives them."""
    return np.array(boxes, np.float32)


def test_only_ink_that_was_not_read_is_doubtful() -> None:
    """Its box is that of its ink; a second look at a digit that is read, paper, and ink without a number are none."""
    page = find_ink(write(write(blank(), "427", (100, 200), 80), "8", (100, 400), 80))
    boxes = [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in connect(page).stats[1:]]
    top = sorted(box for box in boxes if box[1] < 250)
    (alone,) = (box for box in boxes if box[1] >= 250)
    read, (x, y, width, height) = [top[0], top[2]], top[1]
    wide = (x - 6, y - 6, width + 12, height + 12)
    assert free_ink(as_floats(wide), read, page) == [top[1]]
    assert free_ink(as_floats(top[0], alone, (400, 100, 40, 60)), read, page) == [None, None, None]
    # The more certain of two looks at the same ink is taken.
    assert free_ink(as_floats(wide, top[1]), read, page) == [top[1], None]
    assert free_ink(as_floats(wide), [], page) == [None]

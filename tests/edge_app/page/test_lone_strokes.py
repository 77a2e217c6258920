"""Strokes that are no 1."""

import cv2
import numpy as np
import pytest

from edge_app.page.lone_strokes import refuse_lone_strokes
from edge_app.page.normalise import normalise
from edge_app.page.recognition import Reading

from ..pages import blank


def stroke(right: int, down: int = 40, x: int = 100, label: int | None = 1) -> Reading:
    """A straight stroke from the lower left to the upper right, both ways in pixels."""
    ink = blank(60, 80, 0)
    cv2.line(ink, (10, 10 + down), (10 + right, 10), (255,), 3)
    return Reading((x, 100, max(right, 4), max(down, 4)), label, 0.99, crop=normalise(ink), belief=0.9)


@pytest.mark.parametrize(("right", "down", "label"), [(0, 40, 1), (30, 40, 1), (48, 40, None), (60, 0, None)])
def test_a_lone_stroke_that_lies_is_refused(right: int, down: int, label: int | None) -> None:
    """One that leans by less than 45 degrees stays."""
    (read,) = refuse_lone_strokes([stroke(right, down)])
    assert read.label == label
    assert read.belief == (0.9 if label == 1 else 0.0)


def test_a_stroke_in_a_number_stays() -> None:
    """Other ink beside it that is no digit is no company; nor is a digit in another line."""
    seven = Reading((160, 100, 30, 40), 7, 0.99)
    assert [each.label for each in refuse_lone_strokes([stroke(48), seven])] == [1, 7]
    below, word = Reading((100, 180, 30, 40), 7, 0.99), Reading((160, 100, 30, 40), None, 0.2)
    assert [each.label for each in refuse_lone_strokes([stroke(48), below, word])] == [None, 7, None]


def test_thick_ink_and_other_digits_stay() -> None:
    """A 1 with a flag and a foot is no straight stroke."""
    one = blank(60, 80, 0)
    cv2.polylines(
        one, [np.array(each) for each in ([[10, 30], [30, 10], [30, 50]], [[5, 50], [60, 50]])], False, (255,), 3
    )
    flagged = Reading((100, 100, 55, 40), 1, 0.99, crop=normalise(one))
    assert refuse_lone_strokes([flagged, stroke(48, label=7)])[0].label == 1
    assert refuse_lone_strokes([stroke(48, label=7)])[0].label == 7
    assert refuse_lone_strokes([]) == []


@pytest.mark.parametrize(("height", "others", "label"), [
    (12, 6, None), (40, 6, 1), (140, 6, None), (12, 2, 1), (140, 2, 1),
])  # fmt: skip
def test_a_lone_stroke_of_another_size_is_refused(height: int, others: int, label: int | None) -> None:
    """Where enough digits show which size is usual; beside a digit it stays."""
    digits = [Reading((400, 200 * line, 30, 40), 7, 0.99) for line in range(others)]
    one = Reading((100, 100, 6, height), 1, 0.99)
    assert refuse_lone_strokes([one, *digits])[0].label == label
    beside = Reading((112, 100, 30, min(height, 80)), 2, 0.99)
    assert refuse_lone_strokes([one, beside, *digits])[0].label == 1

"""Strokes that are no 1."""

import cv2
import numpy as np
import pytest

from edge_app import DigitClassifier, PageReader
from edge_app.page.lone_strokes import refuse_lone_strokes
from edge_app.page.normalise import normalise
from edge_app.page.recognition import Reading, look_at

from ..pages import blank, write


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
    """Ink that is wider than high, but no straight stroke; and what reads as another digit."""
    crooked = blank(60, 80, 0)
    cv2.polylines(crooked, [np.array([[5, 30], [25, 10], [30, 50], [75, 50]])], False, (255,), 5)
    assert refuse_lone_strokes([Reading((100, 100, 70, 40), 1, 0.99, crop=normalise(crooked))])[0].label == 1
    assert refuse_lone_strokes([stroke(48, label=7)])[0].label == 7
    assert refuse_lone_strokes([]) == []


def test_a_page_is_read_without_its_slashes() -> None:
    """The classifier alone takes one for a 1."""
    page = write(write(blank(), "2357", (60, 120)), "9486", (60, 220))
    slash = np.zeros((480, 640), np.uint8)
    cv2.line(slash, (70, 340), (125, 300), (255,), 5)
    assert look_at([slash], DigitClassifier.load())[0].label == 1
    page[slash > 0] = 40
    assert "1" not in PageReader(DigitClassifier.load(), detector=None).read(page).text
    kept = PageReader(DigitClassifier.load(), detector=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge_app.page.reader.refuse_lone_strokes", list)
        assert "1" in kept.read(page).text


@pytest.mark.parametrize(("height", "others", "label"), [
    (12, 4, None), (30, 4, 1), (130, 4, 1), (150, 4, None), (12, 3, 1), (150, 3, 1),
])  # fmt: skip
def test_a_lone_stroke_of_another_size_is_refused(height: int, others: int, label: int | None) -> None:
    """Where enough digits show which size is usual; beside a digit it stays."""
    digits = [Reading((400, 200 * line, 30, 40), 7, 0.99) for line in range(others)]
    one = Reading((100, 100, 6, height), 1, 0.99)
    assert refuse_lone_strokes([one, *digits])[0].label == label
    beside = Reading((112, 100, 30, min(height, 80)), 2, 0.99)
    assert refuse_lone_strokes([one, beside, *digits])[0].label == 1

"""Rulings go, handwriting stays."""

import cv2
import numpy as np
import pytest

from edge_app.forms.locate import Located
from edge_app.forms.own_print import OwnPrint, straight_lines_taken_out
from edge_app.forms.straighten import FieldPicture, cut

from ..pages import blank, write

BOX = (0.2, 0.25, 0.8, 0.5)


def sheet() -> np.ndarray:  # type: ignore[type-arg]
    """A framed field with a stroke in its middle, uint8 (400, 800)."""
    page = blank(400, 800)
    cv2.rectangle(page, (160, 100), (640, 200), (0,), 3)
    cv2.line(page, (400, 100), (400, 200), (0,), 2)
    return page


def field_of(page: np.ndarray) -> FieldPicture:  # type: ignore[type-arg]
    """The field, cut out."""
    return cut(page, Located(np.diag([800.0, 400.0, 1.0]), (800, 400), 1.0), BOX)


@pytest.mark.parametrize("known", [True, False])
def test_rulings_go_and_digits_stay(known: bool) -> None:
    """By the form's picture, and without one where they are as long as the field is high."""
    picture = field_of(write(sheet(), "4", (230, 180), 60))
    clean = OwnPrint(sheet()).taken_out(picture, BOX) if known else straight_lines_taken_out(picture)
    x, y, width, height = picture.box
    middle = clean[y + 10 : y + height - 10, x + width // 2 - 6 : x + width // 2 + 6]
    assert middle.min() > 180
    assert clean[y - 2 : y + 3].min() > 180
    assert clean[y : y + height, x + 60 : x + 150].min() < 80


def test_what_was_written_on_the_picture_is_not_taken_out() -> None:
    """A form's picture may be of one that was filled in."""
    picture = field_of(write(sheet(), "4", (230, 180), 60))
    clean = OwnPrint(write(sheet(), "8", (230, 180), 60)).taken_out(picture, BOX)
    plain = OwnPrint(sheet()).taken_out(picture, BOX)
    assert np.array_equal(clean, plain)

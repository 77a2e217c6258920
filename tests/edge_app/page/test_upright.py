"""Ink turned upright and boxes turned back."""

import cv2
import numpy as np
import pytest

from edge_app.page.upright import box_on_page, turn_upright


@pytest.mark.parametrize("slant_deg", [-40.0, -12.0, 7.0, 33.0, 45.0])
def test_a_slanted_stroke_becomes_level_and_its_box_comes_back(slant_deg: float) -> None:
    """A bar along the line turns level without loss; the box of all its ink is where it was."""
    ink = np.zeros((120, 120), np.uint8)
    along = np.array([np.cos(np.radians(slant_deg)), np.sin(np.radians(slant_deg))]) * 45
    ends = [(int(60 - along[0]), int(60 - along[1])), (int(60 + along[0]), int(60 + along[1]))]
    cv2.line(ink, ends[0], ends[1], (255,), 5)
    turned, matrix = turn_upright(ink, slant_deg)
    assert np.ptp(np.nonzero(turned > 128)[0]) <= 9
    assert float(turned.sum()) == pytest.approx(float(ink.sum()), rel=0.1)
    box = box_on_page(turned > 128, matrix, (1000, 2000))
    expected = np.add(cv2.boundingRect(ink), (1000, 2000, 0, 0))
    assert np.allclose(box, expected, atol=3)


def test_level_ink_is_not_touched() -> None:
    """A slant too small to matter costs nothing."""
    ink = np.ones((4, 5), np.uint8)
    turned, matrix = turn_upright(ink, 2.0)
    assert turned is ink
    assert matrix is None
    assert box_on_page(ink > 0, matrix, (7, 9)) == (7, 9, 5, 4)

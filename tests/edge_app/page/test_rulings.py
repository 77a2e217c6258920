"""Ruling lines taken out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.page.rulings import remove_rulings

from ..pages import blank, write


def mask_of(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink of a clean page, 255 where it is."""
    return np.where(page < 130, 255, 0).astype(np.uint8)


def ruled(page: NDArray[np.uint8], slope: float = 0.0) -> NDArray[np.uint8]:
    """Draws a table over the page."""
    for y in range(100, 400, 80):
        cv2.line(page, (20, y), (620, round(y + 600 * slope)), (40,), 2)
    for x in range(60, 640, 120):
        cv2.line(page, (round(x + 40 * slope), 60), (round(x - 300 * slope), 400), (40,), 2)
    return page


def test_a_table_goes_and_its_digits_stay() -> None:
    """Level and slightly sloping grids are removed; digits in the cells, also on the lines, keep their ink."""
    for slope in (0.0, 0.02, -0.03):
        digits = mask_of(write(blank(), "4 7 1", (90, 200), 60))
        cleaned = remove_rulings(mask_of(ruled(write(blank(), "4 7 1", (90, 200), 60), slope)))
        left = (cleaned > 0) & (digits == 0)
        lost = (digits > 0) & (cleaned == 0)
        grid = mask_of(ruled(blank(), slope)) > 0
        assert left.sum() < 0.06 * grid.sum(), slope
        assert lost.sum() < 0.15 * (digits > 0).sum(), slope


def test_digits_alone_are_left_alone() -> None:
    """Without rulings nothing is touched, neither small digits nor one large thin one."""
    for page in (write(blank(), "1 4 7 2", (60, 300), 100), write(blank(), "000000", (60, 300), 60)):
        mask = mask_of(page)
        assert (remove_rulings(mask) == mask).all()
    large = blank()
    cv2.polylines(large, [np.array([[380, 60], [200, 300], [460, 300]])], isClosed=False, color=(40,), thickness=3)
    cv2.line(large, (400, 180), (390, 420), (40,), 3)
    assert (remove_rulings(mask_of(large)) == mask_of(large)).all()

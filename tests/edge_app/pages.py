"""Small pages that the tests draw."""

import cv2
import numpy as np
from numpy.typing import NDArray

PAPER, INK = 220, 40


def blank(height: int = 480, width: int = 640, paper: int = PAPER) -> NDArray[np.uint8]:
    """An empty page, uint8 (height, width)."""
    return np.full((height, width), paper, np.uint8)


def write(
    page: NDArray[np.uint8], text: str, at_xy: tuple[int, int], height_px: int = 60, ink: int = INK
) -> NDArray[np.uint8]:
    """Draws text in strokes onto the page, its lower left corner at at_xy; returns the page."""
    thickness = max(1, height_px // 12)
    cv2.putText(page, text, at_xy, cv2.FONT_HERSHEY_SIMPLEX, height_px / 22, (ink,), thickness, cv2.LINE_AA)
    return page

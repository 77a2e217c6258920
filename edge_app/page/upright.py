"""Turning ink upright, and what was found in it back onto the page."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .boxes import Box
from .ink import Grey

# Below this slant a digit reads as well as it stands.
MIN_TURN_DEG = 4.0


def turn_upright(ink: Grey, slant_deg: float) -> tuple[Grey, NDArray[np.float64] | None]:
    """Turns ink so that its line runs level.

    Args:
        ink: uint8 (h, w).
        slant_deg: direction of its line, positive when it runs downhill.

    Returns:
        uint8 (H, W) large enough to hold all of it, and the affine (2, 3) matrix from `ink` to it; the ink itself and
        None if the slant is too small to matter.
    """
    if abs(slant_deg) < MIN_TURN_DEG:
        return ink, None
    height, width = ink.shape
    new_width, new_height = turned_size(width, height, slant_deg)
    matrix = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), slant_deg, 1.0), np.float64)
    matrix[:, 2] += (new_width - width) / 2, (new_height - height) / 2
    turned = cv2.warpAffine(ink, matrix, (new_width, new_height), flags=cv2.INTER_LINEAR)
    return np.asarray(turned, np.uint8), matrix


def turned_size(width: int, height: int, slant_deg: float) -> tuple[int, int]:
    """Width and height of a picture, in pixels, that holds one turned by an angle."""
    cos, sin = abs(math.cos(math.radians(slant_deg))), abs(math.sin(math.radians(slant_deg)))
    return math.ceil(width * cos + height * sin) + 2, math.ceil(width * sin + height * cos) + 2


def box_on_page(mask: NDArray[np.bool_], matrix: NDArray[np.float64] | None, origin_xy: tuple[int, int]) -> Box:
    """Box of the True pixels of a turned crop, (x, y, width, height) on the page its untouched crop lies at."""
    rows, columns = np.nonzero(mask)
    points = np.stack([columns, rows], axis=1).astype(np.float64)
    if matrix is not None:
        points = np.asarray((points - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T, np.float64)
    low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    return (
        int(low[0]) + origin_xy[0],
        int(low[1]) + origin_xy[1],
        int(high[0] - low[0]) + 1,
        int(high[1] - low[1]) + 1,
    )


def ink_on_page(box: Sequence[float], mask: NDArray[np.bool_], matrix: NDArray[np.float64]) -> Box:
    """The box, on the page, of the ink in a box of the page turned.

    Args:
        box: x, y, width, height on the turned page.
        mask: bool (H, W), the turned page's ink.
        matrix: affine (2, 3), from the page to the turned one.
    """
    left, top = (max(0, round(start)) for start in box[:2])
    ink = mask[top : round(box[1] + box[3]), left : round(box[0] + box[2])]
    if not ink.any():
        ink = np.ones((max(1, round(box[3])), max(1, round(box[2]))), bool)
    shifted = matrix.copy()
    shifted[:, 2] -= (left, top)
    return box_on_page(ink, shifted, (0, 0))

"""A sheet of paper on a photo of any form: its corners, and the sheet cut out straight."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import FormError
from .contrast import Grey, shrunk
from .locate import UNIT_SQUARE, Corners
from .straighten import warped

# The photo's longer side where corners are looked for, and the most that a form's picture has.
LOOKED_PX, PICTURE_PX, LEAST_PICTURE_PX = 640, 1600, 64
# A sheet fills this part of the photo; it and the outline through its four corners are this much alike in area.
LEAST_AREA, LEAST_FILLED = 0.15, 0.93
# Print and writing are closed over by this, in parts of the longer side.
PRINT_PART = 0.03
# Focal lengths that cameras have, in longer sides of the photo, and that of a phone.
FOCALS, PHONE_FOCAL = (0.4, 3.0), 0.75
LEAST_SINE = 0.3


def find_sheet(luma: Grey) -> Corners | None:
    """The corners of the brightest large sheet, float64 (4, 2) in pixels, clockwise from the upper left; None if none.

    Args:
        luma: the photo, uint8 (H, W).
    """
    small = cv2.GaussianBlur(shrunk(luma, LOOKED_PX), (0, 0), 1.5)
    side = 2 * round(PRINT_PART * max(small.shape) / 2) + 1
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8), borderType=cv2.BORDER_REPLICATE)
    _, bright = cv2.threshold(paper, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(outlines, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < LEAST_AREA * small.size:
        return None
    four = _four_corners(np.asarray(cv2.convexHull(largest), np.int32))
    if four is None:
        return None
    filled = cv2.contourArea(largest) / max(1.0, cv2.contourArea(four.astype(np.float32)))
    if not LEAST_FILLED <= filled <= 1 / LEAST_FILLED:
        return None
    scale = np.array([luma.shape[1] / small.shape[1], luma.shape[0] / small.shape[0]])
    return np.asarray(np.clip((_clockwise(four) + 0.5) * scale, 0, luma.shape[::-1]), np.float64)


def whole(luma: Grey) -> Corners:
    """The corners of the photo itself, as find_sheet gives them."""
    return UNIT_SQUARE * luma.shape[::-1]


def checked_corners(corners: object, luma: Grey) -> Corners:
    """Four corners out of JSON, as find_sheet gives them, but of whatever corner first; raises FormError."""
    try:
        points = np.array(corners, np.float64)
    except (TypeError, ValueError, OverflowError):
        points = np.zeros(0)
    if points.shape != (4, 2) or not np.isfinite(points).all():
        raise FormError("corners: expected four of [x, y] in pixels, got something else; take the photo again")
    points = np.clip(points, 0, luma.shape[::-1])
    sides = np.roll(points, -1, axis=0) - points
    following = np.roll(sides, -1, axis=0)
    lengths = np.maximum(np.hypot(*sides.T), 1e-6)
    sines = (sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]) / (lengths * np.roll(lengths, -1))
    if lengths.min() < LEAST_PICTURE_PX / 2 or sines.min() < LEAST_SINE:
        raise FormError("corners: expected those of a sheet, clockwise, got others; put one on each corner of the form")
    return points


def straight_sheet(luma: Grey, corners: Corners) -> Grey:
    """The sheet cut to its edges, as seen from straight above, uint8 (h, w), its longer side at most PICTURE_PX.

    Args:
        luma: the photo, uint8 (H, W).
        corners: from find_sheet or checked_corners; the first becomes the upper left.
    """
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    longest, ratio = max(sides), _width_by_height(corners, luma)
    longer = float(np.clip(longest, LEAST_PICTURE_PX, PICTURE_PX))
    size_wh = (longer, longer / ratio) if ratio > 1 else (longer * ratio, longer)
    width, height = max(LEAST_PICTURE_PX, round(size_wh[0])), max(LEAST_PICTURE_PX, round(size_wh[1]))
    there = (UNIT_SQUARE * (width, height)).astype(np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(there, corners.astype(np.float32)), np.float64)
    return warped(luma, matrix, (width, height), int(longest / longer))


def _four_corners(hull: NDArray[np.int32]) -> Corners | None:
    around = cv2.arcLength(hull, True)
    for part in (0.01, 0.02, 0.03, 0.05, 0.08):
        found = cv2.approxPolyDP(hull, part * around, True)
        if len(found) <= 4:
            return np.asarray(found[:, 0], np.float64) if len(found) == 4 else None
    return None


def _clockwise(points: Corners) -> Corners:
    from_middle = points - points.mean(axis=0)
    ordered = points[np.argsort(np.arctan2(from_middle[:, 1], from_middle[:, 0]))]
    return np.roll(ordered, -int(ordered.sum(axis=1).argmin()), axis=0)


def _width_by_height(corners: Corners, luma: Grey) -> float:
    """Of a sheet seen at an angle (Zhang and He, "Whiteboard scanning and image enhancement", 2007)."""
    longer: float = max(luma.shape)
    upper_left, upper_right, lower_right, lower_left = np.c_[
        (corners - np.divide(luma.shape[::-1], 2)) / longer, np.ones(4)
    ]
    across = _far(upper_left, lower_right, lower_left, upper_right) * upper_right - upper_left
    down = _far(upper_left, lower_right, upper_right, lower_left) * lower_left - upper_left
    depths = across[2] * down[2]
    focal = float(np.sqrt(max(0.0, -np.dot(across[:2], down[:2]) / depths))) if abs(depths) > 1e-6 else 0.0
    if not FOCALS[0] <= focal <= FOCALS[1]:
        focal = PHONE_FOCAL
    return float(np.linalg.norm(across * (1, 1, focal)) / np.linalg.norm(down * (1, 1, focal)))


def _far(first: Sequence[float], opposite: Sequence[float], other: Sequence[float], corner: Sequence[float]) -> float:
    """How much farther away than the first corner another one is."""
    return float(np.dot(np.cross(first, opposite), other) / np.dot(np.cross(corner, opposite), other))

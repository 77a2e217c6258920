"""A line's ink as the sequence reader takes it: straight, its digits 20 pixels high, in the middle of 32."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..model.sequence_contract import DIGIT_PX, STRIP_PX
from .boxes import Box
from .ink import Grey

# Variants of a strip: moved up and down by this much, its grey raised to these powers.
_MOVED_PX, _POWERS = 1.5, (0.6, 1.6)
_SHADES = [np.rint(255 * (np.arange(256) / 255) ** power).astype(np.uint8) for power in _POWERS]
# A faint pencil is made as dark as a felt pen, but the noise of empty paper is not: the darkest ink, and the most gain.
_DARKEST_PERCENTILE, _DARKEST, _MAX_GAIN = 98, 235.0, 4.0


@dataclass(frozen=True)
class Baseline:
    """Where a line of digits runs on the ink map, in its pixels.

    Attributes:
        start: (x, y) of the line's left end, at half the digits' height.
        angle_rad: clockwise.
        length: along the line.
        height: of the digits.
    """

    start: tuple[float, float]
    angle_rad: float
    length: float
    height: float


@dataclass(frozen=True)
class Strip:
    """A piece of ink along a line.

    Attributes:
        ink: uint8 (STRIP_PX, w), 0 = paper, its contrast stretched.
        to_page: float64 (2, 3), from pixels of the strip to those of the ink map.
    """

    ink: Grey
    to_page: NDArray[np.float64]

    def places(self, boxes: Sequence[Box]) -> NDArray[np.float64]:
        """Where boxes of the ink map lie on the strip: middle along and across, half the width, in pixels (N, 3)."""
        # A turn and a scale, so its inverse is at hand.
        (cos, _, left), (sin, _, top) = self.to_page.tolist()
        x, y, width, height = np.array(boxes, np.float64).reshape(-1, 4).T
        right, down = x + width / 2 - left, y + height / 2 - top
        squared = cos * cos + sin * sin
        return np.column_stack(
            ((cos * right + sin * down) / squared, (cos * down - sin * right) / squared, width / 2 / math.sqrt(squared))
        )


def cut_strip(ink: Grey, line: Baseline) -> Strip:
    """Cuts a line out of an ink map, uint8 (h, w); what lies outside of the map is paper."""
    scale = DIGIT_PX / max(line.height, 1.0)
    width = max(1, round(line.length * scale))
    cos, sin = np.cos(line.angle_rad), np.sin(line.angle_rad)
    turn = np.array([[cos, -sin], [sin, cos]]) / scale
    # The corner of the strip lies half of it above the line's middle; pixels are counted from their middles.
    corner = np.array(line.start) - turn @ np.array([0.0, STRIP_PX / 2]) + turn @ np.array([0.5, 0.5]) - 0.5
    to_page = np.column_stack([turn, corner])
    source, to_source = ink, to_page
    if scale < 1:
        # Reduced first, by areas: interpolation between pixels would step over thin strokes.
        source, offset, shrink = _reduced(ink, to_page, width)
        to_source = to_page.copy()
        to_source[:, :2] /= shrink[:, None]
        to_source[:, 2] = (to_page[:, 2] - offset + 0.5) / shrink - 0.5
    strip = cv2.warpAffine(
        source, to_source, (width, STRIP_PX), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=(0,)
    )
    gain = min(_MAX_GAIN, _DARKEST / max(1.0, _percentile(np.asarray(strip, np.uint8), _DARKEST_PERCENTILE)))
    return Strip(np.asarray(cv2.convertScaleAbs(strip, alpha=gain), np.uint8), to_page)


def variants(strip: Grey) -> list[Grey]:
    """A strip, uint8 (STRIP_PX, w), a little higher, a little lower, darker and paler: to be read with it as one."""
    height, width = strip.shape
    moves = (np.array([[1.0, 0.0, 0.0], [0.0, 1.0, down]]) for down in (-_MOVED_PX, _MOVED_PX))
    moved = [np.asarray(cv2.warpAffine(strip, move, (width, height)), np.uint8) for move in moves]
    return moved + [shade[strip] for shade in _SHADES]


def _percentile(strip: Grey, percent: float) -> float:
    """NumPy's percentile; by a histogram, which is faster."""
    upto = cv2.calcHist([strip], [0], None, [256], [0, 256]).ravel().cumsum()
    rank = percent / 100 * (strip.size - 1)
    low, high = np.searchsorted(upto, [math.floor(rank), math.ceil(rank)], side="right")
    return float(low + (high - low) * (rank % 1))


def _reduced(
    ink: Grey, to_page: NDArray[np.float64], width: int
) -> tuple[Grey, NDArray[np.float64], NDArray[np.float64]]:
    """The part of the ink that a strip covers at its scale, where it begins, and by how much it shrank: (x, y) each."""
    corners = np.array([[-1, -1, 1], [width, -1, 1], [-1, STRIP_PX, 1], [width, STRIP_PX, 1]]) @ to_page.T
    low = np.clip(np.floor(corners.min(axis=0)), 0, None).astype(int)
    high = np.minimum(np.ceil(corners.max(axis=0)) + 1, ink.shape[::-1]).astype(int)
    if (high <= low).any():
        return np.zeros((1, 1), np.uint8), np.zeros(2), np.ones(2)
    part = ink[low[1] : high[1], low[0] : high[0]]
    scale = 1 / float(np.hypot(*to_page[:, 0]))
    size_wh = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    small = cv2.resize(part, size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), low.astype(np.float64), np.array(part.shape[::-1]) / np.array(size_wh)

"""Boxes in an image, and how they lie to each other."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# x, y, width and height in pixels.
Box = tuple[int, int, int, int]


def middle_in(inner: Box, outer: Box) -> bool:
    """Whether the middle of one box lies in another."""
    x, y = inner[0] + inner[2] / 2, inner[1] + inner[3] / 2
    return outer[0] <= x <= outer[0] + outer[2] and outer[1] <= y <= outer[1] + outer[3]


def overlap_of_smaller(one: Box, other: Box) -> float:
    """Shared area as a part of the smaller box, in [0, 1]."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(one[2] * one[3], other[2] * other[3])


def overlaps_of_smaller(box: Box, others: NDArray[np.int64]) -> NDArray[np.float64]:
    """Shared area of one box with others, int64 (N, 4), as a part of the smaller one each: float64 (N,) in [0, 1]."""
    return np.asarray(_shared(box, others) / np.minimum(box[2] * box[3], others[:, 2] * others[:, 3]), np.float64)


def iou(box: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of one box (4,) with others (N, 4)."""
    shared = _shared(box, others)
    return np.asarray(shared / (box[2] * box[3] + others[:, 2] * others[:, 3] - shared), np.float32)


def widened(boxes: NDArray[np.float32], least: float) -> NDArray[np.float32]:
    """Boxes, float32 (N, 4), each at least this wide, in its own heights, around the same middle."""
    wide = boxes.copy()
    wide[:, 2] = np.maximum(boxes[:, 2], least * boxes[:, 3])
    wide[:, 0] -= (wide[:, 2] - boxes[:, 2]) / 2
    return wide


def _shared(box: NDArray[Any] | Box, others: NDArray[Any]) -> NDArray[Any]:
    """Shared area of one box (4,) with others (N, 4)."""
    x, y, width, height = others.T
    across = np.minimum(box[0] + box[2], x + width) - np.maximum(box[0], x)
    down = np.minimum(box[1] + box[3], y + height) - np.maximum(box[1], y)
    return np.asarray(np.maximum(across, 0) * np.maximum(down, 0))


def on_image(box: Box, scale: float, size_wh: tuple[int, int]) -> Box:
    """A box of the ink map in pixels of the input image of that size, and within it."""
    left, top = (min(max(0, round(start * scale)), size - 1) for start, size in zip(box[:2], size_wh, strict=True))
    right, bottom = (round((box[axis] + box[axis + 2]) * scale) for axis in (0, 1))
    return left, top, max(1, min(right, size_wh[0]) - left), max(1, min(bottom, size_wh[1]) - top)

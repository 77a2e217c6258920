"""Detections as a test wants them."""

import numpy as np
from numpy.typing import NDArray

from edge_app.model.detector import Maps
from edge_app.page.detection import Detections


def seen(*each: tuple[tuple[int, int, int, int], float, int]) -> Detections:
    """Detections out of (box, score, digit)."""
    probabilities = np.full((len(each), 10), 0.005, np.float32)
    for row, (_, _, digit) in zip(probabilities, each, strict=True):
        row[digit] = 0.95
    boxes: NDArray[np.float32] = np.array([box for box, _, _ in each], np.float32).reshape(-1, 4)
    return Detections(boxes, np.array([score for _, score, _ in each], np.float32), probabilities)


class Unasked:
    """Stands where a detector is wanted, in tests that put detections in its place."""

    tile_px = 256

    def maps(self, tile: NDArray[np.uint8]) -> Maps:
        """Is not called."""
        raise NotImplementedError

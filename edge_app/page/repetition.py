"""Repetition as a witness: print repeats its shapes, and a hand hardly ever does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .boxes import iou
from .detection import LEAST_MOVED, SAME_IOU, Detections
from .recognition import Reading

# Two pieces of ink have one size if their sides differ by a pixel or by this part, and are doubles if their normalised
# images correlate more than this. A perfect double takes this off the log odds of a digit, a weaker one less.
SAME_HEIGHT, SAME_WIDTH = 0.05, 0.07
DOUBLE, MOST_AGAINST = 0.75, 4.0
# A page has print only if at least this many different digits have doubles. In 2200 only two have, and a neat hand may
# write that.
MIN_KINDS = 3
# Strokes are all alike: what is narrower than this part of its height has no double, nor what is lower than this.
MIN_WIDTH, MIN_HEIGHT_PX = 0.45, 9


def weigh_by_repetition(found: Detections, readings: Sequence[Reading]) -> Detections:
    """Detections with lower scores where their ink has a double on the page, the surest first.

    Args:
        found: by the detector.
        readings: of the page's pieces of ink.
    """
    seen = [(reading.box, reading.crop, reading.label) for reading in readings if reading.crop is not None]
    asked = np.flatnonzero(found.scores >= LEAST_MOVED)
    if not seen or not len(asked):
        return found
    boxes, crops = np.array([box for box, _, _ in seen], np.float32), np.stack([crop for _, crop, _ in seen])
    overlaps = np.stack([iou(box, boxes) for box in found.boxes[asked]])
    at = overlaps.argmax(axis=1)
    shaped = (boxes[:, 2] >= MIN_WIDTH * boxes[:, 3]) & (boxes[:, 3] >= MIN_HEIGHT_PX)
    known = (overlaps.max(axis=1) >= SAME_IOU) & shaped[at]
    likeness = likenesses(boxes[:, 2:], crops, at[known])
    if len({seen[place][2] for place in at[known][likeness > DOUBLE]}) < MIN_KINDS:
        return found
    odds = np.zeros(len(found))
    odds[asked[known]] = -MOST_AGAINST * np.maximum(0, (likeness - DOUBLE) / (1 - DOUBLE))
    return found.moved(odds)


def likenesses(sizes: NDArray[np.float32], crops: NDArray[np.uint8], which: NDArray[np.int64]) -> NDArray[np.float64]:
    """How alike the likest other piece of its size is to each of some pieces of ink.

    Args:
        sizes: width and height of all pieces, float32 (N, 2).
        crops: what the classifier saw of them, uint8 (N, 28, 28).
        which: indices of those that are asked for, int64 (M,).

    Returns:
        Normalised correlations, float64 (M,) in [0, 1]; 0 where nothing has its size.
    """
    images = crops.reshape(len(crops), -1).astype(np.float32)
    images -= images.mean(axis=1, keepdims=True)
    images /= np.linalg.norm(images, axis=1, keepdims=True) + 1e-6
    apart = np.abs(sizes[which, None] - sizes[None])
    alike = (apart <= 1 + np.array([SAME_WIDTH, SAME_HEIGHT]) * sizes[which, None]).all(axis=2)
    alike[np.arange(len(which)), which] = False
    correlations = np.where(alike, images[which] @ images.T, 0)
    return np.asarray(correlations.max(axis=1, initial=0), np.float64)

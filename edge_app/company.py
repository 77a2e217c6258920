"""Context: a digit is believed by the company it keeps.

Texture, cursive words and print give some ink that looks like a digit, among much that does not; the ink of a number
is digits nearly all. So ink is put into groups of near neighbours, and a group is believed or not as a whole.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .recognition import Reading

# Neighbours stand closer than these parts of the larger one's height.
REACH_BESIDE = 0.7
REACH_ABOVE = 0.2
# Ink smaller than this part of its neighbour's height (specks, dots) speaks neither for nor against it.
MIN_SIZE_RATIO = 0.25
# Evidence of a digit is its log odds, at most this.
MAX_FOR = 3.0
# Many things are a mere stroke, so a 1 proves less.
ONE_WEIGHT = 0.35
# Refused ink speaks against its group as much as this for each height of its width.
AGAINST = 2.0
MAX_LETTERS = 6.0
# A group needs this much evidence.
MIN_EVIDENCE = 0.6


def keep_good_company(readings: Sequence[Reading]) -> list[Reading]:
    """Refuses digits that stand among ink that is no digits.

    Args:
        readings: of one page, refused ones too.

    Returns:
        The same readings in the same order, some of them with the label None.
    """
    if not readings:
        return []
    groups = _groups(np.array([reading.box for reading in readings], np.float32))
    evidence = np.bincount(groups, weights=[_evidence(reading) for reading in readings])
    return [
        reading if evidence[group] >= MIN_EVIDENCE else replace(reading, label=None)
        for reading, group in zip(readings, groups, strict=True)
    ]


def _evidence(reading: Reading) -> float:
    if reading.label is None:
        letters = reading.box[2] / reading.box[3]
        return -AGAINST * (1 - reading.confidence) * min(max(letters, 0.3), MAX_LETTERS)
    odds = np.log(reading.confidence + 1e-6) - np.log(1 - reading.confidence + 1e-6)
    return float(np.clip(odds, 0, MAX_FOR)) * (ONE_WEIGHT if reading.label == 1 else 1.0)


def _groups(boxes: NDArray[np.float32]) -> NDArray[np.int64]:
    """The number of the group of each box (x, y, width, height)."""
    near = _neighbours(boxes)
    groups = np.full(len(boxes), -1, np.int64)
    count = 0
    for start in range(len(boxes)):
        if groups[start] >= 0:
            continue
        front = [start]
        groups[start] = count
        while front:
            found = np.flatnonzero(near[front.pop()] & (groups < 0))
            groups[found] = count
            front += [int(index) for index in found]
        count += 1
    return groups


def _neighbours(boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    low, high, heights = boxes[:, :2], boxes[:, :2] + boxes[:, 2:], boxes[:, 3]
    gaps = np.maximum(low[:, None], low[None]) - np.minimum(high[:, None], high[None])
    larger = np.maximum(heights[:, None], heights[None])
    alike = np.minimum(heights[:, None], heights[None]) >= MIN_SIZE_RATIO * larger
    return np.asarray((gaps[..., 0] <= REACH_BESIDE * larger) & (gaps[..., 1] <= REACH_ABOVE * larger) & alike)

"""Context: whether ink is a digit depends on the ink around it.

Texture, cursive words and print contain some ink that looks like a digit among much that does not; nearly all ink of a
number is digits. So ink is grouped with its near neighbours, and a group is accepted or refused as a whole.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .recognition import Reading

# Neighbours stand closer than these parts of the larger one's height.
REACH_BESIDE = 0.7
REACH_ABOVE = 0.2
# Digits of one number stand this far apart at most.
REACH_IN_LINE = 1.6
# and share this part of the larger one's height.
MIN_SHARED_HEIGHT = 0.3
# Ink smaller than this part of its neighbour's height (specks, dots) speaks neither for nor against it.
MIN_SIZE_RATIO = 0.35
# Evidence of a digit is its log odds, at most this.
MAX_FOR = 3.0
# Many things are a mere stroke, so a 1 proves less, most of all where less than this part of all ink is read.
ONE_WEIGHT = 0.25
ONE_WEIGHT_CLEAN = 0.8
CLEAN_PAGE = 0.8
# Refused ink speaks against its group this much for each letter that it may be, less if it is smaller than the digits.
AGAINST = 6.0
MIN_LETTERS = 0.3
MAX_LETTERS = 6.0
# A group needs this much evidence.
MIN_EVIDENCE = 2.0


def refuse_by_context(readings: Sequence[Reading]) -> list[Reading]:
    """Refuses digits whose context, the ink around them, is not digits.

    Args:
        readings: of one page, refused ones too.

    Returns:
        The same readings in the same order, some of them with the label None.
    """
    beside, above = gaps(readings)
    evidence = context_evidence(readings, beside, above)
    read = np.array([reading.label is not None for reading in readings], bool)
    believed = read & (evidence >= MIN_EVIDENCE)
    # A number may be written widely: what stands in its line needs no evidence of its own.
    believed |= read & (evidence > 0) & (in_line(beside, above, REACH_IN_LINE) & believed).any(axis=1)
    return [reading if kept else replace(reading, label=None) for reading, kept in zip(readings, believed, strict=True)]


def gaps(readings: Sequence[Reading]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Gaps between readings beside and above each other, as parts of the larger one's height: float32 (N, N) each.

    Negative where they overlap, infinite between those too unlike in size.
    """
    boxes = np.array([reading.box for reading in readings], np.float32).reshape(-1, 4)
    low, high, heights = boxes[:, :2], boxes[:, :2] + boxes[:, 2:], boxes[:, 3]
    apart = np.maximum(low[:, None], low[None]) - np.minimum(high[:, None], high[None])
    larger = np.maximum(heights[:, None], heights[None])
    apart[np.minimum(heights[:, None], heights[None]) < MIN_SIZE_RATIO * larger] = np.inf
    return apart[..., 0] / larger, apart[..., 1] / larger


def in_line(beside: NDArray[np.float32], above: NDArray[np.float32], reach: float) -> NDArray[np.bool_]:
    """Which readings stand in a line, no more than that many heights apart: bool (N, N); see gaps()."""
    return np.asarray((beside <= reach) & (above <= -MIN_SHARED_HEIGHT))


def context_evidence(
    readings: Sequence[Reading], beside: NDArray[np.float32], above: NDArray[np.float32]
) -> NDArray[np.float64]:
    """What the group of each reading says for it (above 0) or against it, as log odds: float64 (N,); see gaps()."""
    groups = chained((beside <= REACH_BESIDE) & (above <= REACH_ABOVE))
    return np.asarray(np.bincount(groups, weights=_evidence(readings, groups))[groups], np.float64)


def _evidence(readings: Sequence[Reading], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """What each reading says for its group (above 0) or against it."""
    sizes = np.array([reading.box[2:] for reading in readings], np.float64).reshape(-1, 2)
    read = np.array([reading.label is not None for reading in readings], bool)
    ones = np.array([reading.label == 1 for reading in readings], bool)
    confidence = np.clip([reading.confidence for reading in readings], 1e-6, 1 - 1e-6)
    odds = np.log(confidence / (1 - confidence))
    one_weight = ONE_WEIGHT if read.sum() < CLEAN_PAGE * len(read) else ONE_WEIGHT_CLEAN
    for_it = np.clip(odds, 0, MAX_FOR) * np.where(ones, one_weight, 1.0)
    counts = np.bincount(groups, weights=read)
    heights = np.bincount(groups, weights=sizes[:, 1] * read) / np.maximum(counts, 1)
    height = np.where(counts > 0, heights, 1.0)[groups]
    letters = np.clip(sizes[:, 0] / sizes[:, 1], MIN_LETTERS, MAX_LETTERS) * np.minimum(sizes[:, 1] / height, 1.0)
    return np.asarray(np.where(read, for_it, -AGAINST * (1 - confidence) * letters))


def chained(near: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The number of the group of each piece of ink, (N,), out of who is near whom, (N, N)."""
    groups = np.full(len(near), -1, np.int64)
    count = 0
    for start in range(len(near)):
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

"""A slash that crosses a field out reads as a 1: one that stands alone and lies more than it stands is none."""

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2

from .context import MIN_SHARED_HEIGHT, REACH_IN_LINE, gaps
from .ink import Grey
from .recognition import Reading

# A straight stroke is this many times as long as wide, by the spread of its ink.
MIN_LENGTH = 4.0


def refuse_slashes(readings: Sequence[Reading]) -> list[Reading]:
    """Refuses 1s that are slashes, with no belief left; gives the readings in the same order."""
    slashes = [each.label == 1 and each.crop is not None and _is_slash(each.crop) for each in readings]
    if not any(slashes):
        return list(readings)
    beside, above = gaps(readings)
    together = (beside <= REACH_IN_LINE) & (above <= -MIN_SHARED_HEIGHT) & [each.is_digit for each in readings]
    alone = together.sum(axis=1) == 1
    return [
        replace(reading, label=None, belief=0.0) if slash and lone else reading
        for reading, slash, lone in zip(readings, slashes, alone, strict=True)
    ]


def _is_slash(crop: Grey) -> bool:
    """Whether ink is a straight stroke that leans by more than 45 degrees; one in 300 of MNIST's 1s does."""
    moments = cv2.moments(crop)
    wide, high = moments["mu20"], moments["mu02"]
    root = math.hypot((wide - high) / 2, moments["mu11"])
    along, across = (wide + high) / 2 + root, (wide + high) / 2 - root
    return wide > high and along >= MIN_LENGTH**2 * across

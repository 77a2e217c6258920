"""Strokes that stand alone, read as a 1 and are none: slashes that cross fields out, edges of sheets, specks."""

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from .context import REACH_IN_LINE, gaps, in_line
from .ink import Grey
from .recognition import Reading

# A straight stroke is this many times as long as wide, by the spread of its ink.
MIN_LENGTH = 4.0
# Where this many other digits are read, a 1 is between these multiples of the median height.
MIN_OTHERS, LEAST_HEIGHT, MOST_HEIGHT = 4, 0.5, 3.5


def refuse_lone_strokes(readings: Sequence[Reading]) -> list[Reading]:
    """Refuses 1s without a digit of about their size beside them that lean too far, or are too small or too large.

    Returns:
        The readings in the same order; what is refused keeps no belief.
    """
    heights = [each.box[3] for each in readings if each.label is not None]
    usual = float(np.median(heights)) if len(heights) > MIN_OTHERS else None
    strokes = [each.label == 1 and (_is_slash(each.crop) or _is_of_another_size(each, usual)) for each in readings]
    if not any(strokes):
        return list(readings)
    together = in_line(*gaps(readings), REACH_IN_LINE) & [each.is_digit for each in readings]
    alone = together.sum(axis=1) == 1
    return [
        replace(reading, label=None, belief=0.0) if stroke and lone else reading
        for reading, stroke, lone in zip(readings, strokes, alone, strict=True)
    ]


def _is_of_another_size(reading: Reading, usual: float | None) -> bool:
    return usual is not None and not LEAST_HEIGHT * usual <= reading.box[3] <= MOST_HEIGHT * usual


def _is_slash(crop: Grey | None) -> bool:
    """Whether ink is a straight stroke that leans by more than 45 degrees; one in 300 of MNIST's 1s does."""
    if crop is None:
        return False
    moments = cv2.moments(crop)
    wide, high = moments["mu20"], moments["mu02"]
    root = math.hypot((wide - high) / 2, moments["mu11"])
    along, across = (wide + high) / 2 + root, (wide + high) / 2 - root
    return wide > high and along >= MIN_LENGTH**2 * across

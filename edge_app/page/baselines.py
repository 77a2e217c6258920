"""Where a line of digits runs on the ink map."""

from collections.abc import Sequence

import numpy as np

from .boxes import Box
from .strip import Baseline

# A strip reaches this many heights beyond its first and last digit.
REACH = 0.7


def baseline(boxes: Sequence[Box], slant: float) -> Baseline:
    """Where a number runs, from its digits' boxes, left to right; a single digit takes the page's slant (radians)."""
    places = np.array(boxes, np.float64)
    middles, height = places[:, :2] + places[:, 2:] / 2, float(np.median(places[:, 3]))
    angle = slant
    span = float(np.ptp(middles[:, 0]))
    if len(boxes) >= 3 and span > 2.5 * height:
        rise = float(np.polyfit(middles[:, 0], middles[:, 1], 1)[0])
        # Few digits of uneven heights show their line less well than the page does.
        weight = min(1.0, (span / height - 1.5) / 4)
        angle = slant + weight * (float(np.arctan(rise)) - slant)
    direction = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-direction[1], direction[0]])
    off, along = np.median(middles @ across), middles @ direction
    widths = places[:, 2] / 2
    begin, end = float((along - widths).min()) - REACH * height, float((along + widths).max()) + REACH * height
    start = begin * direction + off * across
    return Baseline((float(start[0]), float(start[1])), angle, end - begin, height)

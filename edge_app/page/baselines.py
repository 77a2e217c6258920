"""Lines of digits that are worth reading as wholes: where each runs on the ink map."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .boxes import Box
from .strip import Baseline

# Digits of one number stand less than this many of their heights apart, and their middles this near to one line.
MAX_GAP, MAX_OFF_LINE = 1.3, 0.5
# Digits of one line differ less in height than this.
MAX_HEIGHT_RATIO = 2.2
# A strip reaches this many heights beyond its first and last digit.
REACH = 0.7


def number_groups(boxes: Sequence[Box], slant: float) -> list[list[int]]:
    """Boxes by number: indices from left to right of those that stand side by side in one line.

    Args:
        boxes: (x, y, width, height) in pixels of the ink map.
        slant: of the page's lines in radians, clockwise.
    """
    along, across, heights, halves = _placed(boxes, slant)
    groups: list[list[int]] = []
    for index in np.argsort(along, kind="stable"):
        best, nearest = None, np.inf
        for group in groups:
            last = group[-1]
            size = max(heights[last], heights[index])
            gap = (along[index] - halves[index]) - (along[last] + halves[last])
            near = gap <= MAX_GAP * size and abs(across[index] - across[last]) <= MAX_OFF_LINE * size
            alike = size <= MAX_HEIGHT_RATIO * min(heights[last], heights[index])
            if near and alike and gap < nearest:
                best, nearest = group, gap
        if best is None:
            groups.append([int(index)])
        else:
            best.append(int(index))
    return groups


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


def _placed(boxes: Sequence[Box], slant: float) -> tuple[NDArray[np.float64], ...]:
    """Middles along and across the lines, heights, and half the widths."""
    places = np.array(boxes, np.float64).reshape(-1, 4)
    middles = places[:, :2] + places[:, 2:] / 2
    cos, sin = np.cos(slant), np.sin(slant)
    return middles @ (cos, sin), middles @ (-sin, cos), places[:, 3], places[:, 2] / 2

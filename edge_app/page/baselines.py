"""Where a line of digits runs on the ink map."""

from collections.abc import Sequence

import numpy as np

from .boxes import Box
from .strip import Baseline

# A strip reaches this many heights beyond its first and last digit.
REACH = 0.7
# Ink continues a line if it is this high and at most this wide, in heights, and this near to its end and its middle;
# the strip then reaches this far beyond it, and no farther from the digits than the last.
MIN_HEIGHT, MAX_HEIGHT, MAX_WIDTH, MAX_GAP, MAX_OFF = 0.35, 1.8, 6.0, 0.6, 0.5
REACH_BEYOND, FARTHEST = 0.4, 6.0


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


def lengthened(line: Baseline, others: Sequence[Box]) -> Baseline:
    """The line with the ink, in boxes on the ink map, that continues it at both ends."""
    direction = np.array([np.cos(line.angle_rad), np.sin(line.angle_rad)])
    across = np.array([-direction[1], direction[0]])
    height, begin, end = line.height, 0.0, line.length
    places = []
    for x, y, width, tall in others:
        middle = np.array([x + width / 2, y + tall / 2]) - np.array(line.start)
        fits = MIN_HEIGHT * height <= tall <= MAX_HEIGHT * height and width <= MAX_WIDTH * height
        if fits and abs(middle @ across) <= MAX_OFF * height:
            along = float(middle @ direction)
            places.append((along - width / 2, along + width / 2))
    for low, high in sorted(places):
        if begin < high and low - end <= MAX_GAP * height:
            end = max(end, high + REACH_BEYOND * height)
    for low, high in sorted(places, key=lambda place: -place[1]):
        if low < end and begin - high <= MAX_GAP * height:
            begin = min(begin, low - REACH_BEYOND * height)
    begin, end = max(begin, -FARTHEST * height), min(end, line.length + FARTHEST * height)
    start = np.array(line.start) + begin * direction
    return Baseline((float(start[0]), float(start[1])), line.angle_rad, end - begin, height)

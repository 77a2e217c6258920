"""Digits to lines in reading order, also on slanted lines."""

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np

from .boxes import Box
from .result import Digit, Line

MAX_SLANT_DEG = 50
# Two digits this far apart, in the smaller one's heights, may stand in one line; their middles lie this far off it. Two
# boxes of which one is this many times as high are not both digits'.
VOTE_REACH, VOTE_SPREAD, VOTE_HEIGHT_RATIO = 4.0, 0.2, 2.5
# Level lines are the rule, so another slant has to get this many times their votes.
CLEARER_THAN_LEVEL = 1.2
# A gap wider than this many digit heights ends a line.
MAX_GAP_HEIGHTS = 2.5
# Neighbours whose heights differ more than this do not stand in one line.
MAX_HEIGHT_RATIO = 3.5
MIN_SHARED_HEIGHT = 0.35

Point = tuple[float, float]


class Place(NamedTuple):
    """A box with its middle along and across the lines, and its number."""

    x: float
    y: float
    box: Box
    number: int


def arrange(digits: Sequence[Digit]) -> tuple[Line, ...]:
    """Puts digits into lines: top to bottom, each from left to right, along the page's own slant."""
    boxes = [digit.box for digit in digits]
    return tuple(Line(tuple(digits[index] for index in row)) for row in lines_of(boxes, find_slant(boxes)))


def lines_of(boxes: Sequence[Box], slant_deg: float) -> list[list[int]]:
    """Boxes by line: indices from left to right, the lines from top to bottom.

    Args:
        boxes: (x, y, width, height) of digits.
        slant_deg: direction of the lines, positive when they run downhill.
    """
    turned = [Place(*along(box, slant_deg), box, index) for index, box in enumerate(boxes)]
    rows: list[list[Place]] = []
    for place in sorted(turned, key=lambda place: place.x):
        row = min((r for r in rows if _continues(r, place)), key=lambda r: _step(r[-1], place), default=None)
        if row is None:
            rows.append([place])
        else:
            row.append(place)
    return [[place.number for place in row] for row in _top_to_bottom(rows)]


def along(box: tuple[int, int, int, int], slant_deg: float) -> Point:
    """Middle of a box (x, y, width, height): how far along lines of that slant it is, and how far down across them."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    cos, sin = math.cos(math.radians(slant_deg)), math.sin(math.radians(slant_deg))
    return x * cos + y * sin, y * cos - x * sin


def find_slant(boxes: Sequence[tuple[int, int, int, int]]) -> float:
    """Angle of most lines in degrees, in [-50, 50], positive when they run downhill; 0 for fewer than 3 boxes.

    Each digit votes for the directions in which its near neighbours on the right would stand in its line, nearer ones
    louder: of two that touch, many directions are as likely, and only those farther away tell them apart.
    """
    if len(boxes) < 3:
        return 0.0
    places = np.asarray(boxes, np.float64)
    x, y = (places[:, axis] + places[:, axis + 2] / 2 for axis in (0, 1))
    right, down = x[None, :] - x[:, None], y[None, :] - y[:, None]
    heights = places[:, None, 3], places[None, :, 3]
    size, far = np.minimum(*heights), np.hypot(right, down)
    near = (right > 0) & (far <= VOTE_REACH * size) & (np.maximum(*heights) <= VOTE_HEIGHT_RATIO * size)
    near &= np.abs(down) <= right * math.tan(math.radians(MAX_SLANT_DEG))
    directions = np.arange(-MAX_SLANT_DEG, MAX_SLANT_DEG + 1)
    radians = np.radians(directions)[:, None]
    off = (np.sin(radians) * right[near] - np.cos(radians) * down[near]) / size[near]
    votes = (np.sqrt(size[near] / far[near]) * np.exp(-((off / VOTE_SPREAD) ** 2))).sum(axis=1)
    # Of equal votes the flatter direction.
    best = np.lexsort((np.abs(directions), -votes))[0]
    level = votes[MAX_SLANT_DEG]
    return float(directions[best]) if votes[best] > CLEARER_THAN_LEVEL * level else 0.0


def _continues(row: list[Place], place: Place) -> bool:
    recent = row[-3:]
    # Checked first: it rules out most rows.
    if max(_shared_height(other, place) for other in recent) < MIN_SHARED_HEIGHT:
        return False
    height = median(other.box[3] for other in recent)
    own = place.box[3]
    if max(height, own) > MAX_HEIGHT_RATIO * min(height, own):
        return False
    gap = place.x - recent[-1].x - (place.box[2] + recent[-1].box[2]) / 2
    return gap <= MAX_GAP_HEIGHTS * max(height, own)


def _shared_height(a: Place, b: Place) -> float:
    """Shared height of two digits across the line, as a part of the smaller one's."""
    half_a, half_b = a.box[3] / 2, b.box[3] / 2
    shared = min(a.y + half_a, b.y + half_b) - max(a.y - half_a, b.y - half_b)
    return shared / (2 * min(half_a, half_b))


def _step(a: Place, b: Place) -> float:
    return abs(b.x - a.x) + 2 * abs(b.y - a.y)


def _top_to_bottom(rows: list[list[Place]]) -> list[list[Place]]:
    """Rows whose heights overlap stand side by side and go from left to right."""
    rest = sorted(rows, key=lambda row: median(place.y for place in row))
    ordered: list[list[Place]] = []
    while rest:
        level = median(place.y for place in rest[0])
        reach = median(place.box[3] for place in rest[0]) / 2
        beside = [row for row in rest if abs(median(place.y for place in row) - level) <= reach]
        ordered += sorted(beside, key=lambda row: row[0].x)
        rest = [row for row in rest if row not in beside]
    return ordered

"""Digits to lines in reading order, also on slanted lines."""

import math
from collections.abc import Sequence
from statistics import median

import numpy as np

from .result import Digit, Line

MAX_SLANT_DEG = 50
VOTE_SPREAD_DEG = 8.0
VOTE_REACH = 3.0
# Level lines are the rule, so another slant has to get this many times their votes.
CLEARER_THAN_LEVEL = 1.3
# A gap wider than this many digit heights ends a line.
MAX_GAP_HEIGHTS = 2.5
# Neighbours whose heights differ more than this do not stand in one line.
MAX_HEIGHT_RATIO = 3.5
MIN_SHARED_HEIGHT = 0.35

Point = tuple[float, float]


def arrange(digits: Sequence[Digit]) -> tuple[Line, ...]:
    """Puts digits into lines: top to bottom, each from left to right, along the page's own slant."""
    slant_deg = find_slant([digit.box for digit in digits])
    turned = sorted(((*along(digit.box, slant_deg), digit) for digit in digits), key=lambda item: item[0])
    rows: list[list[tuple[float, float, Digit]]] = []
    for item in turned:
        row = min((r for r in rows if _continues(r, item)), key=lambda r: _step(r[-1], item), default=None)
        if row is None:
            rows.append([item])
        else:
            row.append(item)
    return tuple(Line(tuple(item[2] for item in row)) for row in _top_to_bottom(rows))


def along(box: tuple[int, int, int, int], slant_deg: float) -> Point:
    """Middle of a box (x, y, width, height): how far along lines of that slant it is, and how far down across them."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    cos, sin = math.cos(math.radians(slant_deg)), math.sin(math.radians(slant_deg))
    return x * cos + y * sin, y * cos - x * sin


def find_slant(boxes: Sequence[tuple[int, int, int, int]]) -> float:
    """Angle of most lines in degrees, in [-50, 50], positive when they run downhill; 0 for fewer than 3 boxes.

    Each digit votes for the direction to its near neighbours on the right, nearer ones louder.
    """
    if len(boxes) < 3:
        return 0.0
    places = np.asarray(boxes, np.float64)
    x, y = (places[:, axis] + places[:, axis + 2] / 2 for axis in (0, 1))
    right, down = x[None, :] - x[:, None], y[None, :] - y[:, None]
    size = np.maximum(places[:, None, 3], places[None, :, 3])
    far = np.hypot(right, down)
    near = (right > 0) & (far <= VOTE_REACH * size) & (np.abs(down) <= right * math.tan(math.radians(MAX_SLANT_DEG)))
    angles = np.degrees(np.arctan2(down[near], right[near]))
    weights = (size[near] / far[near]) ** 2
    directions = np.arange(-MAX_SLANT_DEG, MAX_SLANT_DEG + 1)
    votes = (weights * np.exp(-(((directions[:, None] - angles) / VOTE_SPREAD_DEG) ** 2))).sum(axis=1)
    # Of equal votes the flatter direction.
    best = np.lexsort((np.abs(directions), -votes))[0]
    level = votes[MAX_SLANT_DEG]
    return float(directions[best]) if votes[best] > CLEARER_THAN_LEVEL * level else 0.0


def _continues(row: list[tuple[float, float, Digit]], item: tuple[float, float, Digit]) -> bool:
    recent = row[-3:]
    height = median(other[2].box[3] for other in recent)
    own = item[2].box[3]
    if max(height, own) > MAX_HEIGHT_RATIO * min(height, own):
        return False
    gap = item[0] - recent[-1][0] - (item[2].box[2] + recent[-1][2].box[2]) / 2
    if gap > MAX_GAP_HEIGHTS * max(height, own):
        return False
    return max(_shared_height(other, item) for other in recent) >= MIN_SHARED_HEIGHT


def _shared_height(a: tuple[float, float, Digit], b: tuple[float, float, Digit]) -> float:
    """Shared height of two digits across the line, as a part of the smaller one's."""
    half_a, half_b = a[2].box[3] / 2, b[2].box[3] / 2
    shared = min(a[1] + half_a, b[1] + half_b) - max(a[1] - half_a, b[1] - half_b)
    return shared / (2 * min(half_a, half_b))


def _step(a: tuple[float, float, Digit], b: tuple[float, float, Digit]) -> float:
    return abs(b[0] - a[0]) + 2 * abs(b[1] - a[1])


def _top_to_bottom(rows: list[list[tuple[float, float, Digit]]]) -> list[list[tuple[float, float, Digit]]]:
    """Rows whose heights overlap stand side by side and go from left to right."""
    rest = sorted(rows, key=lambda row: median(item[1] for item in row))
    ordered: list[list[tuple[float, float, Digit]]] = []
    while rest:
        level = median(item[1] for item in rest[0])
        reach = median(item[2].box[3] for item in rest[0]) / 2
        beside = [row for row in rest if abs(median(item[1] for item in row) - level) <= reach]
        ordered += sorted(beside, key=lambda row: row[0][0])
        rest = [row for row in rest if row not in beside]
    return ordered

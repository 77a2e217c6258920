"""Touching digits: places where joined ink may be cut, and the best way through them.

Over-segmentation and a best path over the classifier's confidences, as in the reading of cheque amounts since
Fujisawa et al. 1992 (Segmentation methods for character recognition); the cuts are paths of least ink.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .ink import Grey

# Paths are found on a copy of this height: finer ones are not better, only slower.
PATH_HEIGHT_PX = 24
MAX_CUTS = 9
# More cuts than these for each digit's width (taken as the height) do not find more digits.
CUTS_PER_HEIGHT = 3.0
# A cut may cross this part of the height in full ink.
MAX_CUT_INK = 0.35
DRIFT_COST = 0.2
# Paper between strokes costs as much as this ink, so that a cut goes between digits and not through a loop.
INSIDE_COST = 0.25
MIN_PIECE_WIDTH = 0.12
MAX_PIECES_A_DIGIT = 4
MAX_DIGIT_WIDTH = 1.8
MAX_LEANING_WIDTH = 2.4
# What one digit more has to bring, so that a digit is not read as two halves of it.
DIGIT_COST = 0.1
# Ink that no digit explains counts like a digit of this probability.
JUNK_PROBABILITY = 0.12


@dataclass(frozen=True)
class Span:
    """Pieces first to last (inclusive) of joined ink, taken as one digit."""

    first: int
    last: int


def cut_pieces(ink: Grey) -> NDArray[np.int32]:
    """Cuts ink between its digits; a cut too many does no harm, one too few does.

    Args:
        ink: uint8 (h, w), upright, 0 = paper.

    Returns:
        int32 (h, w): the number of the piece each pixel belongs to, from 0 on the left.
    """
    height, width = ink.shape
    scale = PATH_HEIGHT_PX / height
    small_width = max(3, round(width * scale))
    small = cv2.resize(ink, (small_width, PATH_HEIGHT_PX), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    costs = _least_ink_paths(np.maximum(small, INSIDE_COST * _between_strokes(small)))
    cost, rows = costs[-1], costs.tolist()
    paths = [_trace(rows, end) for end in _good_ends(cost)]
    most = min(MAX_CUTS, math.ceil(CUTS_PER_HEIGHT * width / height))
    paths = _apart(paths, [float(cost[path[-1]]) for path in paths], most)
    pieces = np.zeros(small.shape, np.int32)
    columns = np.arange(small_width)
    for path in paths:
        pieces += columns[None, :] > path[:, None]
    return np.asarray(cv2.resize(pieces, (width, height), interpolation=cv2.INTER_NEAREST), np.int32)


def spans(boxes: Sequence[tuple[int, int]], height: int) -> list[Span]:
    """All runs of pieces that may be one digit.

    Args:
        boxes: left and right end of each piece, in pixels.
        height: of all the ink, in pixels.
    """
    found = []
    for first in range(len(boxes)):
        for last in range(first, min(first + MAX_PIECES_A_DIGIT, len(boxes))):
            width = max(box[1] for box in boxes[first : last + 1]) - boxes[first][0]
            if last > first and width > MAX_DIGIT_WIDTH * height:
                break
            found.append(Span(first, last))
    whole = Span(0, len(boxes) - 1)
    # All of it may be one digit, as of a hand that leans far, however often it was cut.
    if whole not in found and max(box[1] for box in boxes) - boxes[0][0] <= MAX_LEANING_WIDTH * height:
        found.append(whole)
    return found


def best_path(weights: Sequence[float], hypotheses: Sequence[tuple[Span, float]]) -> tuple[list[int], float]:
    """The digits that explain the ink best.

    Args:
        weights: part of the ink in each piece; they sum to 1.
        hypotheses: spans of pieces and the probability that each is a digit.

    Returns:
        indices into `hypotheses` from left to right, and the mean log probability of the ink.
    """
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for end in range(1, len(weights) + 1):
        junk = best[end - 1][0] + weights[end - 1] * math.log(JUNK_PROBABILITY)
        choice = (junk, best[end - 1][1])
        for index, (span, probability) in enumerate(hypotheses):
            if span.last != end - 1:
                continue
            ink = sum(weights[span.first : end])
            before, path = best[span.first]
            score = before + ink * math.log(max(probability, 1e-6)) - DIGIT_COST
            if score > choice[0]:
                choice = (score, [*path, index])
        best.append(choice)
    return best[-1][1], best[-1][0]


def _between_strokes(small: NDArray[np.float32]) -> NDArray[np.bool_]:
    """What has ink above it and below it, as the inside of a 0."""
    inked = small > 0.5
    above = np.logical_or.accumulate(inked, axis=0)
    return np.asarray(above & np.logical_or.accumulate(inked[::-1], axis=0)[::-1])


def _least_ink_paths(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ink on the best path from the top down to each pixel, float32 of the same shape."""
    costs = np.empty_like(small)
    costs[0] = small[0]
    for row in range(1, len(small)):
        above, here = costs[row - 1], costs[row]
        here[:] = above
        drifted = above + np.float32(DRIFT_COST)
        np.minimum(here[1:], drifted[:-1], out=here[1:])
        np.minimum(here[:-1], drifted[1:], out=here[:-1])
        here += small[row]
    return costs


def _good_ends(cost: NDArray[np.float32]) -> list[int]:
    """Middles of the valleys of the cost along the bottom."""
    ends = []
    start = 0
    for column in range(1, len(cost) + 1):
        if column < len(cost) and abs(cost[column] - cost[start]) < 1e-3:
            continue
        before = cost[start - 1] if start else -1.0
        after = cost[column] if column < len(cost) else -1.0
        if before > cost[start] < after and cost[start] <= MAX_CUT_INK * PATH_HEIGHT_PX:
            ends.append((start + column - 1) // 2)
        start = column
    return ends


def _trace(costs: list[list[float]], end: int) -> NDArray[np.int32]:
    """The best path to a pixel of the bottom row: its column in each row."""
    path = [end]
    column, last = end, len(costs[0]) - 1
    for above in costs[-2::-1]:
        best = above[column]
        here = column
        if here > 0 and above[here - 1] + DRIFT_COST < best:
            best, column = above[here - 1] + DRIFT_COST, here - 1
        if here < last and above[here + 1] + DRIFT_COST < best:
            column = here + 1
        path.append(column)
    return np.array(path[::-1], np.int32)


def _apart(paths: list[NDArray[np.int32]], costs: list[float], most: int) -> list[NDArray[np.int32]]:
    """The cheapest paths that keep their distance, from left to right."""
    kept: list[NDArray[np.int32]] = []
    for index in sorted(range(len(paths)), key=lambda i: costs[i]):
        gaps = [float(np.abs(paths[index] - other).mean()) for other in kept]
        if all(gap >= MIN_PIECE_WIDTH * PATH_HEIGHT_PX for gap in gaps) and len(kept) < most:
            kept.append(paths[index])
    return sorted(kept, key=lambda path: float(path.mean()))

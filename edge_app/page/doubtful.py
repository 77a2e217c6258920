"""Doubtful digits: ink that is not believed to be a digit, but stands where a digit of a number would.

What the detector sees with less certainty than belief asks for is looked at again: whether its ink belongs to no digit
that is read, and whether it continues a line of such digits, if there is one. A number then has "?" there instead of a
gap that nobody sees. The limits were chosen on the development photos; `python tests/benchmarks/photos.py` prints how
well they do.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from .boxes import Box, overlaps_of_smaller
from .candidates import Candidate, ConnectedInk, candidate_in
from .detection import Detections
from .fusion import PAGE_HEIGHTS, agreed, cut_out, joint
from .ink import InkMap
from .lines import along, find_slant
from .recognition import Look, Reading
from .result import Digit, Line

# Ink in question shares at most this part of the smaller box with a digit that is read, or with a more certain doubtful
# one; at least this part of it belongs to no digit that is read, and that part spans this much of its box.
MAX_OVERLAP, MIN_FREE, MIN_SPAN = 0.6, 0.45, 0.4
# Dashes and fillers are flat.
MAX_ASPECT = 1.7
# Of the ink within this many heights beside it, at least this part is digits: beside words it is less.
BESIDE_HEIGHTS, MIN_DIGITS_BESIDE = 2.0, 0.15
# It continues a line if, as parts of its neighbours' height there, it is this high, this near and this well in line.
# Between two digits, small zeros are usual.
MIN_HEIGHT, MIN_HEIGHT_BETWEEN, MAX_HEIGHT, MAX_GAP, MAX_OFF_LINE = 0.5, 0.35, 2.0, 1.2, 0.6
# Where a line is written widely, the gap may be this many times the usual one.
GAP_TIMES = 1.2
NEIGHBOURS = 3


def free_ink(boxes: NDArray[np.float32], read: Sequence[Box], page_ink: InkMap) -> list[Box | None]:
    """The ink in each box that no digit was read from, if it has the shape of one and stands beside ink that was.

    Args:
        boxes: float32 (N, 4): x, y, width, height in pixels of the ink map, the most certain first.
        read: boxes of the digits that are read.
        page_ink: the page.

    Returns:
        For each box the box around that ink, or None.
    """
    if not len(boxes) or not read:
        return [None] * len(boxes)
    found: list[Box | None] = [None] * len(boxes)
    taken, more = np.array(read, np.int64), True
    waiting = [(index, own) for index, box in enumerate(boxes) if (own := _free_part(_whole(box), taken, page_ink))]
    while more:
        more = False
        # Of a row of such boxes each is beside the one before it.
        for index, own in list(waiting):
            if (overlaps_of_smaller(own, taken) > MAX_OVERLAP).any():
                waiting.remove((index, own))
            elif _share(*_ink_in(_beside(own), taken, page_ink)) >= MIN_DIGITS_BESIDE:
                waiting.remove((index, own))
                found[index], more = own, True
                taken = np.vstack([taken, own])
    return found


def propose_doubtful(
    found: Detections, in_doubt: NDArray[np.int64], read: Sequence[Box], page_ink: InkMap, connected: ConnectedInk,
    strip: bool,
) -> list[tuple[int, Box, Candidate]]:  # fmt: skip
    """The ink of those detections in doubt that is of no digit that was read: their index, its box, and it.

    Args:
        found: by the detector.
        in_doubt: indices of detections, int64 (N,), the most certain first.
        read: boxes of the digits that are read.
        page_ink: the page.
        connected: its ink by what hangs together.
        strip: whether a line of digits fills the image. Where none of them is read, all in doubt that are high enough
            count: nothing shows which ink is taken.
    """
    boxes = found.boxes[in_doubt]
    if strip and not read:
        least_height = page_ink.ink.shape[0] / PAGE_HEIGHTS
        free = [_whole(box) if box[3] >= least_height else None for box in boxes]
    else:
        free = free_ink(boxes, read, page_ink)
    return [
        (int(index), box, candidate)
        for index, box in zip(in_doubt, free, strict=True)
        if box is not None and (candidate := candidate_in(cut_out(np.array(box)), page_ink, connected)) is not None
    ]


def guess(proposed: Sequence[tuple[int, Box, Candidate]], looks: Sequence[Look], found: Detections) -> list[Reading]:
    """Doubtful digits out of propose_doubtful() and the classifier's look at each."""
    doubtful = []
    for (index, box, _), look in zip(proposed, looks, strict=True):
        by_detector = found.probabilities[index]
        best = agreed(look.probabilities, by_detector)
        confidence = float(found.scores[index] * max(look.probabilities[best], by_detector[best]))
        both = joint(look.reading(box), by_detector)
        doubtful.append(Reading(box, None, confidence, best, look.crop, both, float(found.scores[index])))
    return doubtful


def doubted_by_context(readings: Sequence[Reading], believed: Sequence[Reading], page_ink: InkMap) -> list[Reading]:
    """Doubtful digits of a page that was read without a detector: what the classifier reads and its context refuses.

    Args:
        readings: of the ink's pieces.
        believed: the same after refuse_by_context.
        page_ink: the page.
    """
    read = [reading.box for reading in believed if reading.label is not None]
    refused = [before for before, after in zip(readings, believed, strict=True) if before.label != after.label]
    refused.sort(key=lambda reading: -reading.confidence)
    boxes = free_ink(np.array([reading.box for reading in refused], np.float32), read, page_ink)
    return [
        replace(reading, box=box, label=None, guess=reading.label)
        for reading, box in zip(refused, boxes, strict=True)
        if box is not None
    ]


def in_lines(possible: Sequence[Digit], lines: Sequence[Line]) -> list[Digit]:
    """Those of the possible digits that continue a line, also where another one of them stands between.

    Args:
        possible: doubtful digits, the most certain first.
        lines: of digits that are read.
    """
    if not possible:
        return []
    slant_deg = find_slant([digit.box for line in lines for digit in line.digits])
    grown = [_placed([digit.box for digit in line.digits], slant_deg) for line in lines]
    waiting, placed = list(possible), list[Digit]()
    while True:
        places = ((digit, _continued(digit, grown, slant_deg)) for digit in waiting)
        digit, line = next(((digit, line) for digit, line in places if line is not None), (None, None))
        if digit is None or line is None:
            return placed
        waiting.remove(digit)
        grown[line] = np.vstack([grown[line], _placed([digit.box], slant_deg)])
        grown[line] = grown[line][np.argsort(grown[line][:, 0], kind="stable")]
        placed.append(digit)


def _placed(boxes: Sequence[Box], slant_deg: float) -> NDArray[np.float64]:
    """Of each box its middle along and across the lines, its width and its height: float64 (N, 4), left to right."""
    return np.array(sorted((*along(box, slant_deg), *box[2:]) for box in boxes), np.float64)


def _continued(digit: Digit, lines: Sequence[NDArray[np.float64]], slant_deg: float) -> int | None:
    """The number of the line that a digit continues; of several the one that it is nearest to."""
    place = _placed([digit.box], slant_deg)[0]
    distances = [_distance(place, line) for line in lines]
    nearest = min(distances, default=np.inf)
    return distances.index(nearest) if nearest < np.inf else None


def _distance(place: NDArray[np.float64], line: NDArray[np.float64]) -> float:
    """How far a digit is from a line that it continues, as a part of the height there; else infinite."""
    x, y, own_width, own_height = place.tolist()
    xs, ys, widths, heights = line.T
    near = np.argsort(np.abs(xs - x))[:NEIGHBOURS]
    height = median(heights[near].tolist())
    off = abs(float(np.interp(x, xs, ys)) - y) / height
    least = MIN_HEIGHT_BETWEEN if xs[0] < x < xs[-1] else MIN_HEIGHT
    if off > MAX_OFF_LINE or not least * height <= own_height <= MAX_HEIGHT * height:
        return np.inf
    gap = float((np.abs(xs[near] - x) - (widths[near] + own_width) / 2).min()) / height
    usual = np.median(np.diff(xs) - (widths[1:] + widths[:-1]) / 2) / height if len(xs) > 2 else 0.0
    return gap + off if gap <= max(MAX_GAP, GAP_TIMES * usual) else np.inf


def _whole(box: NDArray[np.float32]) -> Box:
    x, y, width, height = (round(float(value)) for value in box)
    return x, y, width, height


def _free_part(box: Box, read: NDArray[np.int64], page_ink: InkMap) -> Box | None:
    """The box around the ink of a box that no digit was read from, if that is most of it and has a digit's shape."""
    ink, of_digits = _ink_in(box, read, page_ink)
    free = ink & ~of_digits
    if not free.any() or 1 - _share(ink, of_digits) < MIN_FREE:
        return None
    down, across = np.flatnonzero(free.any(axis=1)), np.flatnonzero(free.any(axis=0))
    left, top = max(0, box[0]) + int(across[0]), max(0, box[1]) + int(down[0])
    width, height = int(np.ptp(across)) + 1, int(np.ptp(down)) + 1
    if width < MIN_SPAN * box[2] or height < MIN_SPAN * box[3] or width > MAX_ASPECT * height:
        return None
    return left, top, width, height


def _beside(box: Box) -> Box:
    x, y, width, height = box
    reach = round(BESIDE_HEIGHTS * height)
    return x - reach, y, width + 2 * reach, height


def _share(ink: NDArray[np.bool_], of_digits: NDArray[np.bool_]) -> float:
    """How much of some ink is digits'."""
    return np.count_nonzero(of_digits) / max(1, np.count_nonzero(ink))


def _ink_in(box: Box, digits: NDArray[np.int64], page_ink: InkMap) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The ink in a box, and the part of it that lies in the boxes of digits, int64 (N, 4): bool (h, w) each."""
    x, y, width, height = box
    left, top = max(0, x), max(0, y)
    window = slice(top, max(0, y + height)), slice(left, max(0, x + width))
    ink = page_ink.ink[window] > page_ink.threshold[window]
    inside = np.zeros_like(ink)
    for other_x, other_y, other_width, other_height in digits[overlaps_of_smaller(box, digits) > 0].tolist():
        rows = slice(max(0, other_y - top), max(0, other_y + other_height - top))
        inside[rows, max(0, other_x - left) : max(0, other_x + other_width - left)] = True
    return ink, ink & inside

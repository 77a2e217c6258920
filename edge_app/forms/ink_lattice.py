"""From what a page reader saw in a field's picture to the field's lattice."""

from collections.abc import Sequence

import cv2
import numpy as np

from ..page.boxes import Box, middle_in, overlap_of_smaller
from ..page.recognition import Reading
from ..page.trace import Trace
from .fields import Field
from .lattice import MAX_PLACES, Place
from .machine import DIGITS

# How likely a digit is there at all where only the classifier was asked: read, doubtful, and refused.
READ, DOUBTFUL, REFUSED = 0.98, 0.4, 0.3
MOST, LEAST = 0.995, 0.02
# Of what is no digit, this part is nothing that counts; the rest is ink that means something else. Ink as high as a
# digit that stands alone is not nothing.
NOTHING_PART, NOTHING_ALONE_PART = 0.75, 0.15
# Ink counts from this part of the digits' height on, and of the field's where none is read.
MIN_HEIGHT_PART, MIN_FIELD_PART = 0.5, 0.35
# It is in line if its middle is this near to the digits', in their heights.
OFF_LINE = 0.6
# Wider than this part of the field is no digit beside others.
MOST_WIDTH_PART = 0.8
# Ink of a digit that was read is not asked again, if this part of the smaller box is shared.
SAME_PART = 0.5
# Of small ink between digits, how likely it is one of the signs that the field's pattern knows.
SIGN = 0.6
# Ink that was not even looked at as a digit, and yet is too much to be nothing: from this part of the square of the
# field's height on.
STRANGE_PART = 0.012
STRANGE = Place({}, skip=0.1)
# Ink that reaches less far than this, in the field's heights, is a speck.
SPECK_PART = 0.2
# The same beside digits, not counting what is this near to them, in their heights.
BESIDE, RIM_PART = Place({}, skip=0.6), 0.15


def places_of(trace: Trace, box: Box, field: Field) -> tuple[tuple[Place, ...], tuple[Box, ...]]:
    """The places of a field from left to right, and the boxes of the digits among them.

    Args:
        trace: of reading the field's picture.
        box: of the field in the ink map's pixels; what has its middle outside is not the field's.
        field: whose signs are looked for.
    """
    digits, high, low = readings_in(trace, box)
    alone = all(reading.label is None for reading in digits)
    found = [(reading.box, _place(reading, alone)) for reading in [*digits, *high]]
    sign = _sign(field)
    if sign is not None:
        found += [(reading.box, sign) for reading in low]
    left = _ink_left(trace, box, [each for each, _ in found])
    if left is not None:
        found.append((left, BESIDE if found else STRANGE))
    found.sort(key=lambda each: each[0][0] + each[0][2] / 2)
    # More than a field can hold is a drawing, or another page.
    places = tuple(place for _, place in found[:MAX_PLACES])
    return places, tuple(reading.box for reading in (digits or high))


def on_ink_map(box: Box, trace: Trace) -> Box:
    """A box (x, y, width, height) in pixels of the picture that was read, in those of its ink map."""
    x, y, width, height = (round(side / trace.page_ink.scale) for side in box)
    return x, y, width, height


def readings_in(trace: Trace, box: Box) -> tuple[list[Reading], list[Reading], list[Reading]]:
    """A field's digits, other ink in line with them that is as high, and ink that is lower; box as of places_of."""
    inside = [reading for reading in trace.readings if middle_in(reading.box, box)]
    digits = [reading for reading in inside if reading.is_digit]
    others = [
        reading
        for reading in inside
        if not reading.is_digit and not any(overlap_of_smaller(reading.box, digit.box) > SAME_PART for digit in digits)
    ]
    heights = [reading.box[3] for reading in digits]
    least = MIN_HEIGHT_PART * float(np.median(heights)) if heights else MIN_FIELD_PART * box[3]
    high = [reading for reading in others if reading.box[3] >= least and _in_line(reading, digits, box)]
    return digits, high, [reading for reading in others if reading.box[3] < least]


def _place(reading: Reading, alone: bool) -> Place:
    belief = _belief(reading)
    skip = (NOTHING_ALONE_PART if alone else NOTHING_PART) * (1 - belief)
    probabilities = reading.probabilities
    label = reading.guess if reading.label is None else reading.label
    if probabilities is None or (label is not None and int(probabilities.argmax()) != label):
        if label is None:
            return Place({}, skip)
        named = np.full(10, (1 - reading.confidence) / 9)
        named[label] = reading.confidence
        probabilities = named.astype(np.float32) if probabilities is None else (named + probabilities) / 2
    return Place({digit: belief * float(probabilities[int(digit)]) for digit in DIGITS}, skip)


def _belief(reading: Reading) -> float:
    if reading.belief is not None and reading.is_digit:
        return min(max(reading.belief, LEAST), MOST)
    if reading.label is not None:
        return READ
    return REFUSED if reading.guess is None else DOUBTFUL


def _sign(field: Field) -> Place | None:
    """A place for a point, comma or dash, where the pattern knows one."""
    signs = sorted(field.compiled.symbols - set(DIGITS) - {"X", " "})
    return Place({sign: SIGN / len(signs) for sign in signs}, 1 - SIGN) if signs else None


def _in_line(reading: Reading, digits: Sequence[Reading], box: Box) -> bool:
    """Whether ink stands among the digits, and not around them as what is left of a frame."""
    if not digits:
        return True
    if reading.box[2] >= MOST_WIDTH_PART * box[2]:
        return False
    middles = [digit.box[1] + digit.box[3] / 2 for digit in digits]
    height = float(np.median([digit.box[3] for digit in digits]))
    return abs(reading.box[1] + reading.box[3] / 2 - float(np.median(middles))) <= OFF_LINE * height


def _ink_left(trace: Trace, box: Box, looked_at: Sequence[Box]) -> Box | None:
    """Where there is more ink in the box than specks of dirt that no reading is of; None if there is not."""
    x, y, width, height = box
    mask = trace.page_ink.mask.copy()
    for left, top, wide, high in looked_at:
        rim = round(RIM_PART * high)
        mask[max(0, top - rim) : top + high + rim, max(0, left - rim) : left + wide + rim] = 0
    own = mask[max(0, y) : y + height, max(0, x) : x + width]
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(own)
    specks = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) < SPECK_PART * height
    down, across = np.nonzero((own > 0) & ~specks[pieces])
    if len(across) < STRANGE_PART * height**2:
        return None
    return max(0, x) + int(across.min()), max(0, y) + int(down.min()), int(np.ptp(across)) + 1, int(np.ptp(down)) + 1

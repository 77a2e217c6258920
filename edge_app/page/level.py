"""Pages whose lines run at an angle, turned level to be read: rulings and print are known by lying straight."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from .candidates import ConnectedInk
from .ink import MAX_WORK_PIXELS, InkMap
from .recognition import Reading
from .upright import ink_on_page, turn_upright, turned_size

# Lines that run less steeply are read as they are.
MIN_LEVEL_DEG = 6.0
# Texture has a slant, too. A page is worth a turn if its ink, turned piece by piece, reads as this many digits at least
# and this part of those that it reads as where it stands: a classifier hardly minds a slant, but turning costs detail.
MIN_DIGITS, MIN_SHARE = 12.0, 0.6
# Longer pieces, as parts of the longer side, and higher and wider ones than this may be tilted rulings; frames and the
# edges of a sheet are some, too, so there may be this many more after a turn.
LONG, MIN_TILT_PX, MOST_TILTED = 0.3, 8, 2
# A square page turned by 45 degrees is twice as large. OpenCV turns no longer sides.
MOST_PIXELS, MAX_SIDE_PX = 2.2 * MAX_WORK_PIXELS, 32_000


def may_be_turned(page_ink: InkMap, slant_deg: float) -> bool:
    """Whether the page is not much larger after it: a long strip that runs across is."""
    width, height = turned_size(page_ink.ink.shape[1], page_ink.ink.shape[0], slant_deg)
    return width * height <= MOST_PIXELS and max(width, height) <= MAX_SIDE_PX


def tilts_rulings(before: ConnectedInk, after: ConnectedInk) -> bool:
    """Whether a turn made long tilted pieces of rulings: then the page was level, and its numbers alone are not."""
    return _long_pieces(after) > _long_pieces(before) + MOST_TILTED


def turned_level(page_ink: InkMap, slant_deg: float) -> InkMap:
    """The ink of a page turned so that lines of that slant run level."""
    ink, matrix = turn_upright(page_ink.ink, slant_deg)
    if matrix is None:
        return page_ink
    threshold = cv2.warpAffine(page_ink.threshold, matrix, ink.shape[::-1])
    return replace(page_ink, ink=ink, threshold=np.asarray(threshold, np.uint8), matrix=matrix)


def turned_back(readings: Sequence[Reading], level: InkMap, connected: ConnectedInk) -> list[Reading]:
    """Readings of ink that was turned level, their boxes where it was before."""
    if level.matrix is None:
        return list(readings)
    # Without rulings, which would widen the boxes that they touch.
    mask = connected.labels > 0
    return [replace(reading, box=ink_on_page(reading.box, mask, level.matrix)) for reading in readings]


def _long_pieces(connected: ConnectedInk) -> int:
    """How many pieces of ink are long, and neither flat nor narrow."""
    sides = connected.stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    is_long = sides.max(axis=1, initial=0) >= LONG * max(connected.labels.shape)
    return int((is_long & (sides.min(axis=1, initial=np.iinfo(np.int32).max) > MIN_TILT_PX)).sum())

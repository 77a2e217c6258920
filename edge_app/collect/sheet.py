"""A photo of a filled-in template to labelled crops: what is written in each box of the rectified sheet."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import SheetError
from ..files.image import to_luma
from ..page.boxes import Box
from ..page.candidates import ConnectedInk, candidate_in, connect
from ..page.ink import InkMap, find_ink
from ..page.normalise import normalise
from .rectify import SHRINK, rectify
from .template import boxes

Grey = NDArray[np.uint8]

# The boxes' own lines stay out of the crops.
INSET_PX = 6
# A digit is at least this high, as a part of its box; less is a speck.
MIN_HEIGHT_PART = 0.2
# A pen's strokes are at least this dark where the darkest is 255.
STROKE_INK = 100
# A box with more ink than this part of it was blacked out.
MAX_INK_PART = 0.45
# A pen's stroke is narrower than this, and at least this part of its darkness shows against the paper on both sides;
# of a shadow's edge hardly any does.
MAX_STROKE_PX, MIN_TWO_SIDED = 25, 0.5


@dataclass(frozen=True)
class SheetCrop:
    """What was written into one box.

    Attributes:
        label: the row's digit.
        column: which of the row's boxes, from 0.
        image: uint8 (28, 28), 255 = ink, normalised as reading does it.
        raw: uint8 (h, w), the box as the camera saw it, rectified, at 150 dpi.
    """

    label: int
    column: int
    image: Grey
    raw: Grey


@dataclass(frozen=True)
class Sheet:
    """What is on a filled-in template.

    Attributes:
        crops: the boxes with a digit, row by row.
        empty: how many are empty or blacked out.
    """

    crops: tuple[SheetCrop, ...]
    empty: int


def read_sheet(image: NDArray[np.uint8]) -> Sheet:
    """Cuts the digits out of a photo of a template, however it is turned.

    Args:
        image: uint8 (H, W) luma or (H, W, 3) RGB.

    Raises:
        SheetError: it shows no sheet that rectify takes, or an empty one.
    """
    sheet = rectify(to_luma(image))
    page_ink = _in_boxes(find_ink(sheet, inverted=False))
    connected, two_sided = connect(page_ink), _two_sided(sheet)
    crops = []
    for (label, column), box in boxes().items():
        window = _inside(box)
        ink = _digit_in(window, page_ink, connected)
        x, y, width, height = window
        there = slice(y, y + height), slice(x, x + width)
        if ink is not None and not _is_shadow(ink, page_ink.ink[there], two_sided[there]):
            crops.append(SheetCrop(label, column, normalise(ink), sheet[there].copy()))
    if not crops:
        raise SheetError("expected a filled-in sheet, got one without a digit; write each row's digit into its boxes")
    return Sheet(tuple(crops), len(boxes()) - len(crops))


def _in_boxes(page_ink: InkMap) -> InkMap:
    """Only the ink inside the boxes: no lines, no print."""
    ink = np.zeros_like(page_ink.ink)
    for box in boxes().values():
        x, y, width, height = _inside(box)
        ink[y : y + height, x : x + width] = page_ink.ink[y : y + height, x : x + width]
    return replace(page_ink, ink=ink)


def _inside(box: Box) -> Box:
    x, y, width, height = (side // SHRINK for side in box)
    return x + INSET_PX, y + INSET_PX, width - 2 * INSET_PX, height - 2 * INSET_PX


def _digit_in(window: Box, page_ink: InkMap, connected: ConnectedInk) -> Grey | None:
    candidate = candidate_in(window, page_ink, connected)
    if candidate is None:
        return None
    ink = _without_shadows(candidate.ink)
    height_px = cv2.boundingRect(ink)[3]
    blacked_out = np.count_nonzero(ink) > MAX_INK_PART * ink.size
    return ink if height_px >= MIN_HEIGHT_PART * window[3] and not blacked_out else None


def _without_shadows(ink: Grey) -> Grey:
    """Ink, its darkest at 255, without what is pale and not the rim of a stroke: a shadow's edge."""
    strokes = cv2.dilate((ink >= STROKE_INK).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(ink * strokes, np.uint8)


def _two_sided(sheet: Grey) -> Grey:
    """How much darker each pixel is than the paper on both its sides, in the units of InkMap.ink."""
    paper = cv2.morphologyEx(sheet, cv2.MORPH_CLOSE, np.ones((MAX_STROKE_PX, MAX_STROKE_PX), np.uint8))
    return np.asarray(cv2.bitwise_not(cv2.divide(sheet, paper, scale=255)), np.uint8)


def _is_shadow(ink: Grey, page_ink: Grey, two_sided: Grey) -> bool:
    """Whether an empty box's darkest is the edge of a shadow."""
    stroke = ink >= STROKE_INK
    return float(two_sided[stroke].mean()) < MIN_TWO_SIDED * float(page_ink[stroke].mean())

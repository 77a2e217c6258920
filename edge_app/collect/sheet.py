"""A photo of a filled-in template to labelled crops: marks found, sheet rectified, boxes cut."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..components import ConnectedInk, candidate_in, connect
from ..errors import SheetError
from ..ink import InkMap, find_ink, to_luma
from ..normalise import normalise
from ..page import Box
from .template import DICTIONARY, MARKER_PX, MARKERS_XY, PAGE_WH, VERSION, boxes, marker_ids

Grey = NDArray[np.uint8]
Marks = dict[int, NDArray[np.float32]]

# The sheet is cut at 150 dpi, where a pen's stroke is a few pixels wide.
SHRINK = 2
MIN_MARKS = 4
MIN_MARK_PX = 20
# Of the pixels of a sharp mark, so many are between black and white at 150 dpi; of an unsharp one more.
MAX_GREY_PART = 0.27
# The boxes' own lines stay out of the crops.
INSET_PX = 6
# A digit is at least this high, as a part of its box; less is a speck.
MIN_HEIGHT_PART = 0.2
# A pen's strokes are all at least so dark where the darkest is 255.
STROKE_INK = 100
# A box with more ink than this part of it was blacked out.
MAX_INK_PART = 0.45
# A pen's stroke is narrower, and of its darkness at least so much is seen against the paper on both its sides; of the
# edge of a shadow next to nothing.
MAX_STROKE_PX, MIN_TWO_SIDED = 25, 0.5
SAME_SHEET = "photograph the whole sheet from above, with all six marks in view, flat, sharp and in even light"


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
        SheetError: too few marks are seen, boxes lie beyond the photo's edge, the photo is too small or unsharp, or it
            is of another template, or of an empty one.
    """
    luma = to_luma(image)
    sheet = rectify(luma, _find_marks(luma))
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


def rectify(luma: Grey, marks: Marks) -> Grey:
    """The sheet as if scanned at 150 dpi, uint8 (1754, 1240); raises SheetError if it is not all there, or not sharp.

    Args:
        luma: uint8 (H, W).
        marks: their corners in it, float32 (4, 2), clockwise from the upper left, by position in MARKERS_XY.
    """
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * (MARKER_PX - 1)
    flat = np.concatenate([corners + MARKERS_XY[number] for number in marks]) / SHRINK
    matrix, _ = cv2.findHomography(np.concatenate(list(marks.values())), flat, cv2.RANSAC, 6.0)
    if matrix is None:
        raise SheetError(f"expected a flat sheet, got marks that lie on no plane; {SAME_SHEET}")
    _require_all_boxes(matrix, luma)
    size_wh = PAGE_WH[0] // SHRINK, PAGE_WH[1] // SHRINK
    # A photo of many megapixels is shrunk by area first: skipped pixels would make its strokes ragged.
    shrink = max(1, int(_mark_px(marks) * SHRINK / MARKER_PX))
    small = cv2.resize(luma, (luma.shape[1] // shrink, luma.shape[0] // shrink), interpolation=cv2.INTER_AREA)
    larger = np.diag([luma.shape[1] / small.shape[1], luma.shape[0] / small.shape[0], 1.0])
    sheet = np.asarray(cv2.warpPerspective(small, matrix @ larger, size_wh, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    grey_part = max(_grey_part(sheet, MARKERS_XY[number]) for number in marks)
    if grey_part > MAX_GREY_PART:
        raise SheetError(f"expected a sharp photo, got one with blurred marks; hold still and {SAME_SHEET}")
    return sheet


def _find_marks(luma: Grey) -> Marks:
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(DICTIONARY), parameters)
    found, ids, _ = detector.detectMarkers(luma)
    numbers = [] if ids is None else [int(number) for number in ids.ravel()]
    wanted = marker_ids(VERSION)
    marks = {
        wanted.index(number): np.asarray(corners, np.float32).reshape(4, 2)
        for number, corners in zip(numbers, found, strict=True)
        if number in wanted
    }
    if len(numbers) - len(marks) >= MIN_MARKS > len(marks):
        raise SheetError(
            f"expected digit template {VERSION}, got marks of another one; "
            "print the one of this version: python -m edge_app collect --template sheet.pdf"
        )
    if len(marks) < MIN_MARKS:
        raise SheetError(f"expected {MIN_MARKS} or more of the sheet's six marks, got {len(marks)}; {SAME_SHEET}")
    if _mark_px(marks) < MIN_MARK_PX:
        raise SheetError(
            f"expected marks of {MIN_MARK_PX} pixels or more, got {_mark_px(marks):.0f}; "
            "come closer, or take a larger photo"
        )
    return marks


def _mark_px(marks: Marks) -> float:
    """The shortest side of any mark."""
    return min(float(np.linalg.norm(np.roll(mark, 1, axis=0) - mark, axis=1).min()) for mark in marks.values())


def _require_all_boxes(matrix: cv2.typing.MatLike, luma: Grey) -> None:
    """Raises SheetError if boxes lie beyond the photo's edge, where nobody wrote what would be cut."""
    lefts_tops = np.array([box[:2] for box in boxes().values()], np.float64)
    sides = np.array([box[2:] for box in boxes().values()], np.float64)
    corners = np.stack([lefts_tops + sides * corner for corner in ((0, 0), (1, 0), (1, 1), (0, 1))], axis=1) / SHRINK
    in_photo = cv2.perspectiveTransform(corners, np.linalg.inv(matrix))
    beyond = ((in_photo < 0) | (in_photo > np.array(luma.shape[::-1]))).any(axis=(1, 2)).sum()
    if beyond:
        raise SheetError(f"expected all boxes in the photo, got {beyond} beyond its edge; {SAME_SHEET}")


def _grey_part(sheet: Grey, at_xy: tuple[int, int]) -> float:
    x, y = at_xy[0] // SHRINK, at_xy[1] // SHRINK
    side = MARKER_PX // SHRINK
    mark = sheet[y : y + side, x : x + side]
    black, white = np.percentile(mark, (10, 95))
    quarter = (float(white) - float(black)) / 4
    return float(np.mean((mark > black + quarter) & (mark < white - quarter)))


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

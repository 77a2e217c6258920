"""The flat sheet out of a photo of a template: its marks found, the perspective taken out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import SheetError
from .template import DICTIONARY, MARKER_PX, MARKERS_XY, PAGE_WH, VERSION, boxes, marker_ids

Grey = NDArray[np.uint8]
Marks = dict[int, NDArray[np.float32]]

# The sheet is cut at 150 dpi, where a pen's stroke is a few pixels wide.
SHRINK = 2
MIN_MARKS = 4
MIN_MARK_PX = 20
# Marks are sought at this many megapixels; MIN_MARKS of them lie within half a mark of their places.
SEARCH_MEGAPIXELS = 6
MAX_OFF_PX = MARKER_PX / SHRINK / 2
# Share of a mark's pixels between black and white at 150 dpi: a sharp mark has fewer, a blurred one more.
MAX_GREY_PART = 0.27
SAME_SHEET = "photograph the whole sheet from above, with all six marks in view, flat, sharp and in even light"


def rectify(luma: Grey) -> Grey:
    """The sheet in a photo, uint8 (H, W), as if scanned at 150 dpi, uint8 (1754, 1240).

    Raises:
        SheetError: too few marks are seen, or those of two sheets or of another template, boxes lie beyond the photo's
            edge, or the photo is too small or unsharp.
    """
    marks = _find_marks(luma)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * (MARKER_PX - 1)
    flat = np.concatenate([corners + MARKERS_XY[number] for number in marks]) / SHRINK
    matrix, _ = cv2.findHomography(np.concatenate(list(marks.values())), flat, cv2.RANSAC, 6.0)
    # Print elsewhere may look like one of them.
    marks = {} if matrix is None else _in_place(matrix, marks, flat)
    if len(marks) < MIN_MARKS:
        raise SheetError(f"expected a flat sheet, got marks that do not lie as on one; {SAME_SHEET}")
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
    """The marks' corners, float32 (4, 2), clockwise from the upper left, by position in MARKERS_XY."""
    numbers, found = _detect(luma)
    wanted = marker_ids(VERSION)
    if any(numbers.count(number) > 1 for number in wanted):
        raise SheetError(
            "expected one sheet in the photo, got marks of two; photograph each alone, the other out of view"
        )
    marks = {wanted.index(number): each for number, each in zip(numbers, found, strict=True) if number in wanted}
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


def _detect(luma: Grey) -> tuple[list[int], list[NDArray[np.float32]]]:
    """All marks' ids and corners; in a picture of many megapixels that is noise, looking for them would take long."""
    shrink = max(1.0, (luma.size / (SEARCH_MEGAPIXELS * 10**6)) ** 0.5)
    small = luma if shrink == 1 else cv2.resize(luma, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    larger = np.array([luma.shape[1] / small.shape[1], luma.shape[0] / small.shape[0]])
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(DICTIONARY), parameters)
    found, ids, _ = detector.detectMarkers(small)
    corners = [((np.reshape(each, (4, 2)) + 0.5) * larger - 0.5).astype(np.float32) for each in found]
    return [] if ids is None else [int(number) for number in ids.ravel()], corners


def _in_place(matrix: cv2.typing.MatLike, marks: Marks, flat: NDArray[np.float64]) -> Marks:
    """The marks that lie where the sheet has them, all corners of them."""
    seen = cv2.perspectiveTransform(np.stack(list(marks.values())), matrix)
    off_px = np.linalg.norm(seen - flat.reshape(seen.shape), axis=2).max(axis=1)
    return {number: mark for (number, mark), off in zip(marks.items(), off_px, strict=True) if off <= MAX_OFF_PX}


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

"""The sheet to write a hundred digits on: A4 with ten rows of ten boxes, and marks that a photo is rectified by."""

import io
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import OutputError
from ..files.atomic import write_atomically
from ..page.boxes import Box

VERSION = 1
DPI = 300
PAGE_WH = 2480, 3508
ROWS, COLUMNS = 10, 10
BOX_WH = 150, 210
FIRST_BOX_XY = 400, 520
PITCH_XY = 176, 262
MARKER_PX = 170
# Upper left corners: a finger or a shadow may hide two of the six.
MARKERS_XY = ((120, 120), (2190, 120), (120, 1669), (2190, 1669), (120, 3218), (2190, 3218))
LINE_GREY = 170
DICTIONARY = cv2.aruco.DICT_4X4_100

Grey = NDArray[np.uint8]
SUFFIXES = (".png", ".pdf")


def marker_ids(version: int) -> range:
    """The fiducials' ids encode the version of the sheet and the place of each mark."""
    return range(8 * version, 8 * version + len(MARKERS_XY))


def boxes() -> dict[tuple[int, int], Box]:
    """(x, y, width, height) in pixels at 300 dpi of each box, by row, which is its label, and column."""
    x, y = FIRST_BOX_XY
    return {
        (row, column): (x + column * PITCH_XY[0], y + row * PITCH_XY[1], *BOX_WH)
        for row in range(ROWS)
        for column in range(COLUMNS)
    }


def draw_template() -> Grey:
    """The empty sheet, uint8 (3508, 2480), 255 = paper."""
    page = np.full(PAGE_WH[::-1], 255, np.uint8)
    dictionary = cv2.aruco.getPredefinedDictionary(DICTIONARY)
    for number, (x, y) in zip(marker_ids(VERSION), MARKERS_XY, strict=True):
        page[y : y + MARKER_PX, x : x + MARKER_PX] = cv2.aruco.generateImageMarker(dictionary, number, MARKER_PX)
    for (row, column), (x, y, width, height) in boxes().items():
        cv2.rectangle(page, (x, y), (x + width, y + height), (LINE_GREY,), 3)
        if column == 0:
            # Well left of the boxes, where no crop reaches.
            _print(page, str(row), (x - 70, y + 130), 1.6)
    _print(page, "Write each row's digit once in each of its boxes, as you always do.", (400, 190), 1.5)
    _print(page, "If one went wrong, black out its whole box. Boxes may stay empty.", (400, 260), 1.5)
    _print(page, "Writer:", (400, 410), 1.5)
    cv2.line(page, (600, 415), (2080, 415), (0,), 3)
    _print(page, "Photograph the whole sheet with all six marks, flat, sharp, in even light.", (400, 3260), 1.5)
    _print(page, f"digit template {VERSION}", (400, 3340), 1.2)
    return page


def write_template(path: Path) -> None:
    """Writes the empty sheet as .png or .pdf, A4 at 300 dpi; raises OutputError for another name or place."""
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(f"expected a name that ends in .png or .pdf, got {path}; choose another")
    write_atomically(path, template_file(path.suffix[1:].upper()))


@cache
def template_file(kind: str) -> bytes:
    """The empty sheet as a file of the kind "PDF" or "PNG"."""
    coded = io.BytesIO()
    sizes = {"dpi": (DPI, DPI)} if kind == "PNG" else {"resolution": float(DPI)}
    Image.fromarray(draw_template()).save(coded, kind, **sizes)
    return coded.getvalue()


def _print(page: Grey, text: str, at_xy: tuple[int, int], size: float) -> None:
    cv2.putText(page, text, at_xy, cv2.FONT_HERSHEY_SIMPLEX, size, (60,), 3, cv2.LINE_AA)

"""Ready-made forms, filled in and photographed by the tests."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_app.forms.fields import Field
from edge_app.forms.ready_made import ReadyMade

from ..pages import write

Picture = NDArray[np.uint8]
PEN = 60
DIGIT_PART = 0.5


def filled(made: ReadyMade, texts: Mapping[str, str], cells: Mapping[str, int]) -> Picture:
    """The sheet with texts in its fields, by name; in a field with cells a digit in each."""
    page = made.picture.copy()
    for field in made.form.fields:
        text = texts.get(field.name, "")
        left, top, right, bottom = pixels(field, page)
        height = round(DIGIT_PART * (bottom - top))
        step = (right - left) / cells[field.name] if field.name in cells else 1.1 * height
        for place, symbol in enumerate(text):
            x = left + round(step * place + (step - 0.9 * height) / 2) + (8 if field.name not in cells else 0)
            write(page, symbol, (x, bottom - (bottom - top - height) // 2), height, PEN)
    return page


def pixels(field: Field, page: Picture) -> tuple[int, int, int, int]:
    """A field's box on an upright picture of its form: left, top, right, bottom."""
    height, width = page.shape
    left, top, right, bottom = field.box
    return round(left * width), round(top * height), round(right * width), round(bottom * height)


def photographed(page: Picture, size_wh: tuple[int, int] = (1400, 1000)) -> Picture:
    """A page on a dark desk, a little turned and tilted, uint8 (H, W)."""
    high, wide = page.shape
    fit = 0.8 * min(size_wh[0] / wide, size_wh[1] / high)
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    there = (corners - (wide / 2, high / 2)) * fit
    turn = np.radians(7)
    there = there @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    there[2:] *= (1.08, 1.0)
    there = (there + np.array(size_wh) / 2).astype(np.float32)
    small = cv2.GaussianBlur(page, (0, 0), 0.35 / fit)
    matrix = cv2.getPerspectiveTransform(corners, there)
    return np.asarray(cv2.warpPerspective(small, matrix, size_wh, borderValue=(70,), flags=cv2.INTER_AREA), np.uint8)

"""A form's rulings, taken out of the pictures of its fields: a comb's strokes look like ones."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..files.image import to_luma
from .contrast import Grey
from .field_checks import FormBox
from .locate import WholeImage
from .straighten import FieldPicture, cut

# A ruling is at least this long, in heights of its field: no stroke of a digit is, if the form's picture is of one that
# was filled in.
LONG_PART = 0.8
# Without the form's picture, what is as long as the field is high is taken for a ruling.
LONG_UNKNOWN_PART = 1.0
# Darker than the paper around it by this, of 255.
DARKER = 24
# How much wider than in the form's picture a ruling is taken out, in heights of the field, and in pixels of the photo:
# it is blurred there, and not exactly where it is expected.
RIM_PART, BLUR_PX = 0.03, 1.2
# What is filled in comes from this far around, in pixels.
FILLED_FROM_PX = 3


class OwnPrint:
    """The rulings of a form, by its picture."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        """Keeps the picture: uint8 (H, W) luma or (H, W, 3) RGB, straight and cut to the form's edges."""
        self._luma = to_luma(picture)
        self._whole = WholeImage().find(self._luma)

    def taken_out(self, field: FieldPicture, box: FormBox) -> Grey:
        """A field's picture as luma, uint8 (h, w), without the rulings that the form has there.

        Args:
            field: cut out of a photo, with the margin that `cut` gives by default.
            box: of the field, in parts of the form's width and height.
        """
        luma = to_luma(field.image)
        empty = cut(self._luma, self._whole, box)
        rulings = cv2.resize(
            _rulings(empty.image, LONG_PART * empty.box[3]),
            (luma.shape[1], luma.shape[0]),
            interpolation=cv2.INTER_LINEAR,
        )
        return _without(luma, np.asarray(rulings, np.uint8), field)


def straight_lines_taken_out(field: FieldPicture) -> Grey:
    """A field's picture as luma, uint8 (h, w), without what must be rulings, of a form whose picture is not known."""
    luma = to_luma(field.image)
    return _without(luma, _rulings(luma, LONG_UNKNOWN_PART * field.box[3]), field)


def _without(luma: Grey, rulings: Grey, field: FieldPicture) -> Grey:
    photo_per_px = float(np.sqrt(abs(np.linalg.det(field.matrix[:2, :2]))))
    rim = max(1, round(RIM_PART * field.box[3] + BLUR_PX / max(photo_per_px, 0.25)))
    mask = cv2.dilate((rulings > 0).astype(np.uint8), np.ones((2 * rim + 1, 2 * rim + 1), np.uint8))
    return np.asarray(cv2.inpaint(luma, mask, FILLED_FROM_PX, cv2.INPAINT_TELEA), np.uint8)


def _rulings(luma: Grey, least_px: float) -> Grey:
    """Uint8 (h, w), 255 on straight lines along or across of at least that length."""
    paper = cv2.morphologyEx(luma, cv2.MORPH_CLOSE, np.ones((2 * round(least_px / 6) + 1,) * 2, np.uint8))
    _, dark = cv2.threshold(cv2.subtract(paper, luma), DARKER, 255, cv2.THRESH_BINARY)
    long = max(3, round(least_px))
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((long, 1), np.uint8))
    return np.asarray(cv2.max(across, down), np.uint8)

"""A form's rulings, taken out of the pictures of its fields: a comb's strokes look like ones.

Where the form's picture is known, its rulings are laid over the field's, out of focus as they are there, and divided
out: what the pen wrote across them stays.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..files.image import to_luma
from .contrast import Grey
from .field_checks import FormBox
from .locate import WholeImage
from .places import peak
from .straighten import FieldPicture, cut

# A ruling is at least this long, in heights of its field: no stroke of a digit is, if the form's picture is of one that
# was filled in.
LONG_PART = 0.8
# Without the form's picture, what is as long as the field is high is taken for a ruling.
LONG_UNKNOWN_PART = 1.0
# A field has no frame if the photo shows no more than this of it with its margin: it is all of the image.
FRAMED_IN_VIEW = 0.75
# Paper is most of a field.
LIGHT_PERCENTILE = 75
# Darker than the paper around it by this, of 255.
DARKER = 24
# A ruling has soft edges this far beyond it, in pixels of the form's picture.
SOFT_PX = 2
# How much out of focus rulings may be, in pixels of the field's picture, and how far from where they are expected, in
# heights of the field; they are believed to lie elsewhere if they are at least this much alike there.
BLURS_PX, REACH_PART, ALIKE = (0.5, 1.0, 1.6, 2.4, 3.4), 0.09, 0.2
# What is left of a ruling, and of the camera's ringing so far around it in heights of the field, is this part of it at
# most. Where less light than this comes through, what the pen wrote is guessed from around, up to FILLED_FROM_PX.
LEFT_PART, AROUND_PART, LEAST_LIGHT, FILLED_FROM_PX = 0.2, 0.05, 0.4, 3
# Without the form's picture: how much wider than it seems a ruling is, in heights of the field, and in pixels of the
# photo.
RIM_PART, BLUR_PX = 0.03, 1.2
_Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Rulings:
    """A field's rulings as they are in its picture.

    Attributes:
        dark: float32 (h, w), how much of the light they take, in [0, 1].
        shift: (x, y), by which they lie beside where they were expected, in pixels.
    """

    dark: _Floats
    shift: tuple[float, float]


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
        luma, expected = to_luma(field.image), self._expected(box, field.image.shape)
        if not expected.any():
            return luma
        paper = _paper(luma, field.box[3])
        rulings = _found(np.clip(1 - luma / paper, 0, 1).astype(np.float32), expected, field.box[3])
        light = np.maximum(1 - rulings.dark, LEAST_LIGHT)
        around = np.ones((2 * round(AROUND_PART * field.box[3]) + 1,) * 2, np.uint8)
        pen = np.maximum(1 - luma / light / paper - LEFT_PART * cv2.blur(cv2.dilate(rulings.dark, around), (3, 3)), 0)
        clean = np.clip((1 - pen) * np.maximum(paper, luma), 0, 255).astype(np.uint8)
        hidden = cv2.dilate((rulings.dark > 1 - LEAST_LIGHT).astype(np.uint8), np.ones((3, 3), np.uint8))
        return np.asarray(cv2.inpaint(clean, hidden, FILLED_FROM_PX, cv2.INPAINT_TELEA), np.uint8)

    def _expected(self, box: FormBox, shape: tuple[int, ...]) -> _Floats:
        """How much of the light the form's rulings take, in focus: float32 of a field's picture."""
        empty = cut(self._luma, self._whole, box)
        around = np.ones((2 * SOFT_PX + 1,) * 2, np.uint8)
        lines = cv2.dilate(_rulings(empty.image, LONG_PART * empty.box[3]), around)
        dark = 1 - empty.image / np.float32(max(1.0, float(np.percentile(empty.image, LIGHT_PERCENTILE))))
        dark = np.where(lines > 0, np.clip(dark, 0, 1), 0).astype(np.float32)
        return np.asarray(cv2.resize(dark, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), np.float32)


def straight_lines_taken_out(field: FieldPicture) -> Grey:
    """A field's picture as luma, uint8 (h, w), without what must be rulings, of a form whose picture is not known."""
    luma = to_luma(field.image)
    if field.around_in_view < FRAMED_IN_VIEW:
        return luma
    photo_per_px = float(np.sqrt(abs(np.linalg.det(field.matrix[:2, :2]))))
    rim = max(1, round(RIM_PART * field.box[3] + BLUR_PX / max(photo_per_px, 0.25)))
    mask = cv2.dilate(_rulings(luma, LONG_UNKNOWN_PART * field.box[3]), np.ones((2 * rim + 1, 2 * rim + 1), np.uint8))
    return np.asarray(cv2.inpaint(luma, mask, FILLED_FROM_PX, cv2.INPAINT_TELEA), np.uint8)


def _found(dark: _Floats, expected: _Floats, height_px: int) -> Rulings:
    """The rulings as dark, as much out of focus, and where they are seen.

    Args:
        dark: of the field's picture, float32 (h, w), part of the light that is missing.
        expected: the same of the rulings alone, in focus.
        height_px: of the field.
    """
    reach = max(2, round(REACH_PART * height_px))
    best, shift, soft = -1.0, (0.0, 0.0), expected
    for blur_px in BLURS_PX:
        blurred = np.asarray(cv2.GaussianBlur(expected, (0, 0), blur_px), np.float32)
        inner = blurred[reach:-reach, reach:-reach]
        alike = np.asarray(cv2.matchTemplate(dark, inner, cv2.TM_CCOEFF_NORMED), np.float32)
        _, likeness, _, (x, y) = cv2.minMaxLoc(alike)
        if likeness > best:
            best, soft = likeness, blurred
            shift = x - reach + peak(alike[y], x), y - reach + peak(alike[:, x], y)
    if best < ALIKE:
        shift = 0.0, 0.0
    moved = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float64)
    soft = np.asarray(cv2.warpAffine(soft, moved, soft.shape[::-1]), np.float32)
    lines = soft > soft.max() / 2
    # A pen crosses a small part of them.
    strength = float(np.clip(np.median(dark[lines] / soft[lines]), 0, 1)) if lines.any() else 0.0
    return Rulings(np.asarray(strength * soft, np.float32), shift)


def _paper(luma: Grey, height_px: int) -> _Floats:
    """The light of the paper around each place, float32 (h, w)."""
    side = 2 * round(height_px / 6) + 1
    closed = cv2.morphologyEx(luma, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return np.maximum(cv2.blur(closed, (side, side)), 1).astype(np.float32)


def _rulings(luma: Grey, least_px: float) -> Grey:
    """Uint8 (h, w), 255 on straight lines along or across of at least that length."""
    paper = cv2.morphologyEx(luma, cv2.MORPH_CLOSE, np.ones((2 * round(least_px / 6) + 1,) * 2, np.uint8))
    _, dark = cv2.threshold(cv2.subtract(paper, luma), DARKER, 255, cv2.THRESH_BINARY)
    long = max(3, round(least_px))
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((long, 1), np.uint8))
    return np.asarray(cv2.max(across, down), np.uint8)

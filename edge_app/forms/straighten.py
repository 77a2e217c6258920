"""The straight picture of a field, cut out of a photo, and the way back from it to the photo."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .locate import UNIT_SQUARE, Corners, Located, Parts

Matrix = NDArray[np.float64]
# Around a field, in its heights: digits stick out.
MARGIN_PART = 0.2
# A field's height in its picture is that in the photo, but no less than the first, where digits have 32 pixels,
# as long as it needs no more than ENLARGED, and no more than the second, beyond which reading gains nothing.
HEIGHTS_PX, ENLARGED = (56, 140), 2.0
MOST_WIDTH_PX = 4000
# Paper is most of a field, and lighter than what is written: beyond the photo's edge it goes on.
PAPER_PERCENTILE = 70


@dataclass(frozen=True)
class FieldPicture:
    """A field, straight.

    Attributes:
        image: uint8 (h, w) or (h, w, 3) as the photo; beyond the photo's edge there is plain paper.
        box: of the field without the margin, (x, y, width, height) in pixels of `image`.
        matrix: float64 (3, 3), from pixels of `image` to the photo's.
        in_view: share of the field that the photo shows, in [0, 1].
        around_in_view: share of the field with its margin that the photo shows, in [0, 1].
    """

    image: NDArray[np.uint8]
    box: tuple[int, int, int, int]
    matrix: Matrix
    in_view: float
    around_in_view: float

    def corners_on_photo(self, box: tuple[float, float, float, float]) -> Corners:
        """A box (x, y, width, height) of the picture as corners in the photo, float64 (4, 2), clockwise."""
        x, y, width, height = box
        corners = UNIT_SQUARE * (width, height) + (x, y)
        return np.asarray(cv2.perspectiveTransform(corners[None], self.matrix)[0], np.float64)

    def on_photo(self, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        """The upright box (x, y, width, height) in the photo around one of the picture, in whole pixels."""
        corners = self.corners_on_photo(box)
        left, top = (int(value) for value in np.floor(corners.min(axis=0)))
        right, bottom = (int(value) for value in np.ceil(corners.max(axis=0)))
        return left, top, right - left, bottom - top


def cut(photo: NDArray[np.uint8], located: Located, box: Parts, margin_part: float = MARGIN_PART) -> FieldPicture:
    """Cuts a field out, at the resolution that the photo has there, within HEIGHTS_PX.

    Args:
        photo: uint8 (H, W) luma or (H, W, 3) RGB, the one the form was found on.
        located: where the form is.
        box: of the field, in parts of the form's width and height.
        margin_part: of the field's height, around it.
    """
    corners = located.corners(box)
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    seen_px = max(sides[1], sides[3], 1.0)
    height = float(np.clip(seen_px, min(HEIGHTS_PX[0], ENLARGED * seen_px), HEIGHTS_PX[1]))
    wide, high = (box[2] - box[0]) * located.form_wh[0], (box[3] - box[1]) * located.form_wh[1]
    height = min(height, MOST_WIDTH_PX * high / wide)
    field_wh = max(1, round(height * wide / high)), max(1, round(height))
    margin = round(margin_part * height)
    onto_parts = np.array([[(box[2] - box[0]) / field_wh[0], 0, box[0]], [0, (box[3] - box[1]) / field_wh[1], box[1]],
                           [0, 0, 1]]) @ np.array([[1, 0, -margin], [0, 1, -margin], [0, 0, 1]])  # fmt: skip
    matrix = located.matrix @ onto_parts
    size_wh = field_wh[0] + 2 * margin, field_wh[1] + 2 * margin
    image = warped(photo, matrix, size_wh, int(seen_px / height))
    whole = cv2.perspectiveTransform((UNIT_SQUARE * size_wh)[None], matrix)[0]
    shares = _share_in_view(corners, photo), _share_in_view(whole, photo)
    return FieldPicture(image, (margin, margin, *field_wh), matrix / matrix[2, 2], *shares)


def warped(photo: NDArray[np.uint8], matrix: Matrix, size_wh: tuple[int, int], shrink: int) -> NDArray[np.uint8]:
    """The photo's part under a picture of that size; shrunk by area first, so that no pixel of it is skipped.

    Args:
        photo: uint8 (H, W) or (H, W, 3).
        matrix: from pixels of the picture to the photo's.
        size_wh: of the picture.
        shrink: how many of the photo's pixels fall on one of the picture's.
    """
    outline = cv2.perspectiveTransform((UNIT_SQUARE * size_wh)[None], matrix)[0]
    rim = 2 * shrink + 2
    low = np.clip(np.floor(outline.min(axis=0)).astype(int) - rim, 0, np.array(photo.shape[1::-1]) - 1)
    end = np.clip(np.ceil(outline.max(axis=0)).astype(int) + rim, low + 1, photo.shape[1::-1])
    part = photo[low[1] : end[1], low[0] : end[0]]
    smaller = np.diag([1.0, 1.0, 1.0])
    if shrink > 1 and min(part.shape[:2]) >= shrink:
        small_wh = part.shape[1] // shrink, part.shape[0] // shrink
        smaller = np.diag([small_wh[0] / part.shape[1], small_wh[1] / part.shape[0], 1.0])
        part = np.asarray(cv2.resize(part, small_wh, interpolation=cv2.INTER_AREA), np.uint8)
    to_part = smaller @ np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]]) @ matrix
    paper = np.percentile(part, PAPER_PERCENTILE, axis=(0, 1))
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    # An edge that is repeated makes long lines of strokes that reach it.
    border = np.atleast_1d(paper).tolist()
    return np.asarray(cv2.warpPerspective(part, to_part, size_wh, flags=flags, borderValue=border))


def _share_in_view(corners: Corners, photo: NDArray[np.uint8]) -> float:
    height, width = photo.shape[:2]
    whole = (UNIT_SQUARE * (width, height)).astype(np.float32)
    seen, _ = cv2.intersectConvexConvex(corners.astype(np.float32), whole)
    return float(min(1.0, seen / max(1e-6, abs(cv2.contourArea(corners.astype(np.float32))))))

"""A filled-in form as a camera sees it: turned, tilted, shifted, smaller, on a desk, in light and shadow."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pages import grounds
from ..pages.grounds import Ground
from ..pages.maker import PENS, camera
from .canvas import DrawnForm
from .filling import Filled

Random = np.random.Generator
Matrix = NDArray[np.float64]
Points = NDArray[np.float64]
# Of a phone's main camera, in widths of the picture's longer side.
FOCAL_PART = 0.85
# Around a form that fills the picture.
FULL_PART = 0.96


@dataclass(frozen=True)
class Pose:
    """How a form lies before a camera.

    Attributes:
        turn_deg: in the picture's plane, clockwise.
        tilt_deg: of the paper against the picture's plane.
        axis_deg: direction in the paper about which it is tilted.
        shift: of its middle against the picture's, in parts of the picture's width and height.
        scale: 1 where the flat form just fits into the picture, 0.5 where it is half as wide.
    """

    turn_deg: float = 0.0
    tilt_deg: float = 0.0
    axis_deg: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0

    @classmethod
    def any(cls, random: Random) -> "Pose":
        """Turned and tilted by up to 30 degrees each, shifted by up to 20 %, down to half the size."""
        turn, tilt = random.uniform(-30, 30), random.uniform(0, 30)
        away, along = random.uniform(0, 0.2), random.uniform(0, 2 * np.pi)
        shift = float(away * np.cos(along)), float(away * np.sin(along))
        return cls(turn, tilt, random.uniform(0, 360), shift, random.uniform(0.5, 1))

    def matrix(self, form_wh: tuple[int, int], size_wh: tuple[int, int]) -> Matrix:
        """The perspective from pixels of the form's picture to pixels of the photo, float64 (3, 3)."""
        fit = FULL_PART * self.scale * min(size_wh[0] / form_wh[0], size_wh[1] / form_wh[1])
        focal = FOCAL_PART * max(size_wh)
        turn, axis = np.radians(self.turn_deg), np.radians(self.axis_deg)
        in_plane, _ = cv2.Rodrigues(np.array([0, 0, turn]))
        tilted, _ = cv2.Rodrigues(np.radians(self.tilt_deg) * np.array([np.cos(axis), np.sin(axis), 0]))
        rotation = in_plane @ tilted * fit
        onto_paper = np.array([[1, 0, -form_wh[0] / 2], [0, 1, -form_wh[1] / 2], [0, 0, 1]])
        in_space = np.stack([rotation[:, 0], rotation[:, 1], np.array([0, 0, focal])], axis=1)
        centre = (0.5 + self.shift[0]) * size_wh[0], (0.5 + self.shift[1]) * size_wh[1]
        lens = np.array([[focal, 0, centre[0]], [0, focal, centre[1]], [0, 0, 1]])
        whole = lens @ in_space @ onto_paper
        return np.asarray(whole / whole[2, 2], np.float64)


@dataclass(frozen=True)
class FormPhoto:
    """A photo and its truth.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        matrix: float64 (3, 3), from pixels of the form's picture to the photo's.
        corners: of each field in the photo, float64 (4, 2): upper left, upper right, lower right, lower left.
        values: what stands in each field, "" where nothing does.
        pose: how the form lies.
    """

    image: NDArray[np.uint8]
    matrix: Matrix
    corners: dict[str, Points]
    values: dict[str, str]
    pose: Pose


def photograph(
    form: DrawnForm, filled: Filled, pose: Pose, random: Random, size_wh: tuple[int, int] = (1280, 960)
) -> FormPhoto:
    """Photographs a filled-in form.

    Args:
        form: the empty form.
        filled: what was written into it.
        pose: how it lies.
        random: of paper, inks, desk, light and camera.
        size_wh: width and height of the photo.
    """
    height, width = form.ink.shape
    matrix = pose.matrix((width, height), size_wh)
    page = _inked(form, filled, random)
    fit = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if fit < 1:
        # Pixels that the perspective would skip.
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), 0.4 / fit), np.float32)
    image = grounds.desk(random, *size_wh)
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    shadow = np.zeros(size_wh[::-1], np.uint8)
    cv2.fillConvexPoly(shadow, np.rint(cv2.perspectiveTransform(outline[None], matrix)[0]).astype(np.int32), (255,))
    soft = cv2.GaussianBlur(shadow, (0, 0), random.uniform(2, 12)).astype(np.float32) / 255
    image *= 1 - random.uniform(0, 0.5) * soft[..., None]
    cv2.warpPerspective(page, matrix, size_wh, dst=image, borderMode=cv2.BORDER_TRANSPARENT)
    image *= grounds.light(random, *size_wh)[..., None]
    corners = {field.name: corners_of(field.box, (width, height), matrix) for field in form.fields}
    return FormPhoto(camera(image, random), matrix, corners, filled.values, pose)


def corners_of(box: tuple[float, float, float, float], form_wh: tuple[int, int], matrix: Matrix) -> Points:
    """A box, in parts of the form, seen through a perspective: float64 (4, 2), clockwise from its upper left."""
    left, top, right, bottom = box
    parts = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    return np.asarray(cv2.perspectiveTransform((parts * form_wh)[None], matrix)[0], np.float64)


def _inked(form: DrawnForm, filled: Filled, random: Random) -> Ground:
    """Paper with the form's print and the pen's ink, float32 (H, W, 3)."""
    height, width = form.ink.shape
    page = grounds.paper(random, width, height)
    black = np.full(3, random.uniform(10, 70), np.float32)
    pen = np.asarray(PENS[random.integers(len(PENS))], np.float32)
    for ink, shade, opacity in ((form.ink, black, random.uniform(0.7, 1)), (filled.ink, pen, random.uniform(0.6, 1))):
        alpha = ink.astype(np.float32) * np.float32(opacity / 255)
        page += alpha[..., None] * (shade - page)
    return page

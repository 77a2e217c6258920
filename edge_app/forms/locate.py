"""Where a form lies on a photo: found by its print, or said why not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..files.image import to_luma
from .agreement import Agreement, Matrix, Print
from .contrast import Grey, shrunk
from .landmarks import Matches, find_landmarks, match, poses

# Left, top, right, bottom, in parts of a form's width and height.
Parts = tuple[float, float, float, float]
Corners = NDArray[np.float64]

# Longer sides, in pixels: of the form's picture and of the photo where landmarks are looked for, first and then.
SEARCHES_PX = ((320, 360), (500, 640))
# Of the pictures whose print is compared, coarse and fine, and of the photo for it.
PRINTS_PX, COMPARED_PX = (380, 720), 1280
# The least likeness of the words seen, or the least share of them that is alike at all, as in a blurred photo; how many
# places agree, and in how many sixteenths of the form. On 62 drawn photos, 38 of them of 640x480, others' forms with
# the same tables and titles reached 0.938 and 0.806.
LEAST_LIKENESS, LEAST_SHARE, LEAST_AGREEING, LEAST_SPREAD = 0.939, 0.83, 16, 4
# Landmarks are as near as this to where the perspective has them, in parts of the photo's longer side.
NEAR_PART = 0.004
# A form seen at an angle: the longest of two opposite sides against the other, of width against height, the sine of
# the sharpest corner, and the shortest side in parts of the photo's longer one.
MOST_TAPER, MOST_SQUEEZE, LEAST_SINE, LEAST_SIDE = 2.2, 2.0, 0.4, 0.08
UNIT_SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)


@dataclass(frozen=True)
class Located:
    """A form on a photo.

    Attributes:
        matrix: float64 (3, 3), the perspective from parts of the form's width and height to pixels of the photo.
        form_wh: width and height of the form's picture in pixels, for its proportions.
        likeness: of the form's print and the photo's, see Agreement.
    """

    matrix: Matrix
    form_wh: tuple[int, int]
    likeness: float

    def corners(self, box: Parts) -> Corners:
        """A box's corners in the photo, float64 (4, 2) in pixels, clockwise from the box's upper left."""
        left, top, right, bottom = box
        parts = UNIT_SQUARE * (right - left, bottom - top) + (left, top)
        return np.asarray(cv2.perspectiveTransform(parts[None], self.matrix)[0], np.float64)


@dataclass(frozen=True)
class NotLocated:
    """A photo that does not show the form.

    Attributes:
        reason: in a few words, such as "none of its print".
        likeness: as of Located, of the best that was tried.
    """

    reason: str
    likeness: float = 0.0


class WholeImage:
    """Finds the form on images that show nothing but it."""

    def find(self, photo: NDArray[np.uint8]) -> Located:
        """The form is all of the image, uint8 (H, W) or (H, W, 3)."""
        height, width = photo.shape[:2]
        return Located(np.diag([float(width), float(height), 1.0]), (width, height), 1.0)


class FormFinder:
    """Finds one form on photos; what there is to know of its picture is found once."""

    def __init__(self, picture: NDArray[np.uint8], written: Sequence[Parts] = ()) -> None:
        """Looks at the form's picture.

        Args:
            picture: of the form, empty or filled in, straight and cut to its edges: uint8 (H, W) luma or (H, W, 3) RGB.
            written: boxes where people write, in parts of its width and height; nothing in them is looked for.
        """
        luma = to_luma(picture)
        self.form_wh = luma.shape[1], luma.shape[0]
        mask = np.full(luma.shape, 255, np.uint8)
        for left, top, right, bottom in written:
            x, y = round(left * self.form_wh[0]), round(top * self.form_wh[1])
            mask[y : round(bottom * self.form_wh[1]), x : round(right * self.form_wh[0])] = 0
        self._landmarks = [find_landmarks(luma, longest_px) for longest_px, _ in SEARCHES_PX]
        self._prints = [Print(luma, mask, longest) for longest in PRINTS_PX]

    def find(self, photo: NDArray[np.uint8]) -> Located | NotLocated:
        """Finds the form.

        Args:
            photo: uint8 (H, W) luma or (H, W, 3) RGB, any size; the form may be turned, tilted, smaller, or in part
                beyond the photo's edge.
        """
        luma = shrunk(to_luma(photo), COMPARED_PX)
        best: Agreement | None = None
        for matrix in self._candidates(luma):
            agreement = self._compare(luma, matrix)
            if agreement is not None and (best is None or agreement.likeness > best.likeness):
                best = agreement
            if best is not None and self._enough(best):
                break
        if best is None:
            return NotLocated("none of its print")
        if not self._enough(best):
            return NotLocated("too little of its print", best.likeness)
        larger = np.diag([photo.shape[1] / luma.shape[1], photo.shape[0] / luma.shape[0], 1.0])
        matrix = larger @ best.matrix @ np.diag([*self.form_wh, 1.0])
        return Located(matrix / matrix[2, 2], self.form_wh, best.likeness)

    def _candidates(self, luma: Grey) -> Iterator[Matrix]:
        """Perspectives from the form's picture to the photo: of each search the likeliest first."""
        matches: Matches | None = None
        for landmarks, (_, longest_px) in zip(self._landmarks, SEARCHES_PX, strict=True):
            more = match(landmarks, find_landmarks(luma, longest_px))
            # What was found before votes again.
            matches = more if matches is None else matches + more
            for there, here in poses(matches, self.form_wh):
                found, _ = cv2.findHomography(there, here, cv2.USAC_MAGSAC, NEAR_PART * max(luma.shape), maxIters=2000)
                if found is not None:
                    yield np.asarray(found, np.float64)

    def _compare(self, luma: Grey, matrix: Matrix) -> Agreement | None:
        """How well the print agrees, compared at about the size that it has in the photo."""
        if not self._plausible(matrix, luma):
            return None
        size = np.sqrt(abs(cv2.contourArea(self._outline(matrix).astype(np.float32))) / np.prod(self.form_wh))
        near = self._prints[0] if size * max(self.form_wh) < np.mean(PRINTS_PX) else self._prints[1]
        agreement = near.compare(luma, matrix)
        return agreement if self._plausible(agreement.matrix, luma) else None

    def _outline(self, matrix: Matrix) -> Corners:
        return np.asarray(cv2.perspectiveTransform((UNIT_SQUARE * self.form_wh)[None], matrix)[0], np.float64)

    def _plausible(self, matrix: Matrix, luma: Grey) -> bool:
        """Whether a flat sheet before a camera can lie so: not mirrored, not folded over, not seen from its edge."""
        ends = np.c_[UNIT_SQUARE * self.form_wh, np.ones(4)] @ matrix.T
        if (ends[:, 2] * ends[0, 2] <= 0).any():
            return False
        sides = np.roll(self._outline(matrix), -1, axis=0) - self._outline(matrix)
        lengths = np.hypot(*sides.T)
        if lengths.min() < LEAST_SIDE * max(luma.shape) * min(self.form_wh) / max(self.form_wh):
            return False
        following = np.roll(sides, -1, axis=0)
        sines = (sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]) / (lengths * np.roll(lengths, -1))
        tapers = lengths[:2] / lengths[2:]
        squeeze = (lengths[0] + lengths[2]) / (lengths[1] + lengths[3]) / (self.form_wh[0] / self.form_wh[1])
        return bool(sines.min() > LEAST_SINE and max(tapers.max(), 1 / tapers.min()) < MOST_TAPER
                    and max(squeeze, 1 / squeeze) < MOST_SQUEEZE)  # fmt: skip

    def _enough(self, agreement: Agreement) -> bool:
        cells = {tuple(cell) for cell in (agreement.agreeing / self.form_wh * 4).astype(int).tolist()}
        agreeing = len(agreement.agreeing)
        alike = agreement.likeness >= LEAST_LIKENESS or agreement.share >= LEAST_SHARE
        return alike and agreeing >= LEAST_AGREEING and len(cells) >= LEAST_SPREAD

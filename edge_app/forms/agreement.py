"""How well a form's print agrees with a photo's, place by place, and the perspective under which it agrees best."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .contrast import Grey, even_contrast, shrunk

Matrix = NDArray[np.float64]
Points = NDArray[np.float32]
MOST_PLACES, APART_PX, PATCH_PX = 140, 14, 25
# Print is compared a little out of focus, as a camera sees it.
BLUR_PX = 1.2
# How far from where it is expected a place is looked for, first and then.
REACHES_PX = (14, 6)
# A place is found where the correlation is at least this, and agrees where it is also this near to its own.
LEAST_CORRELATION, NEAR_PX = 0.6, 2.0
LEAST_FOUND = 8


@dataclass(frozen=True)
class Agreement:
    """What came of comparing.

    Attributes:
        matrix: float64 (3, 3), from pixels of the form's picture to the photo's, brought to agree best.
        share: of the places seen in the photo, which agree.
        agreeing: points of the form's picture, float32 (N, 2), that agree.
        seen: how many places lie in the photo.
    """

    matrix: Matrix
    share: float
    agreeing: Points
    seen: int


class Print:
    """The print of a form's picture at one size, as places to look for.

    Attributes:
        size_wh: of the picture at that size.
    """

    def __init__(self, picture: Grey, mask: Grey, longest_px: int) -> None:
        """Chooses the places.

        Args:
            picture: luma uint8 (H, W).
            mask: uint8 (H, W), 0 where people write.
            longest_px: its longer side after shrinking.
        """
        even = _soft(even_contrast(shrunk(picture, longest_px)))
        self.size_wh = even.shape[1], even.shape[0]
        # From pixels at this size to the picture's.
        self._larger = np.diag([picture.shape[1] / even.shape[1], picture.shape[0] / even.shape[0], 1.0])
        rim = PATCH_PX // 2
        inside = np.zeros_like(even)
        inside[rim:-rim, rim:-rim] = cv2.resize(mask, self.size_wh, interpolation=cv2.INTER_NEAREST)[rim:-rim, rim:-rim]
        found = cv2.goodFeaturesToTrack(even, MOST_PLACES, 0.02, APART_PX, mask=inside)
        self._places = np.zeros((0, 2), np.float32) if found is None else np.rint(found[:, 0]).astype(np.float32)
        self._patches = [_around(even, int(x), int(y), rim) for x, y in self._places]

    def compare(self, luma: Grey, matrix: Matrix) -> Agreement:
        """Compares, and improves the perspective while it does.

        Args:
            luma: the photo, uint8 (H, W).
            matrix: about right, from pixels of the form's picture to the photo's.
        """
        matrix = matrix @ self._larger
        agrees = seen = np.zeros(len(self._places), bool)
        for reach in REACHES_PX:
            seen = self._in_view(luma, matrix)
            moved, found = self._look(luma, matrix, reach, seen)
            agrees = found & False
            if found.sum() < LEAST_FOUND:
                break
            better, _ = cv2.findHomography(self._places[found], moved[found], cv2.USAC_MAGSAC, NEAR_PX, maxIters=500)
            if better is None:
                break
            expected = cv2.perspectiveTransform(self._places[None], better)[0]
            agrees = found & (np.hypot(*(expected - moved).T) <= NEAR_PX)
            matrix = matrix @ better
        scale = self._larger[0, 0], self._larger[1, 1]
        share = float(agrees.sum() / max(1, seen.sum()))
        return Agreement(matrix @ np.linalg.inv(self._larger), share, self._places[agrees] * scale, int(seen.sum()))

    def _in_view(self, luma: Grey, matrix: Matrix) -> NDArray[np.bool_]:
        if not len(self._places):
            return np.zeros(0, bool)
        places = cv2.perspectiveTransform(self._places[None], matrix)[0]
        return np.asarray(((places > 0) & (places < (luma.shape[1], luma.shape[0]))).all(axis=1))

    def _look(
        self, luma: Grey, matrix: Matrix, reach: int, seen: NDArray[np.bool_]
    ) -> tuple[Points, NDArray[np.bool_]]:
        """Where each place is in the photo brought back onto the form, float32 (N, 2), and which were found."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        flat = cv2.warpPerspective(luma, matrix, self.size_wh, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        rim = PATCH_PX // 2 + reach
        wide = cv2.copyMakeBorder(_soft(even_contrast(flat)), reach, reach, reach, reach, cv2.BORDER_REPLICATE)
        moved, found = self._places.copy(), np.zeros(len(self._places), bool)
        for index in np.flatnonzero(seen):
            x, y = (int(value) for value in self._places[index])
            window = _around(wide, x + reach, y + reach, rim)
            likeness = cv2.matchTemplate(window, self._patches[index], cv2.TM_CCOEFF_NORMED)
            _, best, _, (left, top) = cv2.minMaxLoc(likeness)
            found[index] = best >= LEAST_CORRELATION
            moved[index] += _between_pixels(likeness, left, top) - reach
        return moved, found


def _soft(even: Grey) -> Grey:
    return np.asarray(cv2.GaussianBlur(even, (0, 0), BLUR_PX), np.uint8)


def _around(image: Grey, x: int, y: int, rim: int) -> Grey:
    return image[y - rim : y + rim + 1, x - rim : x + rim + 1]


def _between_pixels(likeness: NDArray[np.float32], left: int, top: int) -> Points:
    """The top of the parabolas through the best place and its neighbours, float32 (2,): x and y."""
    row, column = likeness[top], likeness[:, left]
    return np.array([left + _peak(row, left), top + _peak(column, top)], np.float32)


def _peak(values: NDArray[np.float32], at: int) -> float:
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else (before - after) / (2 * bend)

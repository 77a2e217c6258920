"""Places of a form's print, each a small patch that is looked for where it is expected."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .contrast import Grey

Points = NDArray[np.float32]
Floats = NDArray[np.float32]
APART_PX, PATCH_PX = 14, 25
# Of the place with most of a corner, the least that another one has.
QUALITY = 0.02


@dataclass(frozen=True)
class Found:
    """Where places are.

    Attributes:
        points: float32 (N, 2), x and y in pixels; of places not looked for, where they were expected.
        likeness: float32 (N,), correlation at the best point nearby, in [-1, 1]; -1 of those not looked for.
    """

    points: Points
    likeness: Floats


class Places:
    """Corners of print, spread over a picture.

    Attributes:
        points: float32 (N, 2), x and y in pixels.
    """

    def __init__(self, even: Grey, mask: Grey, most: int) -> None:
        """Chooses them.

        Args:
            even: uint8 (H, W) from even_contrast.
            mask: uint8 (H, W), 0 where none is chosen.
            most: of them.
        """
        rim = PATCH_PX // 2
        inside = np.zeros_like(mask)
        inside[rim:-rim, rim:-rim] = mask[rim:-rim, rim:-rim]
        found = cv2.goodFeaturesToTrack(even, most, QUALITY, APART_PX, mask=inside)
        self.points: Points = np.zeros((0, 2), np.float32) if found is None else np.rint(found[:, 0])
        self._patches = [_around(even, x, y, rim) for x, y in self.points.astype(int).tolist()]

    def in_view(self, matrix: NDArray[np.float64], size_wh: tuple[int, int]) -> NDArray[np.bool_]:
        """Which lie within an image of that size, seen through a perspective: bool (N,)."""
        if not len(self.points):
            return np.zeros(0, bool)
        there = cv2.perspectiveTransform(self.points[None], matrix)[0]
        return np.asarray(((there > 0) & (there < size_wh)).all(axis=1))

    def look(self, even: Grey, wanted: NDArray[np.bool_], reach_px: int) -> Found:
        """Looks for places in another picture of the same size, each up to `reach_px` from its own."""
        rim = PATCH_PX // 2 + reach_px
        wide = np.pad(even, reach_px, mode="edge")
        points, likeness = self.points.copy(), np.full(len(self.points), -1, np.float32)
        for index in np.flatnonzero(wanted):
            x, y = (int(value) + reach_px for value in self.points[index])
            likely = cv2.matchTemplate(_around(wide, x, y, rim), self._patches[index], cv2.TM_CCOEFF_NORMED)
            alike = np.asarray(likely, np.float32)
            _, likeness[index], _, (left, top) = cv2.minMaxLoc(alike)
            points[index, 0] += left + peak(alike[top], left) - reach_px
            points[index, 1] += top + peak(alike[:, left], top) - reach_px
        return Found(points, likeness)


def _around(image: Grey, x: int, y: int, rim: int) -> Grey:
    return image[y - rim : y + rim + 1, x - rim : x + rim + 1]


def peak(values: Floats, at: int) -> float:
    """How far from the best value the top of the parabola through it and its neighbours is."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else (before - after) / (2 * bend)

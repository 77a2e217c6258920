"""How well a form's print agrees with a photo's, place by place, and the perspective under which it agrees best."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .contrast import Grey, even_contrast, shrunk
from .places import Floats, Places, Points

Matrix = NDArray[np.float64]
MOST_PLACES, MOST_WORDS = 120, 100
# Print is compared a little out of focus, as a camera sees it.
BLUR_PX = 1.2
# How far from where it is expected a place is looked for, first and then, and words when all is in place.
REACHES_PX, WORDS_REACH_PX = (14, 6), 2
# A place is found where the correlation is at least this, and agrees where it is also this near to its own.
LEAST_LIKENESS, NEAR_PX = 0.6, 2.0
LEAST_FOUND, LEAST_WORDS = 8, 12
# Words are alike at all from here on.
WORD_LIKENESS = 0.8
# Rulings are dark lines longer than this; every form has them, so that they are no sign of one.
RULING_PX, RULING_RIM_PX, DARK, PAPER = 41, 7, 100, 150


@dataclass(frozen=True)
class Agreement:
    """What came of comparing.

    Attributes:
        matrix: float64 (3, 3), from pixels of the form's picture to the photo's, brought to agree best.
        likeness: of the words seen in the photo, the median correlation, in [-1, 1]; of all places where the form has
            hardly any word. Words that are written over or in shadow do not count, if they are the fewer.
        share: of those words, which are alike at all, in [0, 1]; 0 where there is hardly any.
        agreeing: points of the form's picture, float32 (N, 2), that agree, those of rulings among them.
    """

    matrix: Matrix
    likeness: float
    share: float
    agreeing: Points


class Print:
    """The print of a form's picture at one size, as places to look for: any for its pose, words for what it is.

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
        printed = np.asarray(cv2.resize(mask, self.size_wh, interpolation=cv2.INTER_NEAREST), np.uint8)
        self._places = Places(even, np.full_like(even, 255), MOST_PLACES)
        self._rulings = _rulings(even)
        self._words = Places(self._without_rulings(even), printed, MOST_WORDS)

    def compare(self, luma: Grey, matrix: Matrix) -> Agreement:
        """Compares, and improves the perspective while it does.

        Args:
            luma: the photo, uint8 (H, W).
            matrix: about right, from pixels of the form's picture to the photo's.
        """
        matrix = matrix @ self._larger
        smaller, size_wh = np.linalg.inv(self._larger), (luma.shape[1], luma.shape[0])
        for reach in REACHES_PX:
            seen = self._places.in_view(matrix, size_wh)
            found = self._places.look(self._flat(luma, matrix), seen, reach)
            alike = found.likeness >= LEAST_LIKENESS
            better = _perspective(self._places.points[alike], found.points[alike])
            if better is None:
                return Agreement(matrix @ smaller, 0.0, 0.0, np.zeros((0, 2), np.float32))
            off = cv2.perspectiveTransform(self._places.points[None], better)[0] - found.points
            agrees = alike & (np.hypot(off[:, 0], off[:, 1]) <= NEAR_PX)
            matrix = matrix @ better
        words = self._words_likeness(luma, matrix)
        share = float((words >= WORD_LIKENESS).mean()) if len(words) else 0.0
        if not len(words):
            words = np.where(agrees, found.likeness, 0)[seen]
        likeness = float(np.median(words)) if len(words) else 0.0
        scale = np.array([self._larger[0, 0], self._larger[1, 1]], np.float32)
        return Agreement(matrix @ smaller, likeness, share, self._places.points[agrees] * scale)

    def _words_likeness(self, luma: Grey, matrix: Matrix) -> Floats:
        """How much alike each of the words in view is, float32 (N,); N is 0 if hardly any is in view."""
        seen = self._words.in_view(matrix, (luma.shape[1], luma.shape[0]))
        if seen.sum() < LEAST_WORDS:
            return np.zeros(0, np.float32)
        found = self._words.look(self._without_rulings(self._flat(luma, matrix)), seen, WORDS_REACH_PX)
        return found.likeness[seen]

    def _flat(self, luma: Grey, matrix: Matrix) -> Grey:
        """The photo brought back onto the form."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        flat = cv2.warpPerspective(luma, matrix, self.size_wh, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return _soft(even_contrast(np.asarray(flat, np.uint8)))

    def _without_rulings(self, even: Grey) -> Grey:
        """A picture without what lies where the form has its rulings."""
        return np.asarray(np.where(self._rulings > 0, np.uint8(PAPER), even), np.uint8)


def _perspective(here: Points, there: Points) -> Matrix | None:
    if len(here) < LEAST_FOUND:
        return None
    found, _ = cv2.findHomography(here, there, cv2.USAC_MAGSAC, NEAR_PX, maxIters=500)
    return None if found is None else np.asarray(found, np.float64)


def _rulings(even: Grey) -> Grey:
    """Where long level or upright lines are, and the rim of them: uint8 (H, W), 1 there."""
    dark = cv2.dilate((even < DARK).astype(np.uint8), np.ones((2, 2), np.uint8))
    level = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, RULING_PX), np.uint8))
    upright = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((RULING_PX, 1), np.uint8))
    return np.asarray(
        cv2.dilate(cv2.bitwise_or(level, upright), np.ones((RULING_RIM_PX, RULING_RIM_PX), np.uint8)), np.uint8
    )


def _soft(even: Grey) -> Grey:
    return np.asarray(cv2.GaussianBlur(even, (0, 0), BLUR_PX), np.uint8)

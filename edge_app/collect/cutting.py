"""Crops of digits out of a live frame, with what is known of them and what is around them."""

import hashlib
import time

import numpy as np
from numpy.typing import NDArray

from ..page.boxes import Box
from ..page.orientation import turned
from ..page.recognition import Classifier
from ..page.result import Page
from .waiting import WaitingCrop

# How much of what is around is shown, as a part of the box's longer side.
AROUND = 0.6
# It is that much paler than the crop: of two halves of a broken digit one sees which one is asked for.
PALER = 0.3
Luma = NDArray[np.uint8]
# What CropQueue.add takes.
Cut = tuple[WaitingCrop, Luma, Luma]


class Cutter:
    """Takes crops out of one frame, as they were read.

    Args:
        luma: uint8 (H, W), the frame.
        page: what was read off it.
        classifier: guesses what refused ink might be.
        model_sha256: hash of its model.
    """

    def __init__(self, luma: Luma, page: Page, classifier: Classifier, model_sha256: str) -> None:
        self._luma, self._page, self._classifier, self._model_sha256 = luma, page, classifier, model_sha256
        self._time_s = time.time()

    def cut(self, box: Box, reason: str) -> Cut | None:
        """The crop of a digit or of refused ink, by its box on the page, with what is around; None if none was read."""
        image = self._page.crop_at(box)
        if image is None:
            return None
        guess = self._classifier.classify_batch(image[None])
        crop = WaitingCrop(
            hashlib.sha256(image.tobytes()).hexdigest()[:16],
            int(guess.digits[0]),
            round(float(guess.confidences[0]), 4),
            reason,
            self._time_s,
            self._model_sha256,
            box,
            (self._page.width, self._page.height),
            self._page.text,
        )
        return crop, image, turned(_around(self._luma, box), self._page.turn)


def _around(luma: Luma, box: Box) -> Luma:
    """The square around a box with some of its surroundings, which are pale."""
    half = round(max(box[2:]) * (0.5 + AROUND))
    x, y = box[0] + box[2] // 2, box[1] + box[3] // 2
    left, top = max(0, x - half), max(0, y - half)
    seen = luma[top : y + half, left : x + half]
    inside = slice(box[1] - top, box[1] - top + box[3]), slice(box[0] - left, box[0] - left + box[2])
    around = np.asarray(PALER * seen + (1 - PALER) * np.median(seen), np.uint8)
    around[inside] = seen[inside]
    return around

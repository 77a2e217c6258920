"""Picks crops out of live frames: what was refused, and what was read with doubt."""

import hashlib
import logging
import time
from collections import deque

import numpy as np
from numpy.typing import NDArray

from ..components import candidate_in, connect
from ..errors import OutputError
from ..ink import find_ink
from ..normalise import normalise
from ..page import Box, Page
from ..recognition import Classifier
from .queue import CropQueue, WaitingCrop

LOG = logging.getLogger(__name__)

# A digit that is less sure is worth a person's look.
UNSURE = 0.9
# Ink of digits' size: at least so high, and not so wide.
MIN_HEIGHT_PX, MAX_ASPECT = 14, 1.6
# The same place is taken once in so long, and no more than so many a frame.
REST_S, MOST_A_FRAME = 60.0, 4
# How much of what is around is shown, as a part of the box's longer side.
AROUND = 0.6


class Collector:
    """Puts crops into a queue.

    Args:
        queue: where they go.
    """

    def __init__(self, queue: CropQueue) -> None:
        self._queue = queue
        self._lately: deque[tuple[float, Box]] = deque(maxlen=200)

    def see(self, luma: NDArray[np.uint8], page: Page, classifier: Classifier, model_sha256: str) -> None:
        """Looks at a frame.

        Args:
            luma: uint8 (H, W), the frame.
            page: what was read off it.
            classifier: guesses what refused ink might be.
            model_sha256: hash of its model.
        """
        unsure = [(digit.box, "unsure") for line in page.lines for digit in line.digits if digit.confidence < UNSURE]
        doubtful = unsure + [(box, "refused") for box in page.refused]
        new = [(box, reason) for box, reason in doubtful if _like_a_digit(box) and self._rested(box)][:MOST_A_FRAME]
        if not new:
            return
        page_ink = find_ink(luma)
        connected = connect(page_ink)
        for box, reason in new:
            self._lately.append((time.monotonic(), box))
            candidate = candidate_in(_scaled(box, page_ink.scale), page_ink, connected)
            if candidate is None:
                continue
            image = normalise(candidate.ink)
            guess = classifier.classify_batch(image[None])
            crop = WaitingCrop(
                hashlib.sha256(image.tobytes()).hexdigest()[:16],
                int(guess.digits[0]),
                round(float(guess.confidences[0]), 4),
                reason,
                time.time(),
                model_sha256,
                box,
                (page.width, page.height),
                page.text,
            )
            try:
                self._queue.add(crop, image, _around(luma, box))
            except OutputError as error:
                LOG.warning("collect: a crop is lost: %s", error)

    def _rested(self, box: Box) -> bool:
        """Whether nothing was taken there lately."""
        since_s = time.monotonic() - REST_S
        return not any(taken_s >= since_s and _same_place(other, box) for taken_s, other in self._lately)


def _like_a_digit(box: Box) -> bool:
    return box[3] >= MIN_HEIGHT_PX and box[2] <= MAX_ASPECT * box[3]


def _same_place(one: Box, other: Box) -> bool:
    """Whether the middle of one lies in the other."""
    x, y = one[0] + one[2] / 2, one[1] + one[3] / 2
    return other[0] <= x <= other[0] + other[2] and other[1] <= y <= other[1] + other[3]


def _scaled(box: Box, scale: float) -> Box:
    x, y, width, height = (round(side / scale) for side in box)
    return x - 1, y - 1, width + 2, height + 2


def _around(luma: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The square around a box with some of its surroundings."""
    half = round(max(box[2:]) * (0.5 + AROUND))
    x, y = box[0] + box[2] // 2, box[1] + box[3] // 2
    left, top = max(0, x - half), max(0, y - half)
    return np.ascontiguousarray(luma[top : y + half, left : x + half])

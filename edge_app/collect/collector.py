"""Picks crops out of live frames: what was refused, what was read with doubt, and what somebody says is wrong."""

import hashlib
import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..components import candidate_in, connect
from ..contract import DOUBTFUL_BELOW
from ..ink import find_ink
from ..normalise import normalise
from ..page import Box, Page, middle_in
from ..recognition import Classifier
from .queue import CropQueue
from .waiting import CORRECTED, WaitingCrop

LOG = logging.getLogger(__name__)

# Ink of digits' size: at least so high, and not so wide.
MIN_HEIGHT_PX, MAX_ASPECT = 14, 1.6
# The same place is taken once in so long; after so many meanwhile no frame begins another; so many a frame.
REST_S, MOST_MEANWHILE, MOST_A_FRAME = 60.0, 200, 4
# How much of what is around is shown, as a part of the box's longer side.
AROUND = 0.6
# It is that much paler than the crop: of two halves of a broken digit one sees which one is asked for.
PALER = 0.3
Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class Wrong:
    """A number that somebody says is wrong.

    Attributes:
        box: (x, y, width, height) around it, in pixels of the frame.
        waiting: becomes how many of its digits wait for a label.
    """

    box: Box
    waiting: Future[int]


class Collector:
    """Puts crops into a queue.

    Args:
        queue: where they go.
    """

    def __init__(self, queue: CropQueue) -> None:
        self.queue = queue
        self._lately: deque[tuple[float, Box]] = deque(maxlen=MOST_MEANWHILE)
        self._wrong: list[Wrong] = []
        self._lock = threading.Lock()

    def correct(self, box: Box) -> Future[int]:
        """Wants all digits of a number to be labelled; from any thread.

        Args:
            box: (x, y, width, height) around it, in pixels of the frame.

        Returns:
            How many wait for a label, once a frame has shown digits there.
        """
        wrong = Wrong(box, Future())
        with self._lock:
            self._wrong = [each for each in self._wrong if not each.waiting.cancelled()] + [wrong]
        return wrong.waiting

    def see(self, luma: Luma, page: Page, classifier: Classifier, model_sha256: str) -> None:
        """Looks at a frame; called by the thread that the classifier belongs to.

        Args:
            luma: uint8 (H, W), the frame.
            page: what was read off it.
            classifier: guesses what refused ink might be.
            model_sha256: hash of its model.
        """
        seen = self._wrong_in(page)
        unsure = [
            (digit.box, "unsure") for line in page.lines for digit in line.digits if digit.confidence < DOUBTFUL_BELOW
        ]
        doubtful = unsure + [(box, "refused") for box in page.refused]
        new = [(box, reason) for box, reason in doubtful if _like_a_digit(box) and self._rested(box)][:MOST_A_FRAME]
        if not new and not seen:
            return
        cutter = _Cutter(luma, page, classifier, model_sha256)
        for wrong, boxes in seen:
            wrong.waiting.set_result(sum(self._keep(cutter, box, CORRECTED) for box in boxes))
        for box, reason in new:
            self._keep(cutter, box, reason)

    def _keep(self, cutter: "_Cutter", box: Box, reason: str) -> bool:
        """Whether the crop waits for a label now."""
        self._lately.append((time.monotonic(), box))
        cut = cutter.cut(box, reason)
        try:
            return cut is not None and self.queue.add(*cut)
        # Also of looking: whoever pulls out the stick that crops go to does not end the reading.
        except OSError as error:
            LOG.warning("collect: a crop is lost: %s", error)
            return False

    def _wrong_in(self, page: Page) -> list[tuple[Wrong, list[Box]]]:
        """The wrong numbers that are on this page, with their digits; the others go on waiting."""
        seen, unseen = [], []
        with self._lock:
            for wrong in self._wrong:
                digits, refused = page.digits_in(wrong.box)
                if not digits:
                    unseen.append(wrong)
                elif wrong.waiting.set_running_or_notify_cancel():
                    seen.append((wrong, [digit.box for digit in digits] + list(refused)))
            self._wrong = unseen
        return seen

    def _rested(self, box: Box) -> bool:
        """Whether nothing was taken there lately, nor too much elsewhere: a page of print would push out all else."""
        since_s = time.monotonic() - REST_S
        lately = [other for taken_s, other in self._lately if taken_s >= since_s]
        return len(lately) < MOST_MEANWHILE and not any(middle_in(box, other) for other in lately)


class _Cutter:
    """Cuts crops out of one frame as reading cuts them."""

    def __init__(self, luma: Luma, page: Page, classifier: Classifier, model_sha256: str) -> None:
        self._luma, self._page, self._classifier, self._model_sha256 = luma, page, classifier, model_sha256
        self._ink = find_ink(luma)
        self._connected = connect(self._ink)
        self._time_s = time.time()

    def cut(self, box: Box, reason: str) -> tuple[WaitingCrop, Luma, Luma] | None:
        """The crop with what is known of it, and with what is around it; None if there is no ink."""
        candidate = candidate_in(_scaled(box, self._ink.scale), self._ink, self._connected)
        if candidate is None:
            return None
        image = normalise(candidate.ink)
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
        return crop, image, _around(self._luma, box)


def _like_a_digit(box: Box) -> bool:
    return box[3] >= MIN_HEIGHT_PX and box[2] <= MAX_ASPECT * box[3]


def _scaled(box: Box, scale: float) -> Box:
    x, y, width, height = (round(side / scale) for side in box)
    return x - 1, y - 1, width + 2, height + 2


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

"""Picks crops out of live frames: what was refused, what was read with doubt, and what somebody says is wrong."""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from ..model.contract import DOUBTFUL_BELOW
from ..page.boxes import Box, middle_in
from ..page.recognition import Classifier
from ..page.result import Page
from .cutting import Cut, Cutter, Luma
from .queue import CropQueue
from .waiting import CORRECTED

LOG = logging.getLogger(__name__)

# Ink of digits' size: at least this high in pixels, and at most this wide for its height.
MIN_HEIGHT_PX, MAX_ASPECT = 14, 1.6
# Seconds before the same place is taken again; how many crops are taken within them, and how many off one frame.
REST_S, MOST_MEANWHILE, MOST_A_FRAME = 60.0, 200, 4


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
    """Puts crops into a queue; a thread of its own writes them, as memory cards are slow.

    Args:
        queue: where they go.
    """

    def __init__(self, queue: CropQueue) -> None:
        self.queue = queue
        self._lately: deque[tuple[float, Box]] = deque(maxlen=MOST_MEANWHILE)
        self._wrong: list[Wrong] = []
        self._lock = threading.Lock()
        self._writer = ThreadPoolExecutor(1, "collect")
        self._written: Future[None] | None = None

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

    def see(self, luma: Luma, page: Page, classifier: Classifier, model_sha256: str) -> Future[None] | None:
        """Looks at a frame; called by the thread that the classifier belongs to.

        Args:
            luma: uint8 (H, W), the frame.
            page: what was read off it.
            classifier: guesses what refused ink might be.
            model_sha256: hash of its model.

        Returns:
            Done once its crops are written; None if it has none.
        """
        seen, new = self._wrong_in(page), self._doubtful_in(page)
        if not new and not seen:
            return None
        cutter = Cutter(luma, page, classifier, model_sha256)
        corrected = [(wrong, self._cut(cutter, [(box, CORRECTED) for box in boxes])) for wrong, boxes in seen]
        self._written = self._writer.submit(self._write, corrected, self._cut(cutter, new))
        return self._written

    def close(self) -> None:
        """Ends once what was seen is written."""
        self._writer.shutdown()

    def _doubtful_in(self, page: Page) -> list[tuple[Box, str]]:
        """What was refused or read with doubt, with the reason; nothing while earlier crops are being written."""
        if self._written is not None:
            if not self._written.done():
                return []
            # A bug in writing is none of the card's failures: who reads hears of it, and the next crop is tried again.
            written, self._written = self._written, None
            written.result()
        digits = [digit for line in page.lines for digit in line.digits]
        doubtful = [(digit.box, "refused") for digit in digits if digit.label is None]
        read = [digit for digit in digits if digit.label is not None]
        doubtful += [(digit.box, "unsure") for digit in read if digit.confidence < DOUBTFUL_BELOW]
        doubtful += [(box, "refused") for box in page.refused]
        return [(box, reason) for box, reason in doubtful if _like_a_digit(box) and self._rested(box)][:MOST_A_FRAME]

    def _cut(self, cutter: Cutter, places: Sequence[tuple[Box, str]]) -> list[Cut]:
        self._lately.extend((time.monotonic(), box) for box, _ in places)
        cuts = [cutter.cut(box, reason) for box, reason in places]
        return [cut for cut in cuts if cut is not None]

    def _write(self, corrected: Sequence[tuple[Wrong, Sequence[Cut]]], doubtful: Sequence[Cut]) -> None:
        for wrong, cuts in corrected:
            wrong.waiting.set_result(sum(map(self._add, cuts)))
        for cut in doubtful:
            self._add(cut)

    def _add(self, cut: Cut) -> bool:
        """Whether the crop waits for a label now."""
        try:
            return self.queue.add(*cut)
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


def _like_a_digit(box: Box) -> bool:
    return box[3] >= MIN_HEIGHT_PX and box[2] <= MAX_ASPECT * box[3]

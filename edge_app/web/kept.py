"""The last photos that were read, kept small and for minutes, so that digits misread on them can be fixed."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..collect.cutting import Cut, Cutter
from ..collect.waiting import CORRECTED
from ..errors import LabelledFolderError
from ..files.image import to_luma
from ..page.ink import MAX_WORK_PIXELS
from ..page.recognition import Classifier
from ..page.result import Page
from .picture import shrunk

# Each is at most as large as reading makes it, 3 MB of luma: 24 MB in all.
KEPT, KEPT_S = 8, 600.0


@dataclass(frozen=True)
class Photo:
    """One photo that was read.

    Attributes:
        luma: uint8 (H, W), at most MAX_WORK_PIXELS.
        page: what was read off it, in its pixels.
        read_s: when, on the clock.
    """

    luma: NDArray[np.uint8]
    page: Page
    read_s: float


class KeptPhotos:
    """Bounded by number and time; for one thread.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._photos: dict[str, Photo] = {}

    def keep(self, image: NDArray[np.uint8], page: Page) -> str:
        """Keeps a photo, uint8 (H, W) or (H, W, 3) RGB, with what was read off it; returns a name nobody can guess."""
        luma = to_luma(image)
        name = secrets.token_hex(8)
        self._photos[name] = Photo(*shrunk(luma, page, (MAX_WORK_PIXELS / luma.size) ** 0.5), self._clock())
        self.forget_old()
        return name

    def forget_old(self) -> None:
        """Drops what is too old or too much."""
        since_s = self._clock() - KEPT_S
        kept = [(name, photo) for name, photo in self._photos.items() if photo.read_s >= since_s]
        self._photos = dict(kept[-KEPT:])

    def cut(self, name: str, number: int, classifier: Classifier, model_sha256: str) -> Cut:
        """Cuts a digit out of a kept photo, as collecting does.

        Args:
            name: from keep.
            number: of the digit among all of the page, in reading order, from 0.
            classifier: guesses what it is.
            model_sha256: hash of its model.

        Raises:
            LabelledFolderError: no such photo any more, no such digit, or no ink where it was.
        """
        self.forget_old()
        photo = self._photos.get(name)
        if photo is None:
            raise LabelledFolderError(
                f"expected one of the last {KEPT} photos, of the last {KEPT_S / 60:.0f} minutes, got another; "
                "read the photo again"
            )
        digits = [digit for line in photo.page.lines for digit in line.digits]
        if not 0 <= number < len(digits):
            raise LabelledFolderError(f"expected a digit 0 to {len(digits) - 1}, got {number}; load the page again")
        cut = Cutter(photo.luma, photo.page, classifier, model_sha256).cut(digits[number].box, CORRECTED)
        if cut is None:
            raise LabelledFolderError("expected ink where the digit was read, got none; photograph the page again")
        return cut

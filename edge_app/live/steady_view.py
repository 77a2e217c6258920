"""A camera stays as it is mounted: the way up that frames read best is kept, and not looked for in each of them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..page.reader import ImageReader
from ..page.result import Page
from ..page.stages import NO_WATCH, Watch
from ..page.views import View, ViewReader

# A turn is kept once this many frames in a row read better with it.
AGREEING = 3
# After a turn that did not keep what a glance promised, this many frames are not turned.
REST_FRAMES = 30


class SteadyViewReader(ViewReader):
    """A ViewReader for frames that follow one another; with --rotate auto it reads nearly all of them once.

    Args:
        reader: reads upright frames.
        view: what to look at.
    """

    def __init__(self, reader: ImageReader, view: View) -> None:
        super().__init__(reader, view)
        self._auto, self._turn = view.rotate == "auto", view.turn
        self._seen_turn, self._seen, self._rest = self._turn, 0, 0

    def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
        """Reads the next frame, see ViewReader.read."""
        page = self.read_at(image, self._turn, watch)
        if self._auto and page.better_turn and not self._rest:
            page = self.read_better(image, page, watch)
            if page.turn == self._turn:
                self._rest = REST_FRAMES
        self._rest = max(0, self._rest - 1)
        self._seen = self._seen + 1 if page.turn == self._seen_turn else 1
        self._seen_turn = page.turn
        if self._seen >= AGREEING:
            self._turn = page.turn
        if self._auto and not any(line.is_read for line in page.lines):
            # The next sheet may lie as it likes.
            self._turn = 0
        return replace(page, better_turn=0)

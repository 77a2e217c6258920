"""Made-up pages with digits of every state: sure, unsure, doubtful."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edge_app import DigitClassifier, Page, PageReader
from edge_app.page.result import Line
from edge_app.page.stages import NO_WATCH, Watch

# What the bench's page reads as then, and what its doubtful digits are taken for.
ROWS = ("38?72", "90615")


def doubt(page: Page) -> Page:
    """The third digit of the first line is doubtful, the first of the second unsure."""
    first, second = ([*line.digits] for line in page.lines)
    first[2] = replace(first[2], label=None, confidence=0.31, guess=first[2].label)
    second[0] = replace(second[0], confidence=0.71)
    return replace(page, lines=(Line(tuple(first)), Line(tuple(second))))


class Doubting(PageReader):
    """The real reader, made to doubt."""

    def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
        """See doubt."""
        return doubt(super().read(image, watch))


def make_doubting() -> Doubting:
    """See Doubting."""
    return Doubting(DigitClassifier.load(runtime="litert"))

"""How images are looked at: turned the right way up, and only in some places."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .orientation import clearer, turned, turned_back
from .reader import ImageReader
from .recognition import Classifier
from .regions import Region, read_regions
from .result import Page
from .stages import NO_WATCH, Watch

# One turn may lead to another: ink on its side reads nearly as well upside down as upright.
MOST_TURNS = 2


@dataclass(frozen=True)
class View:
    """What to look at.

    Attributes:
        rotate: "auto", whichever way up reads clearly better; "none"; or degrees clockwise, "90", "180" or "270".
        regions: places, in pixels of the image as it is given, before it is turned; none for all of it.
    """

    rotate: str = "auto"
    regions: tuple[Region, ...] = ()

    @property
    def turn(self) -> int:
        """How far to turn an image first, in degrees clockwise."""
        return int(self.rotate) if self.rotate.isdecimal() else 0


class ViewReader:
    """An ImageReader that reads a view of each image with another one; boxes lie on the image as it was given.

    Args:
        reader: reads upright images.
        view: what to look at.
    """

    def __init__(self, reader: ImageReader, view: View) -> None:
        self._reader, self._view = reader, view

    @property
    def classifier(self) -> Classifier:
        """Reads single digits."""
        return self._reader.classifier

    def read(self, image: NDArray[np.uint8], watch: Watch = NO_WATCH) -> Page:
        """Reads one image, see PageReader.read; raises ImageError also if a region lies outside it."""
        if self._view.rotate == "auto":
            return replace(self.read_better(image, self.read_at(image, 0, watch), watch), better_turn=0)
        return self.read_at(image, self._view.turn, watch)

    def read_and_advise(self, image: NDArray[np.uint8]) -> Page:
        """As read(); where --rotate was another than auto, Page.better_turn is sure: the image was read so, too."""
        page = self.read(image)
        better = self.read_better(image, page)
        return replace(page, better_turn=(better.turn - page.turn) % 360)

    def advice(self, page: Page) -> str | None:
        """What somebody should hear of how a page from read_and_advise() lies, or None."""
        if page.better_turn:
            return f"reads better turned by {(page.turn + page.better_turn) % 360} degrees; try --rotate auto"
        if page.turn and self._view.rotate == "auto":
            return f"was turned by {page.turn} degrees; --rotate none leaves it as it is"
        return None

    def read_at(self, image: NDArray[np.uint8], turn: int, watch: Watch = NO_WATCH) -> Page:
        """Reads an image after turning it clockwise by 0, 90, 180 or 270 degrees."""

        def read(part: NDArray[np.uint8]) -> Page:
            return turned_back(self._reader.read(turned(part, turn), watch), turn)

        return read_regions(read, image, self._view.regions)

    def read_better(self, image: NDArray[np.uint8], page: Page, watch: Watch = NO_WATCH) -> Page:
        """The same page, or the image read again in another turn if a glance promised so and the page keeps it."""
        for _ in range(MOST_TURNS):
            if not page.better_turn:
                break
            other = self.read_at(image, (page.turn + page.better_turn) % 360, watch)
            if not clearer(page, other):
                return replace(page, better_turn=0)
            page = other
        return page

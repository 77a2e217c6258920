"""From an image to a page of numbers."""

import numpy as np
from numpy.typing import NDArray

from .company import keep_good_company
from .components import find_candidates
from .errors import ImageError
from .image_file import MIN_SIDE_PX
from .ink import InkMap, find_ink, to_luma
from .lines import arrange, find_slant
from .page import Box, Digit, Page
from .recognition import Classifier, Reading, recognise


class PageReader:
    """Finds and reads the handwritten digits of an image. Holds no state between images."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    def read(self, image: NDArray[np.uint8]) -> Page:
        """Reads one image.

        Args:
            image: uint8 (H, W) luma or (H, W, 3) RGB, from 32x32 pixels up.

        Raises:
            ImageError: any other shape or dtype.
        """
        height, width = checked_size(image)
        luma = to_luma(image)
        page_ink = find_ink(luma)
        readings = self.read_ink(page_ink)
        if page_ink.doubtful and not any(reading.label is not None for reading in readings):
            page_ink = find_ink(luma, inverted=not page_ink.inverted)
            readings = self.read_ink(page_ink)
        digits = [
            Digit(reading.label, reading.confidence, on_image(reading.box, page_ink.scale, (width, height)))
            for reading in readings
            if reading.label is not None
        ]
        refused = [
            on_image(reading.box, page_ink.scale, (width, height)) for reading in readings if reading.label is None
        ]
        return Page(arrange(digits), width, height, tuple(refused))

    def read_ink(self, page_ink: InkMap) -> list[Reading]:
        """Reads the ink of a page; the boxes are in pixels of the ink map."""
        candidates = find_candidates(page_ink)
        slant_deg = find_slant([candidate.box for candidate in candidates if not candidate.fragment])
        return keep_good_company(recognise(candidates, self._classifier, slant_deg))


def checked_size(image: NDArray[np.uint8]) -> tuple[int, int]:
    """Height and width of an image that can be read; raises ImageError for any other."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        got = image.dtype if isinstance(image, np.ndarray) else type(image).__name__
        raise ImageError(f"expected an image of uint8, got {got}; convert it to 0 to 255 first")
    if image.ndim not in {2, 3} or (image.ndim == 3 and image.shape[2] != 3):
        raise ImageError(f"expected an image of shape (H, W) or (H, W, 3) RGB, got {image.shape}; drop other channels")
    if min(image.shape[:2]) < MIN_SIDE_PX:
        raise ImageError(
            f"expected at least {MIN_SIDE_PX}x{MIN_SIDE_PX} pixels, got {image.shape}; give a larger image"
        )
    return image.shape[0], image.shape[1]


def on_image(box: Box, scale: float, size_wh: tuple[int, int]) -> Box:
    """A box of the ink map in pixels of the input image of that size, and within it."""
    left, top = (min(max(0, round(start * scale)), size - 1) for start, size in zip(box[:2], size_wh, strict=True))
    right, bottom = (round((box[axis] + box[axis + 2]) * scale) for axis in (0, 1))
    return left, top, max(1, min(right, size_wh[0]) - left), max(1, min(bottom, size_wh[1]) - top)

"""What reading saw of a field: the ink that stands for its symbols, for whoever labels it later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..page.boxes import Box, on_image
from ..page.result import Digit, Line, Page
from ..page.trace import Trace
from .ink_lattice import on_ink_map, readings_in


@dataclass(frozen=True)
class FieldLook:
    """A field as it was given to the page reader.

    Attributes:
        image: uint8 (h, w), dark ink, without the form's rulings.
        page: its ink from left to right as one line, in pixels of the image; what may be no digit has no guess.
    """

    image: NDArray[np.uint8]
    page: Page

    def digits_of(self, text: str) -> tuple[tuple[str, Digit], ...]:
        """The digits of a text, each with its ink; none unless they match one to one."""
        wanted = [symbol for symbol in text if symbol.isdecimal()]
        ink = self.page.lines[0].digits
        found = ink if len(ink) == len(wanted) else [each for each in ink if (each.label, each.guess) != (None, None)]
        return tuple(zip(wanted, found, strict=True)) if len(found) == len(wanted) else ()


def look_at_field(image: NDArray[np.uint8], trace: Trace, box: Box) -> FieldLook:
    """Keeps what there is to see.

    Args:
        image: uint8 (h, w) that was read.
        trace: of reading it.
        box: (x, y, width, height) of the field in the image.
    """
    digits, high, _ = readings_in(trace, on_ink_map(box, trace))
    size_wh = image.shape[1], image.shape[0]
    ink = [
        Digit(each.label, each.confidence, on_image(each.box, trace.page_ink.scale, size_wh), each.guess, each.crop)
        for each in sorted([*digits, *high], key=lambda each: each.box[0] + each.box[2] / 2)
    ]
    return FieldLook(image, Page((Line(tuple(ink)),), *size_wh))

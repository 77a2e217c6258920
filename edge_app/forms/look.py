"""What reading saw of a field: its ink with each digit's place, for whoever labels it later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..page.boxes import Box
from ..page.result import Digit, Page


@dataclass(frozen=True)
class FieldLook:
    """A field as it was given to the page reader.

    Attributes:
        image: uint8 (h, w), dark ink, without the form's rulings.
        box: (x, y, width, height) of the field in it.
        page: what was read off it, in its pixels.
    """

    image: NDArray[np.uint8]
    box: Box
    page: Page

    def digits_of(self, text: str) -> tuple[tuple[str, Digit], ...]:
        """The digits of a text with what was read of each; none unless they match one to one, in one line."""
        wanted = [symbol for symbol in text if symbol.isdecimal()]
        lines = [line.digits for line in self.page.lines if set(line.digits) & set(self.page.digits_in(self.box)[0])]
        found = [digit for digits in lines for digit in digits]
        if len(lines) != 1 or len(found) != len(wanted):
            return ()
        return tuple(zip(wanted, sorted(found, key=lambda digit: digit.box[0]), strict=True))

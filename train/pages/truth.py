"""The truth of a drawn page: its digits and where they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class TruthDigit:
    """A handwritten digit: label 0 to 9 and box (x, y, width, height) in pixels."""

    label: int
    box: Box


@dataclass(frozen=True)
class DrawnPage:
    """A page, uint8 (H, W, 3) RGB or (H, W) luma, and its lines in the order in which they were written.

    Attributes:
        letter_height_px: of the words on it, for choosing a scale where there is no digit; 0 without any.
    """

    image: NDArray[np.uint8]
    lines: tuple[tuple[TruthDigit, ...], ...]
    letter_height_px: float = 0.0

    @property
    def digits(self) -> tuple[TruthDigit, ...]:
        """Those of all lines."""
        return tuple(digit for line in self.lines for digit in line)

    @property
    def text(self) -> str:
        """The digits, a line each."""
        return "\n".join("".join(str(digit.label) for digit in line) for line in self.lines)

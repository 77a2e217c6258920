"""A form while it is drawn for printing: print and rulings, and the boxes of its fields."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .fields import Field

# Forms are designed in tenths of a millimetre, and drawn with this many pixels to one: 254 dots an inch.
PX = 1.0
FONT = cv2.FONT_HERSHEY_DUPLEX
# Of the font, the height of a capital at scale 1, in pixels.
CAPITAL_PX = 21.0
BLACK, GREY = 0, 120


class Sheet:
    """Sizes and places are in tenths of a millimetre from the upper left corner.

    Attributes:
        picture: uint8 (H, W), 255 = paper.
        fields: of the form.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self.picture: NDArray[np.uint8] = np.full((round(height * PX), round(width * PX)), 255, np.uint8)
        self.fields: list[Field] = []

    def print(self, text: str, x: float, y: float, capital: float = 25, ink: int = BLACK) -> None:
        """A line of text, its lower left corner at (x, y), its capitals that high."""
        scale = capital * PX / CAPITAL_PX
        at = round(x * PX), round(y * PX)
        cv2.putText(self.picture, text, at, FONT, scale, (ink,), max(1, round(capital * PX / 12)), cv2.LINE_AA)

    def rule(self, x1: float, y1: float, x2: float, y2: float, thick: float = 3) -> None:
        """A straight line."""
        ends = (round(x1 * PX), round(y1 * PX)), (round(x2 * PX), round(y2 * PX))
        cv2.line(self.picture, *ends, (BLACK,), max(1, round(thick * PX)), cv2.LINE_AA)

    def frame(self, x: float, y: float, width: float, height: float, thick: float = 3) -> None:
        """A box."""
        for level in (y, y + height):
            self.rule(x, level, x + width, level, thick)
        for upright in (x, x + width):
            self.rule(upright, y, upright, y + height, thick)

    def table(self, columns: Sequence[float], rows: Sequence[float]) -> None:
        """A table's rulings."""
        for y in rows:
            self.rule(columns[0], y, columns[-1], y)
        for x in columns:
            self.rule(x, rows[0], x, rows[-1])

    def field(self, name: str, x: float, y: float, width: float, height: float, cells: int = 0, **rules: Any) -> None:
        """A place to write in, with strokes between its cells; rules are Field's. Its frame is drawn apart."""
        for cell in range(1, cells):
            at = x + width * cell / cells
            self.rule(at, y, at, y + height, 2)
        wide, high = self._size
        parts = x / wide, y / high, (x + width) / wide, (y + height) / high
        left, top, right, bottom = (round(part, 4) for part in parts)
        self.fields.append(Field(name, (left, top, right, bottom), **rules))

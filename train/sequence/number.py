"""A number while it is written: its ink, and the place of each of its digits."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from .strokes import Curve, Strokes

Ink = NDArray[np.uint8]


@dataclass(frozen=True)
class Placed:
    """A digit on the ink: its label, and its box (left, top, right, bottom) in pixels."""

    label: int
    box: tuple[float, float, float, float]


@dataclass
class Number:
    """A number while it is written.

    Attributes:
        height_px: of a digit.
        curves: in pixels, the line's top at 0, and the widths of their pens.
        stamps: rasters uint8 (h, w) with their corners.
        digits: those of the number, in its order.
        text: its digits.
        along: where the next glyph begins.
        placed: whether `digits` has each digit of the text.
    """

    height_px: float
    curves: list[tuple[Curve, int]] = field(default_factory=list)
    stamps: list[tuple[Ink, int, int]] = field(default_factory=list)
    digits: list[Placed] = field(default_factory=list)
    text: str = ""
    along: float = 0.0
    placed: bool = True

    def add(self, curves: Strokes, top: float, pen: int) -> None:
        """Adds a glyph where the last one ended, its top at a height; goes on behind it."""
        at = np.array([self.along, top])
        self.curves += [(curve + at, pen) for curve in curves]
        self.along += max(float(curve[:, 0].max()) for curve in curves)

    def draw(self, canvas: Ink, left: float, top: float) -> None:
        """Draws it on a canvas, uint8 (H, W), with the line's top left at a place."""
        moved = np.array([left, top])
        for curve, pen in self.curves:
            points = np.rint((curve + moved) * 8).astype(np.int32)
            cv2.polylines(canvas, [points], False, (255,), pen, cv2.LINE_AA, 3)
        for ink, x, y in self.stamps:
            _stamp(canvas, ink, int(x + left), int(y + top))


def _stamp(canvas: Ink, ink: Ink, x: int, y: int) -> None:
    top, left = max(0, -y), max(0, -x)
    bottom, right = min(ink.shape[0], canvas.shape[0] - y), min(ink.shape[1], canvas.shape[1] - x)
    if bottom > top and right > left:
        place = canvas[y + top : y + bottom, x + left : x + right]
        np.maximum(place, ink[top:bottom, left:right], out=place)

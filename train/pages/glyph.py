"""A digit as it is written into a line: its ink, turned with the line, and where its pen came down and went up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..data.pens import Stroke
from .sheet import VISIBLE

Ink = NDArray[np.uint8]
Random = np.random.Generator
_STEPS = 12


@dataclass(frozen=True)
class PenEnds:
    """Where a pen's way through a digit begins and ends, from the digit's middle, in pixels.

    Attributes:
        start: float64 (2,).
        start_way: direction of the pen there, of length 1.
        end: float64 (2,).
        end_way: direction of the pen there, of length 1.
    """

    start: Stroke
    start_way: Stroke
    end: Stroke
    end_way: Stroke

    def moved(self, x: float, y: float) -> "PenEnds":
        """The same with the digit's middle at (x, y)."""
        middle = np.array([x, y])
        return replace(self, start=self.start + middle, end=self.end + middle)


@dataclass(frozen=True)
class Glyph:
    """A written digit.

    Attributes:
        label: 0 to 9.
        ink: uint8 (h, w), turned, cut to its visible strokes.
        size_wh: before it was turned, in pixels.
        offset: of the ink's middle from the unturned digit's, in pixels.
        ends: of the pen, where it is known.
    """

    label: int
    ink: Ink
    size_wh: tuple[float, float]
    offset: tuple[float, float] = (0.0, 0.0)
    ends: PenEnds | None = None

    def box(self, x: float, y: float) -> tuple[int, int, int, int]:
        """Where the ink lies with the unturned digit's middle at (x, y): (x, y, width, height)."""
        height, width = self.ink.shape
        left, top = x + self.offset[0] - width / 2, y + self.offset[1] - height / 2
        return int(left), int(top), width, height


def inked_glyph(label: int, curves: Sequence[Stroke], pen_px: int, clockwise_deg: float) -> Glyph:
    """A digit of curves in pixels, float64 (N, 2), turned about its middle and drawn with a round pen."""
    together = np.concatenate(curves)
    low, high = together.min(axis=0), together.max(axis=0)
    cos, sin = np.cos(np.radians(clockwise_deg)), np.sin(np.radians(clockwise_deg))
    placed = [(curve - (low + high) / 2) @ np.array([[cos, sin], [-sin, cos]]) for curve in curves]
    corner = np.floor(np.concatenate(placed).min(axis=0)) - pen_px - 2
    size = np.ceil(np.concatenate(placed).max(axis=0)).astype(int) - corner.astype(int) + pen_px + 3
    field = np.zeros((size[1], size[0]), np.uint8)
    draw_curve(field, [curve - corner for curve in placed], pen_px)
    x, y, width, height = cv2.boundingRect((field > VISIBLE).astype(np.uint8))
    middle = corner + np.array([x + width / 2, y + height / 2])
    unturned = high - low + pen_px
    first, last = placed[0], placed[-1]
    ends = PenEnds(first[0], _way(first), last[-1], -_way(last[::-1]))
    return Glyph(
        label, field[y : y + height, x : x + width], (float(unturned[0]), float(unturned[1])),
        (float(middle[0]), float(middle[1])), ends,
    )  # fmt: skip


def draw_curve(field: Ink, curves: Sequence[Stroke], pen_px: int) -> None:
    """Draws curves in a field's pixels."""
    for curve in curves:
        points = np.repeat(curve, 2, axis=0) if len(curve) == 1 else curve
        cv2.polylines(field, [np.rint(points * 8).astype(np.int32)], False, (255,), pen_px, cv2.LINE_AA, 3)


def join(end: Stroke, end_way: Stroke, start: Stroke, start_way: Stroke, random: Random) -> Stroke:
    """The way of a pen that does not lift between two digits: float64 (N, 2), with both digits' directions."""
    reach = float(np.hypot(*(start - end))) * random.uniform(0.25, 0.5)
    t = np.linspace(0, 1, _STEPS)[:, None]
    towards, from_there = end + reach * end_way, start - reach * start_way
    return np.asarray(
        (1 - t) ** 3 * end + 3 * (1 - t) ** 2 * t * towards + 3 * (1 - t) * t**2 * from_there + t**3 * start
    )


def _way(curve: Stroke) -> Stroke:
    """The direction in which a curve begins."""
    along = curve[min(2, len(curve) - 1)] - curve[0]
    return np.asarray(along / max(float(np.hypot(*along)), 1e-6))

"""A sheet while it is written on: layers of ink, and the truth about the digits."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.uint8]
Points = NDArray[np.float32]
# Layers by what blackens them.
PRINT, OTHER_PRINT, RULING, PEN, OTHER_PEN = "print", "other print", "ruling", "pen", "other pen"
# Ink above this is seen as a stroke.
VISIBLE = 60


@dataclass
class Sheet:
    """Ink by layer (a pen, a printer), each uint8 (H, W), and where the digits stand.

    Attributes:
        lines: (label, outline float32 (N, 2) in pixels) of each digit, by line.
        taken: uint8 (H, W), 255 where something stands already.
        letter_height_px: of the words written last.
        more_print: whether all faces and colours are printed in, or only those of pages before there were pens.
    """

    width: int
    height: int
    layers: dict[str, Ink] = field(default_factory=dict)
    lines: list[list[tuple[int, Points]]] = field(default_factory=list)
    letter_height_px: float = 0.0
    more_print: bool = False

    def __post_init__(self) -> None:
        self.taken = np.zeros((self.height, self.width), np.uint8)

    def layer(self, name: str) -> Ink:
        """The layer of that name, empty at first."""
        return self.layers.setdefault(name, np.zeros((self.height, self.width), np.uint8))

    def stamp(self, name: str, mask: Ink, x: int, y: int) -> None:
        """Adds ink, uint8 (h, w), with its corner at (x, y); what lies outside is lost."""
        top, left = max(0, -y), max(0, -x)
        bottom, right = min(mask.shape[0], self.height - y), min(mask.shape[1], self.width - x)
        if bottom > top and right > left:
            place = self.layer(name)[y + top : y + bottom, x + left : x + right]
            np.maximum(place, mask[top:bottom, left:right], out=place)

    def holds(self, x: int, y: int, width: int, height: int) -> bool:
        """Whether a place lies on the sheet."""
        return x >= 1 and y >= 1 and x + width < self.width and y + height < self.height

    def free(self, x: int, y: int, width: int, height: int) -> bool:
        """Whether a place lies on the sheet and nothing stands there yet."""
        return self.holds(x, y, width, height) and not self.taken[y : y + height, x : x + width].any()

    def take(self, x: int, y: int, width: int, height: int) -> None:
        """Marks a place as taken."""
        self.taken[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = 255

    def write_digit(self, name: str, label: int, mask: Ink, x: int, y: int) -> tuple[int, Points]:
        """Stamps a digit and returns its truth; its line is for the caller to add."""
        self.stamp(name, mask, x, y)
        return label, outline(mask) + np.array([x, y], np.float32)


def outline(mask: Ink) -> Points:
    """The convex hull of the visible ink, float32 (N, 2): x, y."""
    points = cv2.findNonZero((mask > VISIBLE).astype(np.uint8))
    if points is None:
        return np.zeros((1, 2), np.float32)
    return np.asarray(cv2.convexHull(points)[:, 0], np.float32)
